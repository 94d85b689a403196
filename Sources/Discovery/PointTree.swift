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
    init(_ points: FeatureMatrix, ranks: [Int32], hasBoxes: Bool) {
        precondition(
            points.count < Int32.max && points.dimension < Int32.max && ranks.count == points.count,
            "PointTree: \(points.count) points of \(points.dimension) coordinates, \(ranks.count) ranks")
        let count = points.count
        let dimension = points.dimension
        let leaves = galatea_tree_leaf_count(count)
        let length = Int(GALATEA_TREE_LEAF)
        let rounded = AlignedMemory<Float>(repeating: 0, count: points.values.count)
        let isExact = galatea_tree_round(points.values, points.values.count, rounded.start) != 0
        let order = AlignedMemory<Int32>(repeating: 0, count: count)
        if hasBoxes {
            let keys = AlignedMemory<UInt64>(repeating: 0, count: count)
            galatea_tree_order(rounded.start, count, dimension, order.start, keys.start)
            let width = dimension * 2 * Int(GALATEA_TREE_FAN)
            let boxes = AlignedMemory<Float>(repeating: 0, count: galatea_tree_node_count(count) * width)
            galatea_tree_enclose(
                rounded.start, order.start, count, dimension, isExact ? 1 : 0, boxes.start)
            self.boxes = boxes
        } else {
            for row in 0..<count { order.start[row] = Int32(row) }
            boxes = nil
        }
        let floats = isExact ? AlignedMemory<Float>(repeating: 0, count: leaves * dimension * length) : nil
        let doubles = isExact ? nil : AlignedMemory<Double>(repeating: 0, count: leaves * dimension * length)
        galatea_tree_pack(points.values, order.start, count, dimension, floats?.start, doubles?.start)
        let leafRanks = AlignedMemory<Int32>(repeating: 0, count: leaves * length)
        for place in 0..<count { leafRanks.start[place] = ranks[Int(order.start[place])] }
        self.count = count
        self.dimension = dimension
        self.floats = floats
        self.doubles = doubles
        self.ranks = leafRanks
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
