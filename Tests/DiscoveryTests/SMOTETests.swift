import Computing
import Discovery
import TestSupport
import Testing

@Suite("SMOTE")
struct SMOTETests {
    static let rows = Samples.clouds([("big", 40), ("small", 9), ("tiny", 3)])

    @Test("Every class reaches the size asked for, originals first and untouched")
    func sizes() throws {
        let result = try SMOTE(ratio: 0.5).balanced(Self.rows, generator: CounterGenerator(seed: 1))
        #expect(result.rows.memberCounts == [40, 20, 20])
        #expect(result.kept == Array(0..<52))
        #expect(result.rows.rows(Array(0..<52)) == Self.rows)
        #expect(result.parents.count == 11 + 17)
    }

    @Test("A synthetic row lies between two different members of its class that are near each other")
    func between() throws {
        let result = try SMOTE(neighbors: 3).balanced(Self.rows, generator: CounterGenerator(seed: 1))
        for (index, parents) in result.parents.enumerated() {
            let label = result.rows.labels[52 + index]
            #expect(Self.rows.labels[parents.first] == label)
            #expect(Self.rows.labels[parents.second] == label)
            #expect(parents.first != parents.second)
            let from = Self.rows.features.row(parents.first)
            let to = Self.rows.features.row(parents.second)
            let made = result.rows.features.row(52 + index)
            // The same fraction of the way in every feature.
            let fraction = (made[0] - from[0]) / (to[0] - from[0])
            #expect(fraction >= 0 && fraction < 1)
            expectClose(made, zip(from, to).map { $0 + fraction * ($1 - $0) }, absolute: 1e-9)
            let distances = (0..<52).filter { Self.rows.labels[$0] == label && $0 != parents.first }.map {
                zip(from, Self.rows.features.row($0)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            }.sorted()
            let reached = zip(from, to).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            #expect(reached <= distances[min(3, distances.count) - 1] + 1e-12)
        }
        // Every member is a first parent about equally often.
        let firsts = Dictionary(grouping: result.parents.filter { $0.first >= 40 && $0.first < 49 }) {
            $0.first
        }
        #expect(firsts.count == 9)
        #expect(firsts.values.allSatisfy { (3...4).contains($0.count) })
    }

    @Test("More neighbours than members are as many as there are; two members suffice, one does not")
    func smallClasses() throws {
        let two = Samples.clouds([("a", 12), ("b", 2)])
        let result = try SMOTE(neighbors: 50).balanced(two, generator: CounterGenerator(seed: 1))
        #expect(result.rows.memberCounts == [12, 12])
        #expect(result.parents.allSatisfy { Set([$0.first, $0.second]) == [12, 13] })
        let one = Samples.clouds([("a", 12), ("b", 1)])
        #expect(
            throws: DiscoveryError.tooFewMembers(name: "b", count: 1, needed: 2, purpose: "SMOTE")
        ) { try SMOTE().balanced(one, generator: CounterGenerator(seed: 1)) }
    }

    @Test("Duplicates give duplicates")
    func duplicates() throws {
        let rows = LabelledRows(
            features: FeatureMatrix(dimension: 1, values: [0, 1, 2, 3, 7, 7, 7]), classes: ["a", "b"],
            labels: [0, 0, 0, 0, 1, 1, 1])
        let result = try SMOTE().balanced(rows, generator: CounterGenerator(seed: 1))
        #expect(result.rows.features.row(7) == [7])
    }

    @Test("Large classes are cut to a sample without repetition, of rows that exist")
    func undersampling() throws {
        let result = try SMOTE(ratio: 1, largestClass: 15).balanced(
            Self.rows, generator: CounterGenerator(seed: 1))
        #expect(result.rows.memberCounts == [15, 15, 15])
        #expect(Set(result.kept).count == 15 + 9 + 3)
        #expect(result.kept.prefix(15).allSatisfy { $0 < 40 })
        #expect(result.rows.features.row(3) == Self.rows.features.row(result.kept[3]))
    }

    @Test("The same seed gives the same bits, another seed others")
    func seeds() throws {
        let first = try SMOTE().balanced(Self.rows, generator: CounterGenerator(seed: 1))
        #expect(try SMOTE().balanced(Self.rows, generator: CounterGenerator(seed: 1)) == first)
        #expect(try SMOTE().balanced(Self.rows, generator: CounterGenerator(seed: 2)) != first)
    }
}
