import CKernels
import Computing
import Discovery
import TestSupport
import Testing

@Suite("Approximate neighbours")
struct NeighborGraphTests {
    /// The part of the exact neighbours that a graph finds.
    static func recall(_ found: [[Neighbor]], _ exact: [[Neighbor]]) -> Double {
        let hits = zip(found, exact).reduce(0) { sum, lists in
            sum + Set(lists.0.map(\.row)).intersection(lists.1.map(\.row)).count
        }
        return Double(hits) / Double(exact.reduce(0) { $0 + $1.count })
    }

    @Test("Nearly all of the exact neighbours are found, with their distances to 1e-14, in order")
    func recall() throws {
        let points = Samples.cube(3000, dimension: 16)
        let queries = Samples.cube(100, dimension: 16, seed: 1)
        let exact = try NeighborSearch(points).neighbors(ofEach: queries, k: 10)
        let graph = try NeighborGraph(points)
        let found = try graph.neighbors(ofEach: queries, k: 10)
        #expect(Self.recall(found, exact) > 0.97)
        for (list, expected) in zip(found, exact) {
            #expect(list.count == 10)
            let distances = Dictionary(uniqueKeysWithValues: expected.map { ($0.row, $0.distance) })
            let common = list.filter { distances[$0.row] != nil }
            expectClose(common.map(\.distance), common.compactMap { distances[$0.row] }, relative: 1e-14)
            #expect(zip(list, list.dropFirst()).allSatisfy { $0.distance <= $1.distance })
        }
        // A narrow search finds less: the figure above is not a matter of course.
        let narrow = try NeighborGraph(
            points, options: .init(links: 2, buildingBreadth: 2, searchingBreadth: 10))
        #expect(try Self.recall(narrow.neighbors(ofEach: queries, k: 10), exact) < 0.9)
    }

    @Test("A search as broad as there are points finds all neighbours, in any number of dimensions")
    func breadth() throws {
        for dimension in [1, 3, 16, 17, 40] {
            let points = Samples.cube(700, dimension: dimension)
            let queries = Samples.cube(50, dimension: dimension, seed: 1)
            let graph = try NeighborGraph(points)
            let exact = try NeighborSearch(points).neighbors(ofEach: queries, k: 10).map { $0.map(\.row) }
            for breadth in [points.count, .max] {
                let found = try graph.neighbors(ofEach: queries, k: 10, breadth: breadth)
                #expect(found.map { $0.map(\.row) } == exact, "\(dimension) dimensions")
            }
        }
    }

    @Test("The same seed gives the same neighbours, on one thread as on five; another seed others")
    func seeds() throws {
        let points = Samples.cube(2000, dimension: 12)
        let queries = Samples.cube(200, dimension: 12, seed: 1)
        func found(_ seed: UInt64, threads: Int) throws -> [[Neighbor]] {
            let options = NeighborGraph.Options(
                links: 4, buildingBreadth: 8, searchingBreadth: 10, seed: seed)
            return try NeighborGraph(points, options: options).neighbors(
                ofEach: queries, k: 10, loop: ParallelLoop(threads: threads))
        }
        let first = try found(1, threads: 1)
        #expect(try first == found(1, threads: 5))
        #expect(try first != found(2, threads: 1))
    }

    @Test("No points, one point, k beyond N, duplicates in order of rank, and queries that are not finite")
    func edges() throws {
        #expect(
            try NeighborGraph(FeatureMatrix(dimension: 3, values: [])).neighbors(of: [0, 0, 0], k: 2).isEmpty)
        let one = try NeighborGraph(FeatureMatrix(dimension: 2, values: [3, 4]))
        #expect(try one.neighbors(of: [0, 0], k: 5) == [Neighbor(row: 0, distance: 5)])
        #expect(try one.neighbors(of: [.nan, 0], k: 5).isEmpty)
        #expect(try one.neighbors(of: [1e300, 0], k: 5).isEmpty)
        #expect(try one.neighbors(of: [0, 0], k: 0).isEmpty)
        let same = try NeighborGraph(
            FeatureMatrix(dimension: 1, values: [1, 1, 1, 1]), ranks: [2, 0, 3, 1])
        #expect(try same.neighbors(of: [0], k: 4).map(\.row) == [1, 3, 0, 2])
        #expect(throws: DiscoveryError.wrongDimension(expected: 2, found: 1)) {
            try one.neighbors(of: [0], k: 1)
        }
        #expect(throws: DiscoveryError.self) {
            try NeighborGraph(FeatureMatrix(dimension: 1, values: [0, 1e300]))
        }
    }

    @Test("Every level of the distance kernel equals a plain loop", arguments: InstructionSet.available)
    func kernel(level: InstructionSet) throws {
        let distance = try #require(galatea_squared_distance(galatea_level(rawValue: UInt32(level.rawValue))))
        for count in [0, 1, 15, 16, 17, 31, 33, 1000] {
            let a = Samples.cube(1, dimension: max(1, count)).values.prefix(count).map { Float($0) }
            let b = Samples.cube(1, dimension: max(1, count), seed: 3).values.prefix(count).map { Float($0) }
            var dimension = count
            let expected = zip(a, b).reduce(0.0) {
                $0 + (Double($1.0) - Double($1.1)) * (Double($1.0) - Double($1.1))
            }
            expectClose([Double(distance(a, b, &dimension))], [expected], relative: 1e-5)
            #expect(distance(a, a, &dimension) == 0)
        }
    }
}
