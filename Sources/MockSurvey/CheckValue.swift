/// One figure of the mock sky beside what it should be.
public struct CheckValue: Sendable, Equatable {
    /// What part of the sky it belongs to.
    public enum Group: String, Sendable, CaseIterable {
        /// Scaling relations and curves.
        case relations
        /// Stellar spectra and passbands.
        case spectra
        /// Counts, redshifts and colours of the population.
        case population
        /// Green Peas and Red Spirals.
        case classes
        /// Pixels: fluxes, noise, correlation.
        case images
        /// Reported labels.
        case labels
    }

    /// What part of the sky it belongs to.
    public var group: Group
    /// What is compared, with its unit.
    public var name: String
    /// The mock's value.
    public var value: Double
    /// The value from observations or theory.
    public var expected: Double
    /// The largest accepted difference.
    public var tolerance: Double

    /// Whether the value lies within the tolerance.
    public var passes: Bool { abs(value - expected) <= tolerance }

    /// A comparison.
    public init(
        _ group: Group, _ name: String, _ value: Double, expected: Double, tolerance: Double
    ) {
        self.group = group
        self.name = name
        self.value = value
        self.expected = expected
        self.tolerance = tolerance
    }

    /// A value that should lie within a range.
    init(_ group: Group, _ name: String, _ value: Double, within range: ClosedRange<Double>) {
        self.init(
            group, name, value, expected: (range.lowerBound + range.upperBound) / 2,
            tolerance: (range.upperBound - range.lowerBound) / 2)
    }
}

/// Computes the figures of `simulate --check`.
///
/// The expected values are those of the literature and of SDSS, GAMA and BOSS samples; none depends on the
/// mock.
public struct CheckValues: Sendable {
    /// Galaxies drawn for each population figure.
    let sampleSize: Int
    let seed: UInt64

    /// Checks with samples of a size (4000 gives errors well inside the tolerances).
    public init(sampleSize: Int = 4000, seed: UInt64 = 1) {
        self.sampleSize = sampleSize
        self.seed = seed
    }

    /// Every figure, in the order of the groups: about ten seconds.
    public func all() throws -> [CheckValue] {
        try relations() + spectra() + population() + classes() + images() + labels()
    }

    /// The median of a list; NaN when it is empty.
    static func median(_ values: [Double]) -> Double { percentile(values, 0.5) }

    /// The value below which a fraction of the list lies.
    static func percentile(_ values: [Double], _ fraction: Double) -> Double {
        guard !values.isEmpty else { return .nan }
        let sorted = values.sorted()
        let place = fraction * Double(sorted.count - 1)
        let lower = min(sorted.count - 1, Int(place))
        let upper = min(sorted.count - 1, lower + 1)
        return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
    }
}
