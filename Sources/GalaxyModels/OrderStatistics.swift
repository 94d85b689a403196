/// Medians and quantiles of finite values.
public struct OrderStatistics: Sendable {
    /// The values, ascending; those that are not finite are left out.
    public let sorted: [Double]

    /// The statistics of the finite values among these.
    public init(_ values: some Sequence<Double>) {
        sorted = values.filter(\.isFinite).sorted()
    }

    /// The median; NaN without values.
    public var median: Double { quantile(0.5) }

    /// The value below which a fraction lies, linear between neighbours (Hyndman & Fan 1996, type 7).
    public func quantile(_ fraction: Double) -> Double {
        guard !sorted.isEmpty else { return .nan }
        let place = max(0, min(1, fraction)) * Double(sorted.count - 1)
        let lower = Int(place)
        let upper = min(lower + 1, sorted.count - 1)
        return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
    }

    /// `1.4826 median |x - median x|`: the standard deviation of a Gaussian, robust against outliers.
    public var scaledMedianDeviation: Double {
        let centre = median
        return 1.4826 * OrderStatistics(sorted.map { abs($0 - centre) }).median
    }
}
