public import Computing

/// Exact nearest neighbours among a fixed set of points, by tree or exhaustively, with the same results.
///
/// Neighbours are ordered by distance, equal distances by rank (the order of the objects' ids). For one
/// instruction-set level the result does not depend on threads or on the method.
public struct NeighborSearch: Sendable {
    /// How the points are searched.
    public enum Method: Sendable {
        /// A tree up to 12 dimensions, where most of it can be skipped; exhaustive above.
        case automatic
        /// A k-d tree.
        case tree
        /// Every point is looked at.
        case exhaustive
    }

    /// Number of points.
    public let count: Int
    /// Coordinates of a point.
    public let dimension: Int
    /// The metric of the search.
    public let metric: Minkowski

    private let tree: KDTree?
    private let blocks: PointBlocks?
    private let ranks: [Int]
    private let points: FeatureMatrix
    private let level: InstructionSet

    /// A search among `points`.
    ///
    /// - Parameters:
    ///   - ranks: Place of each point among points of equal distance; the row when `nil`.
    ///   - level: Instruction set of the distance kernel.
    /// - Throws: `DiscoveryError.notFinite` for a point with a NaN or infinite coordinate.
    public init(
        _ points: FeatureMatrix, metric: Minkowski = .euclidean, ranks: [Int]? = nil,
        method: Method = .automatic, level: InstructionSet = .detected
    ) throws {
        precondition(
            ranks?.count ?? points.count == points.count,
            "NeighborSearch: \(ranks?.count ?? 0) ranks for \(points.count) points")
        try points.requireFinite()
        count = points.count
        dimension = points.dimension
        self.metric = metric
        self.ranks = ranks ?? Array(0..<points.count)
        self.points = points
        self.level = level
        let usesTree =
            switch method {
            case .automatic: points.dimension <= 12
            case .tree: true
            case .exhaustive: false
            }
        tree = usesTree ? KDTree(points) : nil
        blocks = usesTree ? nil : PointBlocks(points)
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
        precondition(k >= 0, "NeighborSearch: k must not be negative, got \(k)")
        guard k > 0, query.allSatisfy(\.isFinite) else { return [] }
        var nearest = NearestFew(capacity: min(k, count))
        var sums = [Double](repeating: 0, count: PointBlocks.length)
        func visit(_ block: Int, _ blocks: PointBlocks, _ nearest: inout NearestFew) {
            blocks.sums(block: block, from: query, metric: metric, level: level, into: &sums)
            for lane in 0..<PointBlocks.length {
                let row = blocks.rows[block * PointBlocks.length + lane]
                if row < 0 { break }
                let distance = metric.distance(ofSum: sums[lane])
                if distance <= nearest.bound, excluded.isEmpty || !excluded.contains(row) {
                    nearest.offer(row: row, distance: distance, rank: ranks[row])
                }
            }
        }
        if let tree {
            tree.search(query, metric: metric, nearest: &nearest, visit: visit)
        } else if let blocks {
            for block in 0..<blocks.count { visit(block, blocks, &nearest) }
        }
        return nearest.sorted
    }

    /// The `k` nearest points of each query, in the order of the queries.
    ///
    /// - Parameter loop: The threads to use; their number changes nothing.
    public func neighbors(
        ofEach queries: FeatureMatrix, k: Int, loop: ParallelLoop = ParallelLoop()
    ) throws -> [[Neighbor]] {
        try loop.mapChunks(count: queries.count, chunk: 64) { range, _ in
            try range.map { try neighbors(of: queries.row($0), k: k) }
        }.flatMap { $0 }
    }

    /// The `k` nearest points of each of the points at `rows`, itself left out.
    public func neighbors(
        ofRows rows: [Int], k: Int, loop: ParallelLoop = ParallelLoop()
    ) throws -> [[Neighbor]] {
        try neighbors(ofRows: rows, k: k, loop: loop) { [$0] }
    }

    private func neighbors(
        ofRows rows: [Int], k: Int, loop: ParallelLoop, excluding: @Sendable (Int) -> Set<Int>
    ) throws -> [[Neighbor]] {
        precondition(rows.allSatisfy((0..<count).contains), "NeighborSearch: a row outside the points")
        return try loop.mapChunks(count: rows.count, chunk: 16) { range, _ in
            try range.map {
                try neighbors(of: points.row(rows[$0]), k: k, excluding: excluding(rows[$0]))
            }
        }.flatMap { $0 }
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
        let lists = try neighbors(ofRows: distinct, k: k, loop: loop) { _ in set }
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
