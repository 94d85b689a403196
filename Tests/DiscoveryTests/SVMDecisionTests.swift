import Computing
import Discovery
import Foundation
import TestSupport
import Testing

@Suite("Decision values of a machine")
struct SVMDecisionTests {
    /// A machine trained on overlapping clouds, so that many rows become support vectors.
    static func machine(_ sizes: [Int], dimension: Int, cost: Double = 10) throws -> SupportVectorMachine {
        let names = sizes.indices.map { (name: "class \($0)", count: sizes[$0]) }
        return try SupportVectorMachine(
            training: Samples.clouds(names, dimension: dimension, spread: 1.5),
            parameters: SVMParameters(cost: cost))
    }

    /// The class that wins most pairs, the first of equal ones, as libsvm votes.
    static func vote(_ values: ArraySlice<Double>, classes: Int) -> Int {
        var votes = [Int](repeating: 0, count: classes)
        var next = values.startIndex
        for first in 0..<classes {
            for second in first + 1..<max(first + 1, classes) {
                votes[values[next] > 0 ? first : second] += 1
                next += 1
            }
        }
        return votes.firstIndex(of: votes.max() ?? 0) ?? 0
    }

    /// Compares values with libsvm's own on `count` rows: within the stated tolerance, and no class differs.
    static func compare(_ machine: SupportVectorMachine, rows count: Int, level: InstructionSet) {
        let decision = machine.decision
        let dimension = decision.supportVectors.dimension
        var generator = CounterGenerator(seed: 77)
        let rows = FeatureMatrix(
            dimension: dimension,
            values: (0..<count * dimension).map { _ in generator.normal(mean: 0.5, sigma: 2) })
        let values = decision.values(for: rows, level: level)
        let weight = decision.coefficients.reduce(0) { $0 + abs($1) }
        var worst = 0.0
        var flips = 0
        for row in 0..<count {
            let expected = machine.values(rows.row(row))
            let own = values[row * decision.pairCount..<(row + 1) * decision.pairCount]
            for (a, b) in zip(own, expected) { worst = max(worst, abs(a - b)) }
            flips +=
                vote(own, classes: decision.classCount)
                    == vote(expected[...], classes: decision.classCount) ? 0 : 1
        }
        #expect(worst <= 1e-14 * weight, "\(worst / weight) of the sum of coefficients")
        #expect(flips == 0)
    }

    @Test(
        "Values equal libsvm's to 1e-14 of the sum of coefficients, on every level",
        arguments: InstructionSet.available)
    func library(level: InstructionSet) throws {
        for (sizes, dimension) in [
            ([3, 2], 4), ([1, 1], 1), ([16, 17], 2), ([90, 31, 33, 5], 5), ([40, 30, 50, 20, 60, 10, 33], 7),
            ([150, 150, 150], 20),
        ] {
            Self.compare(try Self.machine(sizes, dimension: dimension), rows: 101, level: level)
        }
    }

    @Test("Ten thousand rows, about 500 support vectors: no class differs from libsvm's")
    func noFlips() throws {
        Self.compare(try Self.machine([300, 300, 300], dimension: 5), rows: 10_000, level: .detected)
    }

    @Test(
        "A million rows, about 2,000 support vectors: no class differs from libsvm's",
        .enabled(if: ProcessInfo.processInfo.environment["GALATEA_MILLION_ROWS"] != nil),
        arguments: [3, 7])
    func noFlipsInAMillion(classes: Int) throws {
        let machine = try Self.machine(
            [Int](repeating: 4000 / classes, count: classes), dimension: 5, cost: 1)
        Self.compare(machine, rows: 1_000_000, level: .detected)
    }

    @Test(
        "The exponential of one support vector equals libm's to 6e-16 (1 + exponent)",
        arguments: InstructionSet.available)
    func exponential(level: InstructionSet) {
        for gamma in [1e-300, 0.001, 0.7, 3, 1e9] {
            let decision = SVMDecision(
                gamma: gamma, supportVectors: FeatureMatrix(dimension: 1, values: [0, 0]),
                memberCounts: [1, 1], coefficients: [1, 0], offsets: [0], labels: [0, 1])
            let scale = 1 / gamma.squareRoot()
            let distances = (0...2000).map { scale * 0.0125 * Double($0) } + [1e3 * scale, 1e150, 1e200]
            let values = decision.values(for: FeatureMatrix(dimension: 1, values: distances), level: level)
            for (distance, value) in zip(distances, values) {
                let exponent = gamma * distance * distance
                let expected = exp(-exponent)
                // Below 2^-1000 the kernel stops: nothing of it is left in a sum.
                #expect(
                    abs(value - expected) <= 6e-16 * (1 + min(exponent, 1000)) * expected + 0x1p-999,
                    "exp(-\(exponent)): \(value), expected \(expected)")
            }
        }
    }

    @Test("A row's values do not depend on the rows beside it", arguments: InstructionSet.available)
    func blocks(level: InstructionSet) throws {
        let decision = try Self.machine([40, 41, 42, 43], dimension: 6).decision
        let rows = Samples.cube(33, dimension: 6)
        let alone = (0..<33).map { decision.values(for: rows.rows([$0]), level: level) }
        for count in [0, 1, 3, 4, 5, 33] {
            #expect(
                decision.values(for: rows.rows(0..<count), level: level) == alone.prefix(count).flatMap { $0 }
            )
        }
    }

    @Test("A NaN feature makes a row's values NaN and leaves the others", arguments: InstructionSet.available)
    func notANumber(level: InstructionSet) throws {
        let decision = try Self.machine([20, 20, 20], dimension: 2).decision
        let rows = FeatureMatrix(dimension: 2, values: [0, 1, 1, .nan, 1, 0, 0, 0, .nan, 0])
        let values = decision.values(for: rows, level: level)
        for row in 0..<5 {
            let own = values[row * 3..<row * 3 + 3]
            #expect(own.allSatisfy { $0.isNaN == [1, 4].contains(row) })
        }
    }

    @Test("A block used again, by models of other sizes too, says what a fresh one says")
    func predictionBlocks() throws {
        var block = PredictionBlock()
        for (classes, count) in [(5, 40), (2, 7), (3, 300), (3, 0), (4, 1)] {
            let sizes = (0..<classes).map { (name: "c\($0)", count: 30) }
            let model = try ClassifierModel.fit(
                training: Samples.clouds(sizes), options: ClassifierOptions(folds: 2)
            ).model
            var rows = Samples.cube(count, dimension: 4).values
            if count > 2 { rows[9] = .infinity }
            let matrix = FeatureMatrix(dimension: 4, values: rows)
            try model.predict(matrix, into: &block)
            #expect(block.count == count && block.classCount == classes)
            for (row, expected) in try model.predictions(for: matrix).enumerated() {
                #expect(block.label(row) == expected.label)
                #expect((expected.label == nil) == (count > 2 && row == 2))
                expectClose(Array(block.probabilities(row)), expected.probabilities)
            }
        }
    }
}
