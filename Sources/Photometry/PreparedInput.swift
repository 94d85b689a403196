public import Astronomy

/// What is known of a cutout after its preparation, beside the prepared pixels.
public struct PreparedInput: Sendable, Hashable {
    /// The sky that the scaling used; NaN where a scaling needs none.
    public var sky: SkyStatistics
    /// Share of pixels that are NaN or infinite, per band.
    public var nonFiniteFractions: [Double]
    /// `bandAllZero` and `nonFinitePixels`.
    public var flags: QualityFlags

    /// The values of one cutout.
    public init(sky: SkyStatistics, nonFiniteFractions: [Double], flags: QualityFlags) {
        self.sky = sky
        self.nonFiniteFractions = nonFiniteFractions
        self.flags = flags
    }

    /// Above this share of non-finite pixels in a band a cutout gives no estimates.
    public static let tolerableNonFiniteFraction = 0.01

    /// Whether some band has more non-finite pixels than an estimate bears.
    public var hasTooManyNonFinitePixels: Bool {
        nonFiniteFractions.contains { $0 > Self.tolerableNonFiniteFraction }
    }
}

/// A prepared cutout with what is known of it.
public struct PreparedCutout: Sendable, Hashable {
    /// Network input, shape `[y, x, band]`.
    public var pixels: [Float]
    /// Sky, gaps and flags.
    public var input: PreparedInput
}
