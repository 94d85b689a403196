import Computing
import Discovery
import Foundation
import TestSupport
import Testing

@Suite("Neighbour search kernels")
struct NeighborKernelTests {
    /// Around a leaf of 16, a node of 16 leaves, and with nodes above nodes.
    static let sizes = [0, 1, 15, 16, 17, 31, 32, 33, 64, 255, 256, 257, 1000]

    /// Every point's distance by a plain loop, sorted; equal distances by row.
    static func naive(_ points: FeatureMatrix, _ query: [Double], _ metric: Minkowski) -> [Neighbor] {
        (0..<points.count).map { row in
            let differences = zip(points.row(row), query).map { abs($0 - $1) }
            let distance =
                switch metric {
                case .manhattan: differences.reduce(0, +)
                case .euclidean: differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
                case .chebyshev: differences.max() ?? 0
                case .power(let p): pow(differences.reduce(0) { $0 + pow($1, p) }, 1 / p)
                }
            return Neighbor(row: row, distance: distance)
        }.sorted { ($0.distance, $0.row) < ($1.distance, $1.row) }
    }

    /// Points on a coarse grid: every coordinate is exact in single precision, and so is every sum.
    static func grid(_ count: Int, dimension: Int, steps: Double = 8, seed: UInt64 = 9) -> FeatureMatrix {
        FeatureMatrix(
            dimension: dimension,
            values: Samples.cube(count, dimension: dimension, seed: seed).values.map {
                ($0 * steps).rounded() / steps
            })
    }

    @Test(
        "On a grid full of ties, every level and method gives the plain loop's rows and distances to the bit",
        arguments: InstructionSet.available, sizes)
    func ties(level: InstructionSet, count: Int) throws {
        for dimension in [1, 2, 5, 9] {
            let points = Self.grid(count, dimension: dimension)
            let queries = Self.grid(9, dimension: dimension, seed: 1)
            for metric in [Minkowski.manhattan, .euclidean, .chebyshev] {
                for method in [NeighborSearch.Method.tree, .exhaustive] {
                    let search = try NeighborSearch(points, metric: metric, method: method, level: level)
                    // 16 is the longest list kept sorted, 17 the shortest heap.
                    for k in [1, 10, 16, 17, 64, 1000] {
                        let found = try search.neighbors(ofEach: queries, k: k)
                        for (row, list) in found.enumerated() {
                            #expect(
                                list == Array(Self.naive(points, queries.row(row), metric).prefix(k)))
                        }
                    }
                }
            }
        }
    }

    @Test(
        "Three levels of nodes, and queries between the numbers of single precision, which lie far apart: as by the plain loop",
        arguments: InstructionSet.available)
    func queriesBetweenNumbers(level: InstructionSet) throws {
        // At 10^6 single precision goes in steps of 1/16, and rounding a query moves it by up to half of one.
        func values(_ count: Int, steps: Double, seed: UInt64) -> FeatureMatrix {
            FeatureMatrix(
                dimension: 3,
                values: Samples.cube(count, dimension: 3, seed: seed).values.map {
                    1e6 + ($0 * steps).rounded() / steps
                })
        }
        let points = values(4500, steps: 16, seed: 9)
        let queries = values(25, steps: 1024, seed: 1)
        for metric in NeighborSearchTests.metrics {
            let search = try NeighborSearch(points, metric: metric, method: .tree, level: level)
            for k in [10, 40] {
                for (row, list) in try search.neighbors(ofEach: queries, k: k).enumerated() {
                    let expected = Self.naive(points, queries.row(row), metric).prefix(k)
                    if case .power = metric {
                        expectClose(list.map(\.distance), expected.map(\.distance), relative: 1e-14)
                    } else {
                        #expect(list == Array(expected))
                    }
                }
            }
        }
    }

    @Test(
        "Points that single precision cannot hold: every level gives the plain loop's rows and distances",
        arguments: InstructionSet.available, [33, 300, 1000])
    func doubles(level: InstructionSet, count: Int) throws {
        for dimension in [1, 3, 8, 20] {
            let points = Samples.cube(count, dimension: dimension)
            let queries = Samples.cube(9, dimension: dimension, seed: 1)
            for metric in NeighborSearchTests.metrics {
                let search = try NeighborSearch(points, metric: metric, level: level)
                for (row, list) in try search.neighbors(ofEach: queries, k: 12).enumerated() {
                    let expected = Self.naive(points, queries.row(row), metric).prefix(12)
                    #expect(list.map(\.row) == expected.map(\.row))
                    expectClose(list.map(\.distance), expected.map(\.distance), relative: 1e-14)
                }
            }
        }
    }

    @Test("Leaves in single and in double precision give the same bits", arguments: InstructionSet.available)
    func precisions(level: InstructionSet) throws {
        var points = FeatureMatrix(
            dimension: 5, floats: Samples.cube(2000, dimension: 5).values.map { Float($0) })
        let single = try NeighborSearch(points, level: level)
        // One far point that has no exact single precision puts all into double.
        points.append([0.1, 0.1, 0.1, 0.1, 1e9 + 0.1])
        let double = try NeighborSearch(points, level: level)
        let queries = Samples.cube(100, dimension: 5, seed: 1)
        #expect(
            try single.neighbors(ofEach: queries, k: 20) == double.neighbors(ofEach: queries, k: 20))
    }

    @Test("Points that differ by less than single precision shows are told apart")
    func closePoints() throws {
        let values = (0..<500).map { 1 + Double($0 * 7919 % 500) * 1e-12 }
        let search = try NeighborSearch(FeatureMatrix(dimension: 1, values: values))
        for place in [0, 77, 499] {
            let query = 1 + Double(place) * 1e-12
            #expect(try search.neighbors(of: [query], k: 1).first?.distance == 0)
            #expect(
                try search.neighbors(of: [query], k: 5)
                    == Array(
                        Self.naive(FeatureMatrix(dimension: 1, values: values), [query], .euclidean).prefix(5)
                    ))
        }
    }

    @Test("Coordinates beyond single precision, and differences whose squares overflow, keep their order")
    func hugeCoordinates() throws {
        var points = Samples.cube(200, dimension: 2).values
        for index in stride(from: 0, to: 100, by: 2) { points[index] *= 1e300 }
        let matrix = FeatureMatrix(dimension: 2, values: points)
        for metric in [Minkowski.euclidean, .manhattan, .chebyshev] {
            let tree = try NeighborSearch(matrix, metric: metric, method: .tree)
            let exhaustive = try NeighborSearch(matrix, metric: metric, method: .exhaustive)
            for query in [[0.5, 0.5], [1e299, 0], [-1e300, 3]] {
                let found = try tree.neighbors(of: query, k: 180)
                #expect(try found == exhaustive.neighbors(of: query, k: 180))
                let expected = Self.naive(matrix, query, metric).prefix(180)
                #expect(found.map(\.row) == expected.map(\.row))
                expectClose(found.map(\.distance), expected.map(\.distance), relative: 1e-14)
            }
        }
    }

    @Test(
        "A block gives each query what it gets alone, whatever the size; one that is not finite gets nothing")
    func blocks() throws {
        let search = try NeighborSearch(Samples.cube(3000, dimension: 5))
        var block = NeighborBlock()
        for count in [20, 0, 1, 7, 8, 9, 33] {
            var queries = Samples.cube(count, dimension: 5, seed: UInt64(count)).values
            if count > 7 { queries[6 * 5 + 2] = .nan }
            let matrix = FeatureMatrix(dimension: 5, values: queries)
            try search.nearest(to: matrix, k: 4, into: &block)
            #expect(block.count == count)
            for query in 0..<count {
                #expect(try block.neighbors(of: query) == search.neighbors(of: matrix.row(query), k: 4))
                #expect(block.count(of: query) == (count > 7 && query == 6 ? 0 : 4))
            }
        }
        #expect(throws: DiscoveryError.wrongDimension(expected: 5, found: 2)) {
            try search.nearest(to: FeatureMatrix(dimension: 2, values: [0, 0]), k: 1, into: &block)
        }
    }

    @Test("A set and each row itself are left out on every level", arguments: InstructionSet.available)
    func exclusions(level: InstructionSet) throws {
        let points = Self.grid(300, dimension: 2, steps: 4)
        let search = try NeighborSearch(points, level: level)
        let found = try search.neighbors(ofRows: [5, 130, 299], k: 40)
        for (row, list) in zip([5, 130, 299], found) {
            let others = Self.naive(points, points.row(row), .euclidean).filter { $0.row != row }
            #expect(list == Array(others.prefix(40)))
        }
        let excluded = Set(stride(from: 0, to: 300, by: 3))
        let kept = Self.naive(points, [0.375, 0.5], .euclidean).filter { !excluded.contains($0.row) }
        #expect(try search.neighbors(of: [0.375, 0.5], k: 90, excluding: excluded) == Array(kept.prefix(90)))
    }

    @Test("Ranks that are equal go by row; other numbers than 0 to N - 1 order as well")
    func ranks() throws {
        let points = FeatureMatrix(dimension: 1, values: [0, 0, 0, 0])
        func rows(_ ranks: [Int]) throws -> [Int] {
            try NeighborSearch(points, ranks: ranks).neighbors(of: [1], k: 4).map(\.row)
        }
        #expect(try rows([3, 1, 2, 0]) == [3, 1, 2, 0])
        #expect(try rows([7, 7, -2, 7]) == [2, 0, 1, 3])
    }
}
