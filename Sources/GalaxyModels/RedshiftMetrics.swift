/// How well photometric redshifts meet true ones, with `e = (z_phot - z) / (1 + z)`.
public struct RedshiftMetrics: Sendable, Equatable, Codable {
    /// Pairs of finite redshifts.
    public let count: Int
    /// Median of e.
    public let medianBias: Double
    /// Mean of e.
    public let meanBias: Double
    /// `1.4826 median |e - median e|`.
    public let sigmaMAD: Double
    /// Interquartile range of e over 1.349.
    public let sigmaIQR: Double
    /// Fraction with |e| > 0.15.
    public let outlierFraction: Double
    /// Fraction with |e| > max(0.06, 3 sigmaIQR), as in RAIL.
    public let outlierFractionIQR: Double
    /// Mean of (z_phot - z)^2.
    public let meanSquaredError: Double
    /// Largest |median e| of the thirds of the sample by z_phot.
    public let worstThirdBias: Double

    /// The metrics of pairs; pairs with a value that is not finite are left out.
    public init(estimated: [Double], true truth: [Double]) {
        precondition(estimated.count == truth.count, "RedshiftMetrics: \(estimated.count) and \(truth.count)")
        let pairs = zip(estimated, truth).filter { $0.isFinite && $1.isFinite }.sorted { $0.0 < $1.0 }
        let errors = pairs.map { ($0 - $1) / (1 + $1) }
        let statistics = OrderStatistics(errors)
        let total = Double(pairs.count)
        count = pairs.count
        medianBias = statistics.median
        meanBias = errors.reduce(0, +) / total
        sigmaMAD = statistics.scaledMedianDeviation
        sigmaIQR = (statistics.quantile(0.75) - statistics.quantile(0.25)) / 1.349
        outlierFraction = Double(errors.count { abs($0) > 0.15 }) / total
        let limit = max(0.06, 3 * sigmaIQR)
        outlierFractionIQR = Double(errors.count { abs($0) > limit }) / total
        meanSquaredError = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / total
        let thirds = (0..<3).map { Array(errors[errors.count * $0 / 3..<errors.count * ($0 + 1) / 3]) }
        worstThirdBias = thirds.map { abs(OrderStatistics($0).median) }.max() ?? .nan
    }
}

/// How well an estimate meets a true quantity.
public struct RegressionMetrics: Sendable, Equatable, Codable {
    /// Pairs of finite values.
    public let count: Int
    /// Median difference.
    public let medianBias: Double
    /// Root of the mean squared difference.
    public let rootMeanSquare: Double
    /// `1.4826 median |d - median d|` of the differences.
    public let sigmaMAD: Double
    /// Squared linear correlation r^2, which the paper reports as R^2.
    public let squaredCorrelation: Double
    /// `1 - SS_res / SS_tot`: the share of variance explained, below 0 for an estimate worse than the mean.
    public let determination: Double

    /// The metrics of pairs; pairs with a value that is not finite are left out.
    public init(estimated: [Double], true truth: [Double]) {
        precondition(
            estimated.count == truth.count, "RegressionMetrics: \(estimated.count) and \(truth.count)")
        let pairs = zip(estimated, truth).filter { $0.isFinite && $1.isFinite }
        let total = Double(pairs.count)
        let differences = pairs.map { $0 - $1 }
        let statistics = OrderStatistics(differences)
        count = pairs.count
        medianBias = statistics.median
        sigmaMAD = statistics.scaledMedianDeviation
        let squares = differences.reduce(0) { $0 + $1 * $1 }
        rootMeanSquare = (squares / total).squareRoot()
        let meanEstimate = pairs.reduce(0) { $0 + $1.0 } / total
        let meanTruth = pairs.reduce(0) { $0 + $1.1 } / total
        var covariance = 0.0
        var varianceEstimate = 0.0
        var varianceTruth = 0.0
        for (estimate, value) in pairs {
            covariance += (estimate - meanEstimate) * (value - meanTruth)
            varianceEstimate += (estimate - meanEstimate) * (estimate - meanEstimate)
            varianceTruth += (value - meanTruth) * (value - meanTruth)
        }
        squaredCorrelation = covariance * covariance / (varianceEstimate * varianceTruth)
        determination = 1 - squares / varianceTruth
    }
}
