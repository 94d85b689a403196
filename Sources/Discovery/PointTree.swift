internal import CKernels
internal import Computing

/// Points in leaves of 16 under a tree of boxes, or without one.
///
/// Points are divided as in a k-d tree (Bentley 1975; Friedman, Bentley & Finkel 1977), four divisions a node: a
/// node holds the bounding boxes of 16 leaves, or of 16 nodes (Guttman 1984), which one pass measures. Boxes are
/// in single precision, and what rounding does to a box's distance is allowed for, so results are exact and equal
/// those of looking at every point. Leaves hold coordinates in single precision where that is exact, as it is for
/// stored latents; distances between points are in double precision either way.
struct PointTree: Sendable {
    /// Number of points.
    let count: Int
    /// Coordinates of a point.
    let dimension: Int
    private let floats: AlignedMemory<Float>?
    private let doubles: AlignedMemory<Double>?
    /// Place of each point among points of equal distance, shape `[leaf, 16]`.
    private let ranks: AlignedMemory<Int32>
    /// Bounding boxes, shape `[node, dimension, 2, 16]`; `nil` to look at every point.
    private let boxes: AlignedMemory<Float>?

    /// The points of `points`, all finite.
    ///
    /// - Parameters:
    ///   - ranks: Place of each point among points of equal distance, all different.
    ///   - hasBoxes: Whether to put boxes around them; without them every point is looked at.
    ///   - order: The rows in the order of leaves, each once: `order(of:)` when `nil`; another is as exact, and slower
    ///     to search.
    init(_ points: FeatureMatrix, ranks: [Int32], hasBoxes: Bool, order: [Int32]? = nil) {
        precondition(
            points.count < Int32.max && points.dimension < Int32.max && ranks.count == points.count
                && order.map { Self.isOrder($0, of: points.count) } ?? true,
            "PointTree: \(points.count) points of \(points.dimension) coordinates, \(ranks.count) ranks, order of \(order?.count ?? points.count)"
        )
        let count = points.count
        let dimension = points.dimension
        let leaves = galatea_tree_leaf_count(count)
        let length = Int(GALATEA_TREE_LEAF)
        let order = hasBoxes ? order ?? Self.order(of: points) : nil
        let isExact = points.values.allSatisfy { Double(Float($0)) == $0 }
        let floats = isExact ? AlignedMemory<Float>(repeating: 0, count: leaves * dimension * length) : nil
        let doubles = isExact ? nil : AlignedMemory<Double>(repeating: 0, count: leaves * dimension * length)
        galatea_tree_pack(points.values, order, count, dimension, floats?.start, doubles?.start)
        let leafRanks = AlignedMemory<Int32>(repeating: 0, count: leaves * length)
        for place in 0..<count { leafRanks.start[place] = ranks[order.map { Int($0[place]) } ?? place] }
        if hasBoxes {
            let width = dimension * 2 * Int(GALATEA_TREE_FAN)
            let boxes = AlignedMemory<Float>(repeating: 0, count: galatea_tree_node_count(count) * width)
            galatea_tree_enclose(floats?.start, doubles?.start, count, dimension, boxes.start)
            self.boxes = boxes
        } else {
            boxes = nil
        }
        self.count = count
        self.dimension = dimension
        self.floats = floats
        self.doubles = doubles
        self.ranks = leafRanks
    }

    /// The rows of points in the order of a tree's leaves.
    static func order(of points: FeatureMatrix) -> [Int32] {
        let rounded = points.values.map { Float($0) }
        var keys = [UInt64](repeating: 0, count: points.count)
        var order = [Int32](repeating: 0, count: points.count)
        galatea_tree_order(rounded, points.count, points.dimension, &order, &keys)
        return order
    }

    /// Whether `order` names each of `count` rows once.
    static func isOrder(_ order: [Int32], of count: Int) -> Bool {
        guard order.count == count else { return false }
        var isNamed = [Bool](repeating: false, count: count)
        for row in order {
            guard isNamed.indices.contains(Int(row)), !isNamed[Int(row)] else { return false }
            isNamed[Int(row)] = true
        }
        return true
    }

    /// What a search leaves out: nothing, one point a query, or a set.
    struct Exclusion {
        /// Rank of the point that each query leaves out, -1 for none; empty when none does.
        var ofQuery: [Int32] = []
        /// Ranks that no query finds, a bit each; empty for none.
        var set: [UInt64] = []
    }

    /// Memory that one search needs, whatever the number of queries.
    var workspaceCount: Int { galatea_tree_workspace_count(dimension) }

    /// Writes the ranks and distances of the `k` nearest points of each query, and how many there are.
    ///
    /// - Parameters:
    ///   - queries: Finite, shape `[N, dimension]`.
    ///   - distances: Room for `N * k`, as `ranks`; `found` for `N`.
    func search(
        _ queries: [Double], k: Int, metric: Minkowski, level: InstructionSet, excluding: Exclusion,
        distances: inout [Double], ranks: inout [Int32], found: inout [Int32], workspace: inout [Double]
    ) {
        let number = queries.count / dimension
        precondition(
            k >= 1 && distances.count >= number * k && ranks.count >= number * k && found.count >= number
                && workspace.count >= workspaceCount
                && (excluding.ofQuery.isEmpty || excluding.ofQuery.count == number)
                && (excluding.set.isEmpty || excluding.set.count * 64 >= count),
            "PointTree: no room for \(k) neighbours of \(number) queries")
        var tree = galatea_point_tree(
            count: count, dimension: dimension, floats: floats?.start, doubles: doubles?.start,
            ranks: self.ranks.start, boxes: boxes?.start)
        excluding.set.withUnsafeBufferPointer { set in
            excluding.ofQuery.withUnsafeBufferPointer { ofQuery in
                var search = galatea_search(
                    metric: metric.kernel, exponent: metric.exponent, k: k,
                    excluded_set: set.isEmpty ? nil : set.baseAddress)
                galatea_tree_nearest(
                    galatea_level(rawValue: UInt32(level.rawValue)), &tree, &search, number, queries,
                    ofQuery.isEmpty ? nil : ofQuery.baseAddress, &distances, &ranks, &found, &workspace)
            }
        }
    }
}
