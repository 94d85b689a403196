internal import CKernels
internal import Computing

/// Points in blocks of 32, coordinate by coordinate, as the distance kernel reads them.
struct PointBlocks: Sendable, Equatable {
    /// Points in a block.
    static let length = Int(GALATEA_DISTANCE_BLOCK)

    /// Coordinates of a point.
    let dimension: Int
    /// Values, shape `[block, dimension, 32]`; the last block of a run is padded with zeros.
    private(set) var values: [Double] = []
    /// Row of each point in the matrix it came from, shape `[block, 32]`; -1 is padding.
    private(set) var rows: [Int] = []

    /// Number of blocks.
    var count: Int { rows.count / Self.length }

    /// No blocks yet.
    init(dimension: Int) { self.dimension = dimension }

    /// All points of `points`, in order.
    init(_ points: FeatureMatrix) {
        self.init(dimension: points.dimension)
        append(Array(0..<points.count), of: points)
    }

    /// Appends the points at `chosen` rows, starting a block of their own.
    mutating func append(_ chosen: [Int], of points: FeatureMatrix) {
        for start in stride(from: 0, to: chosen.count, by: Self.length) {
            let members = chosen[start..<min(chosen.count, start + Self.length)]
            let base = values.count
            values += [Double](repeating: 0, count: dimension * Self.length)
            for (lane, row) in members.enumerated() {
                for column in 0..<dimension {
                    values[base + column * Self.length + lane] = points.values[row * dimension + column]
                }
            }
            rows += members + [Int](repeating: -1, count: Self.length - members.count)
        }
    }

    /// Writes the kernel's sums from `query` to the points of one block into the first 32 of `sums`.
    func sums(
        block: Int, from query: [Double], metric: Minkowski, level: InstructionSet, into sums: inout [Double]
    ) {
        precondition(
            query.count == dimension && sums.count >= Self.length && (0..<count).contains(block),
            "PointBlocks: query of \(query.count) coordinates, expected \(dimension); block \(block) of \(count)"
        )
        values.withUnsafeBufferPointer { values in
            query.withUnsafeBufferPointer { query in
                sums.withUnsafeMutableBufferPointer { sums in
                    guard let values = values.baseAddress, let query = query.baseAddress,
                        let sums = sums.baseAddress
                    else { return }
                    galatea_block_distances(
                        galatea_level(rawValue: UInt32(level.rawValue)), metric.kernel, metric.exponent,
                        query, values + block * dimension * Self.length, dimension, sums)
                }
            }
        }
    }
}
