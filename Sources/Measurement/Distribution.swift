/// Least, middle and largest of some measurements.
public struct Distribution: Sendable, Equatable, Codable {
    /// The least.
    public var minimum: Double
    /// The middle one; the mean of the two in the middle of an even number.
    public var median: Double
    /// The largest.
    public var maximum: Double

    /// The distribution of at least one measurement, none of them NaN.
    public init(of values: [Double]) {
        precondition(!values.isEmpty, "Distribution: no values")
        precondition(!values.contains(where: \.isNaN), "Distribution: a value is NaN")
        let sorted = values.sorted()
        let middle = sorted.count / 2
        minimum = sorted[0]
        maximum = sorted[sorted.count - 1]
        median = sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}
