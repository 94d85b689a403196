/// Feature vectors of many objects: shape `[count, dimension]`, row-major, in double precision.
public struct FeatureMatrix: Sendable, Equatable {
    /// Features of one object, at least 1.
    public let dimension: Int
    /// All values, row after row.
    public private(set) var values: [Double]

    /// Number of objects.
    public var count: Int { values.count / dimension }

    /// Rows of `dimension` features each, row-major.
    public init(dimension: Int, values: [Double]) {
        precondition(dimension >= 1, "FeatureMatrix: dimension must be at least 1, got \(dimension)")
        precondition(
            values.count % dimension == 0,
            "FeatureMatrix: \(values.count) values are no whole rows of \(dimension)")
        self.dimension = dimension
        self.values = values
    }

    /// Rows of `dimension` single-precision features each, row-major.
    public init(dimension: Int, floats: [Float]) {
        // A map looks at its room for every element.
        let values = [Double](unsafeUninitializedCapacity: floats.count) { buffer, filled in
            for index in floats.indices { buffer[index] = Double(floats[index]) }
            filled = floats.count
        }
        self.init(dimension: dimension, values: values)
    }

    /// The features of the object at `row`.
    public func row(_ row: Int) -> [Double] {
        Array(values[row * dimension..<(row + 1) * dimension])
    }

    /// The objects at these rows, in their order; a row may come twice.
    public func rows(_ rows: [Int]) -> FeatureMatrix {
        var chosen: [Double] = []
        chosen.reserveCapacity(rows.count * dimension)
        for row in rows { chosen += values[row * dimension..<(row + 1) * dimension] }
        return FeatureMatrix(dimension: dimension, values: chosen)
    }

    /// The objects at these consecutive rows.
    public func rows(_ rows: Range<Int>) -> FeatureMatrix {
        FeatureMatrix(
            dimension: dimension,
            values: Array(values[rows.lowerBound * dimension..<rows.upperBound * dimension]))
    }

    /// Appends one object.
    public mutating func append(_ features: [Double]) {
        precondition(
            features.count == dimension,
            "FeatureMatrix.append: \(features.count) features, expected \(dimension)")
        values += features
    }

    /// Throws `DiscoveryError.notFinite` for the first value that is NaN or infinite.
    public func requireFinite() throws {
        guard let index = values.firstIndex(where: { !$0.isFinite }) else { return }
        throw DiscoveryError.notFinite(
            row: index / dimension, column: index % dimension, value: values[index])
    }
}
