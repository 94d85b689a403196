import Computing
import Discovery
import TestSupport
import Testing

@Suite("Nearest neighbours")
struct NeighborSearchTests {
    static let metrics: [Minkowski] = [.manhattan, .euclidean, .chebyshev, .power(3), .power(1.5)]

    @Test("Rows and distances equal scikit-learn's", arguments: [NeighborSearch.Method.tree, .exhaustive])
    func goldens(method: NeighborSearch.Method) throws {
        let golden = try Goldens.load()
        let centers = FeatureMatrix(dimension: 4, values: golden.centers)
        for expected in golden.neighbors {
            let search = try NeighborSearch(
                FeatureMatrix(dimension: 4, values: golden.points),
                metric: Minkowski(p: expected.p == 0 ? .infinity : expected.p), method: method)
            let found = try search.neighbors(ofEach: centers, k: 7).flatMap { $0 }
            expectClose(found.map(\.distance), expected.distances, relative: 1e-12)
            #expect(found.map(\.row) == expected.rows)
        }
    }

    @Test(
        "Tree, exhaustive search and the choice between them agree to the bit, in every metric, size and dimension",
        arguments: [0, 1, 31, 32, 33, 65, 1000], [1, 3, 14, 20])
    func methods(count: Int, dimension: Int) throws {
        let points = Samples.cube(count, dimension: dimension)
        let queries = Samples.cube(8, dimension: dimension, seed: 1)
        for metric in Self.metrics {
            let tree = try NeighborSearch(points, metric: metric, method: .tree)
            let exhaustive = try NeighborSearch(points, metric: metric, method: .exhaustive)
            let automatic = try NeighborSearch(points, metric: metric)
            for k in [0, 1, 10, 2000] {
                let found = try tree.neighbors(ofEach: queries, k: k)
                #expect(try found == exhaustive.neighbors(ofEach: queries, k: k))
                #expect(try found == automatic.neighbors(ofEach: queries, k: k))
                #expect(found.allSatisfy { $0.count == min(k, count) })
            }
        }
    }

    @Test("A given order of leaves changes no result, whatever it is")
    func order() throws {
        for count in [1, 33, 1000] {
            let points = Samples.cube(count, dimension: 5)
            let queries = Samples.cube(8, dimension: 5, seed: 1)
            let expected = try NeighborSearch(points).neighbors(ofEach: queries, k: 10)
            for order in [Array(0..<count), (0..<count).reversed()] {
                let search = try NeighborSearch(points, order: order.map(Int32.init))
                #expect(try search.neighbors(ofEach: queries, k: 10) == expected)
            }
        }
    }

    @Test("A naive search finds the same")
    func naive() throws {
        let points = Samples.cube(300, dimension: 3)
        let search = try NeighborSearch(points, metric: .manhattan)
        let query = [0.4, 0.5, 0.6]
        let expected = (0..<300).map { row in
            (row: row, distance: zip(points.row(row), query).reduce(0) { $0 + abs($1.0 - $1.1) })
        }.sorted { $0.distance < $1.distance }.prefix(12)
        let found = try search.neighbors(of: query, k: 12)
        #expect(found.map(\.row) == expected.map(\.row))
        expectClose(found.map(\.distance), expected.map(\.distance), relative: 1e-14)
    }

    @Test(
        "Duplicates are ordered by rank, in the tree as elsewhere",
        arguments: [NeighborSearch.Method.tree, .exhaustive])
    func duplicates(method: NeighborSearch.Method) throws {
        let points = FeatureMatrix(dimension: 2, values: [Double](repeating: 0.25, count: 200))
        let backwards = (0..<100).map { 99 - $0 }
        let search = try NeighborSearch(points, ranks: backwards, method: method)
        let found = try search.neighbors(of: [0.25, 0], k: 5)
        #expect(found == (95..<100).reversed().map { Neighbor(row: $0, distance: 0.25) })
    }

    @Test("Different sums that round to one distance are a tie and go by rank")
    func roundedTies() throws {
        // Sums 1 + 2^-52 and 1, both of root 1.
        let points = FeatureMatrix(dimension: 2, values: [1, 0x1p-26, 1, 0])
        let found = try NeighborSearch(points).neighbors(of: [0, 0], k: 2)
        #expect(found[0].distance == found[1].distance)
        #expect(found.map(\.row) == [0, 1])
    }

    @Test("A row leaves itself out, its duplicates not; k beyond N gives all others")
    func excluding() throws {
        let points = FeatureMatrix(dimension: 1, values: [5, 5, 6])
        let search = try NeighborSearch(points)
        #expect(
            try search.neighbors(ofRows: [0], k: 9) == [
                [.init(row: 1, distance: 0), .init(row: 2, distance: 1)]
            ])
        #expect(try search.neighbors(of: [5], k: 1, excluding: [0, 1]) == [.init(row: 2, distance: 1)])
    }

    @Test("Points that are not finite are refused, such queries have no neighbours, other widths are errors")
    func notFinite() throws {
        #expect(throws: DiscoveryError.self) {
            try NeighborSearch(FeatureMatrix(dimension: 1, values: [0, .infinity]))
        }
        let search = try NeighborSearch(FeatureMatrix(dimension: 1, values: [0, 1]))
        #expect(try search.neighbors(of: [.nan], k: 1).isEmpty)
        #expect(throws: DiscoveryError.wrongDimension(expected: 1, found: 2)) {
            try search.neighbors(of: [0, 0], k: 1)
        }
    }

    @Test("One thread and five give the same")
    func threads() throws {
        let search = try NeighborSearch(Samples.cube(700, dimension: 5))
        let queries = Samples.cube(333, dimension: 5, seed: 2)
        #expect(
            try search.neighbors(ofEach: queries, k: 6, loop: ParallelLoop(threads: 1))
                == search.neighbors(ofEach: queries, k: 6, loop: ParallelLoop(threads: 5)))
    }

    @Test("Objects near several members by hand: on a line, 2 lies near 1 and 3")
    func nearSeveral() throws {
        let search = try NeighborSearch(FeatureMatrix(dimension: 1, values: [1, 3, 2, 0.5, 10, 3.25]))
        let found = try search.nearSeveral(of: [0, 1, 0], k: 2, minimumHits: 2)
        #expect(found == [.init(row: 2, members: [0, 1], distance: 1)])
        let once = try search.nearSeveral(of: [0, 1], k: 2, minimumHits: 1)
        #expect(once.map(\.row) == [2, 5, 3])
        #expect(once.map(\.hits) == [2, 1, 1])
        #expect(try search.nearSeveral(of: [], k: 2, minimumHits: 1).isEmpty)
    }
}
