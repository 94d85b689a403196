internal import Computing

/// A k-d tree over points (Bentley 1975; Friedman, Bentley & Finkel 1977) with leaves of up to 32.
///
/// Cells carry tight bounding boxes; a cell is skipped only when its box is farther than the worst neighbour
/// kept, so results are exact and equal those of an exhaustive search.
struct KDTree: Sendable {
    /// A cell: a leaf, or two cells.
    private struct Node: Sendable {
        /// Block of a leaf; -1 for an inner cell.
        var block: Int
        /// Second child of an inner cell; the first follows its parent.
        var second: Int
    }

    private var blocks: PointBlocks
    private var nodes: [Node] = []
    /// Lower then upper corner of each node's box, shape `[node, 2, dimension]`.
    private var boxes: [Double] = []

    /// A tree over `points`, all finite.
    init(_ points: FeatureMatrix) {
        blocks = PointBlocks(dimension: points.dimension)
        var order = Array(0..<points.count)
        if points.count > 0 { build(&order, 0..<points.count, points) }
    }

    /// Adds the cell of `order[range]` and, below it, its parts; depth is about log2(N / 32).
    private mutating func build(_ order: inout [Int], _ range: Range<Int>, _ points: FeatureMatrix) {
        let dimension = points.dimension
        var lower = points.row(order[range.lowerBound])
        var upper = lower
        for position in range {
            for column in 0..<dimension {
                let value = points.values[order[position] * dimension + column]
                lower[column] = min(lower[column], value)
                upper[column] = max(upper[column], value)
            }
        }
        let node = nodes.count
        nodes.append(Node(block: -1, second: -1))
        boxes += lower + upper
        if range.count <= PointBlocks.length {
            nodes[node].block = blocks.count
            blocks.append(Array(order[range]), of: points)
            return
        }
        var widest = 0
        for column in 0..<dimension where upper[column] - lower[column] > upper[widest] - lower[widest] {
            widest = column
        }
        // Equal values are told apart by row, so that duplicates still halve.
        order[range].sort { left, right in
            let a = points.values[left * dimension + widest]
            let b = points.values[right * dimension + widest]
            return a < b || (a == b && left < right)
        }
        // Whole blocks on the first side keep leaves full.
        let halves = (range.count + 2 * PointBlocks.length - 1) / (2 * PointBlocks.length)
        let middle = range.lowerBound + min(range.count - 1, halves * PointBlocks.length)
        build(&order, range.lowerBound..<middle, points)
        nodes[node].second = nodes.count
        build(&order, middle..<range.upperBound, points)
    }

    /// Offers to `nearest` every point that can be among the nearest.
    ///
    /// - Parameter visit: Gets a block and decides what of it to offer.
    func search(
        _ query: [Double], metric: Minkowski, nearest: inout NearestFew,
        visit: (_ block: Int, _ blocks: PointBlocks, _ nearest: inout NearestFew) -> Void
    ) {
        guard !nodes.isEmpty else { return }
        var stack = [(node: 0, distance: boxDistance(0, query, metric))]
        while let cell = stack.popLast() {
            if cell.distance > nearest.bound { continue }
            let node = nodes[cell.node]
            if node.block >= 0 {
                visit(node.block, blocks, &nearest)
                continue
            }
            let first = (node: cell.node + 1, distance: boxDistance(cell.node + 1, query, metric))
            let second = (node: node.second, distance: boxDistance(node.second, query, metric))
            stack += first.distance <= second.distance ? [second, first] : [first, second]
        }
    }

    /// A lower bound on the distance from `query` to the points of a cell.
    private func boxDistance(_ node: Int, _ query: [Double], _ metric: Minkowski) -> Double {
        let dimension = query.count
        let base = node * 2 * dimension
        var sum = 0.0
        for column in 0..<dimension {
            let below = boxes[base + column] - query[column]
            let above = query[column] - boxes[base + dimension + column]
            sum = metric.adding(max(0, below, above), to: sum)
        }
        // The kernel may fuse multiplication and addition: a hair below keeps the bound a bound.
        return metric.distance(ofSum: sum) * (1 - 1e-12)
    }
}
