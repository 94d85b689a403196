import Computing
import Discovery
import Testing

@Suite("Stratified folds")
struct StratifiedFoldsTests {
    @Test("Classes and rows are spread as evenly as whole numbers allow; each row is held out once")
    func even() {
        let rows = Samples.clouds([("a", 41), ("b", 13), ("c", 5)])
        let folds = StratifiedFolds(rows, count: 5, generator: CounterGenerator(seed: 4))
        var seen: [Int] = []
        for fold in 0..<5 {
            let heldOut = folds.heldOut(fold)
            seen += heldOut
            #expect(Set(heldOut).isDisjoint(with: folds.training(fold)))
            #expect(heldOut.count + folds.training(fold).count == 59)
            let counts = rows.rows(heldOut).memberCounts
            #expect((8...9).contains(counts[0]) && (2...3).contains(counts[1]) && counts[2] == 1)
            #expect((11...12).contains(heldOut.count))
        }
        #expect(seen.sorted() == Array(0..<59))
    }

    @Test("Groups stay whole and class fractions even")
    func groups() {
        let plain = Samples.clouds([("a", 60), ("b", 20)])
        // Groups of one to five rows of one class each.
        var groups: [Int] = []
        for row in 0..<80 { groups.append(row % 7 == 0 || row == 60 ? row : groups[row - 1]) }
        let rows = LabelledRows(
            features: plain.features, classes: plain.classes, labels: plain.labels, groups: groups)
        let folds = StratifiedFolds(rows, count: 4, generator: CounterGenerator(seed: 4))
        for group in Set(groups) {
            #expect(Set((0..<80).filter { groups[$0] == group }.map { folds.foldOfRow[$0] }).count == 1)
        }
        for fold in 0..<4 {
            let counts = rows.rows(folds.heldOut(fold)).memberCounts
            #expect((10...20).contains(counts[0]))
            #expect((2...9).contains(counts[1]))
        }
    }

    @Test("The seed decides")
    func seeds() {
        let rows = Samples.clouds([("a", 30), ("b", 30)], groups: true)
        func folds(_ seed: UInt64) -> StratifiedFolds {
            StratifiedFolds(rows, count: 3, generator: CounterGenerator(seed: seed))
        }
        #expect(folds(1) == folds(1))
        #expect(folds(1) != folds(2))
    }
}
