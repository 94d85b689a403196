/// Brings every feature to mean 0 and standard deviation 1, with the figures of the training rows.
///
/// `x' = (x - mean) / deviation`, the deviation over N (not N - 1). A feature that is constant in the
/// training rows has deviation 1: it becomes its distance from that constant.
public struct FeatureScaler: Sendable, Equatable {
    /// Mean of each feature over the training rows.
    public let mean: [Double]
    /// Standard deviation of each feature over the training rows; above 0.
    public let deviation: [Double]

    /// Features of a row.
    public var dimension: Int { mean.count }

    /// A scaler of known figures; deviations are above 0.
    public init(mean: [Double], deviation: [Double]) {
        precondition(
            mean.count == deviation.count && !mean.isEmpty,
            "FeatureScaler: \(mean.count) means, \(deviation.count) deviations")
        precondition(
            mean.allSatisfy(\.isFinite) && deviation.allSatisfy { $0.isFinite && $0 > 0 },
            "FeatureScaler: means must be finite and deviations above 0")
        self.mean = mean
        self.deviation = deviation
    }

    /// A scaler with the figures of `training`.
    ///
    /// - Throws: `DiscoveryError.noRows`, or `.notFinite` for a value that is not finite or so large that
    ///   the deviation is not.
    public init(fitting training: FeatureMatrix) throws {
        guard training.count > 0 else { throw DiscoveryError.noRows(purpose: "scaling features") }
        try training.requireFinite()
        let dimension = training.dimension
        let count = Double(training.count)
        var mean = [Double](repeating: 0, count: dimension)
        var deviation = [Double](repeating: 1, count: dimension)
        for column in 0..<dimension {
            let values = stride(from: column, to: training.values.count, by: dimension).map {
                training.values[$0]
            }
            mean[column] = values.reduce(0) { $0 + $1 / count }
            // A constant feature must not be blown up by the rounding of its mean.
            guard values.contains(where: { $0 != values[0] }) else {
                mean[column] = values[0]
                continue
            }
            let square = values.reduce(0) { $0 + ($1 - mean[column]) * ($1 - mean[column]) / count }
            guard square.isFinite else {
                throw DiscoveryError.notFinite(row: 0, column: column, value: square)
            }
            deviation[column] = square > 0 ? square.squareRoot() : 1
        }
        self.init(mean: mean, deviation: deviation)
    }

    /// The rows brought to the training rows' scale.
    public func scaled(_ rows: FeatureMatrix) -> FeatureMatrix {
        precondition(
            rows.dimension == dimension,
            "FeatureScaler: rows of \(rows.dimension) features, expected \(dimension)")
        var values = rows.values
        scale(&values)
        return FeatureMatrix(dimension: dimension, values: values)
    }

    /// Brings rows of `dimension` values each, row-major, to the training rows' scale.
    func scale(_ values: inout [Double]) {
        var index = 0
        while index + dimension <= values.count {
            for column in 0..<dimension {
                values[index + column] = (values[index + column] - mean[column]) / deviation[column]
            }
            index += dimension
        }
    }
}
