public import Computing

/// Exact nearest neighbours among a fixed set of points, by tree or exhaustively, with the same results.
///
/// Neighbours are ordered by distance, equal distances by rank (the order of the objects' ids). For one
/// instruction-set level the result does not depend on threads, on the method or on other queries.
public struct NeighborSearch: Sendable {
    /// How the points are searched.
    public enum Method: Sendable {
        /// The tree: among 10^6 normally distributed points it is 1,000 times as fast as looking at each in 2
        /// coordinates, 400 times in 5, 14 times in 10 and 1.2 times in 16; in 24, among 3 10^5, it takes three
        /// times as long.
        case automatic
        /// A tree of boxes around the points.
        case tree
        /// Every point is looked at.
        case exhaustive
    }

    /// Number of points.
    public let count: Int
    /// Coordinates of a point.
    public let dimension: Int
    /// The metric of the search.
    public var metric: Minkowski { parts.metric }

    /// What a block of queries needs.
    struct Parts: Sendable {
        var tree: PointTree
        var metric: Minkowski
        var level: InstructionSet
        /// Row of the point of each rank; `nil` where rank and row are the same.
        var rowOfRank: [Int32]?
    }

    private let parts: Parts
    /// Place of each row's point among points of equal distance, all different.
    private let ranks: [Int32]
    private let points: FeatureMatrix

    /// A search among `points`, fewer than 2^31.
    ///
    /// - Parameters:
    ///   - ranks: Place of each point among points of equal distance, equal ones going by row; the row when
    ///     `nil`.
    ///   - order: The rows in the order of a tree's leaves, where it is known; it changes no result.
    ///   - level: Instruction set of the distance kernel.
    /// - Throws: `DiscoveryError.notFinite` for a point with a NaN or infinite coordinate.
    public init(
        _ points: FeatureMatrix, metric: Minkowski = .euclidean, ranks: [Int]? = nil,
        method: Method = .automatic, order: [Int32]? = nil, level: InstructionSet = .detected
    ) throws {
        precondition(
            ranks?.count ?? points.count == points.count,
            "NeighborSearch: \(ranks?.count ?? 0) ranks for \(points.count) points")
        try points.requireFinite()
        count = points.count
        dimension = points.dimension
        self.points = points
        let rowOfRank = Self.rowOfRank(ranks, count: points.count)
        var distinct = [Int32](repeating: 0, count: points.count)
        for (rank, row) in rowOfRank.enumerated() { distinct[Int(row)] = Int32(rank) }
        self.ranks = distinct
        parts = Parts(
            tree: PointTree(
                points, ranks: distinct, hasBoxes: method != .exhaustive, order: order),
            metric: metric, level: level, rowOfRank: ranks == nil ? nil : rowOfRank)
    }

    /// The rows in the order of their ranks, equal ranks by row.
    private static func rowOfRank(_ ranks: [Int]?, count: Int) -> [Int32] {
        guard let ranks else { return (0..<count).map(Int32.init) }
        // Mostly every rank from 0 is there once, and sorting is only putting rows into their places.
        var rows = [Int32](repeating: -1, count: count)
        for (row, rank) in ranks.enumerated() {
            guard rows.indices.contains(rank), rows[rank] < 0 else {
                return ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.map(Int32.init)
            }
            rows[rank] = Int32(row)
        }
        return rows
    }

    /// Finds the `k` points nearest to each query, or all when there are fewer, on this thread.
    ///
    /// - Parameters:
    ///   - queries: Shape `[N, dimension]`; a query that is not finite has no neighbours. Eight or more at
    ///     once are faster than one: while one is looked at, the points near others come out of memory.
    ///   - block: Memory to use and the place of the result.
    /// - Throws: `DiscoveryError.wrongDimension`.
    public func nearest(to queries: FeatureMatrix, k: Int, into block: inout NeighborBlock) throws {
        try nearest(to: queries, k: k, excluding: PointTree.Exclusion(), into: &block)
    }

    private func nearest(
        to queries: FeatureMatrix, k: Int, excluding: PointTree.Exclusion, into block: inout NeighborBlock
    ) throws {
        guard queries.dimension == dimension else {
            throw DiscoveryError.wrongDimension(expected: dimension, found: queries.dimension)
        }
        precondition(k >= 0, "NeighborSearch: k must not be negative, got \(k)")
        block.fill(queries, k: min(k, count), excluding: excluding, search: parts)
    }

    /// The `k` points nearest to `query`, or all when there are fewer.
    ///
    /// - Parameters:
    ///   - query: As many coordinates as the points have; a query that is not finite has no neighbours.
    ///   - excluded: Rows that do not count, such as the query itself.
    /// - Throws: `DiscoveryError.wrongDimension`.
    public func neighbors(of query: [Double], k: Int, excluding excluded: Set<Int> = []) throws -> [Neighbor]
    {
        guard query.count == dimension else {
            throw DiscoveryError.wrongDimension(expected: dimension, found: query.count)
        }
        var block = NeighborBlock()
        try nearest(
            to: FeatureMatrix(dimension: dimension, values: query), k: k,
            excluding: PointTree.Exclusion(set: rankSet(excluded)), into: &block)
        return block.neighbors(of: 0)
    }

    /// The `k` nearest points of each query, in the order of the queries.
    ///
    /// - Parameter loop: The threads to use; their number changes nothing.
    public func neighbors(
        ofEach queries: FeatureMatrix, k: Int, loop: ParallelLoop = ParallelLoop()
    ) throws -> [[Neighbor]] {
        try inBlocks(queries.count, k: k, loop: loop) { range, block in
            try nearest(to: queries.rows(range), k: k, into: &block)
        }
    }

    /// The `k` nearest points of each of the points at `rows`, itself left out.
    public func neighbors(
        ofRows rows: [Int], k: Int, loop: ParallelLoop = ParallelLoop()
    ) throws -> [[Neighbor]] {
        try neighbors(ofRows: rows, k: k, excluding: nil, loop: loop)
    }

    /// Neighbours outside `set`, or other than the row itself when it is `nil`.
    private func neighbors(
        ofRows rows: [Int], k: Int, excluding set: Set<Int>?, loop: ParallelLoop
    ) throws -> [[Neighbor]] {
        precondition(rows.allSatisfy((0..<count).contains), "NeighborSearch: a row outside the points")
        let bits = rankSet(set ?? [])
        return try inBlocks(rows.count, k: k, loop: loop) { range, block in
            let chosen = Array(rows[range])
            try nearest(
                to: points.rows(chosen), k: k,
                excluding: PointTree.Exclusion(
                    ofQuery: set == nil ? chosen.map { ranks[$0] } : [], set: bits),
                into: &block)
        }
    }

    /// The neighbours that `find` puts into blocks of some queries.
    private func inBlocks(
        _ count: Int, k: Int, loop: ParallelLoop,
        _ find: @Sendable (_ range: Range<Int>, _ block: inout NeighborBlock) throws -> Void
    ) throws -> [[Neighbor]] {
        // Many neighbours of few queries at a time, so that a block stays within some megabytes.
        let chunk = max(1, min(64, (1 << 18) / max(1, min(k, self.count))))
        return try loop.mapChunks(count: count, chunk: chunk) { range, _ in
            var block = NeighborBlock()
            try find(range, &block)
            return (0..<block.count).map(block.neighbors)
        }.flatMap { $0 }
    }

    /// A bit for the rank of each of these rows; empty for none.
    private func rankSet(_ rows: Set<Int>) -> [UInt64] {
        guard !rows.isEmpty else { return [] }
        var bits = [UInt64](repeating: 0, count: (count + 63) / 64)
        for row in rows where ranks.indices.contains(row) {
            bits[Int(ranks[row]) / 64] |= 1 << UInt64(ranks[row] % 64)
        }
        return bits
    }

    /// The points outside a set that are among the `k` nearest of at least `minimumHits` of its members.
    ///
    /// Neighbours are sought outside the set. Ordered by hits (most first), distance, rank.
    ///
    /// - Parameter members: Rows of the set; a row given twice counts once.
    public func nearSeveral(
        of members: [Int], k: Int, minimumHits: Int, loop: ParallelLoop = ParallelLoop()
    ) throws -> [SharedNeighbor] {
        let set = Set(members)
        var seen = Set<Int>()
        let distinct = members.filter { seen.insert($0).inserted }
        let lists = try neighbors(ofRows: distinct, k: k, excluding: set, loop: loop)
        var found: [Int: SharedNeighbor] = [:]
        for (member, list) in zip(distinct, lists) {
            for neighbor in list {
                let none = SharedNeighbor(row: neighbor.row, members: [], distance: .infinity)
                var shared = found[neighbor.row] ?? none
                shared.members.append(member)
                shared.distance = min(shared.distance, neighbor.distance)
                found[neighbor.row] = shared
            }
        }
        return found.values.filter { $0.hits >= minimumHits }.sorted {
            if $0.hits != $1.hits { return $0.hits > $1.hits }
            if $0.distance != $1.distance { return $0.distance < $1.distance }
            return ranks[$0.row] < ranks[$1.row]
        }
    }
}
