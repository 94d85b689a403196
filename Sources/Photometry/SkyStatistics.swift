/// Level and noise of the sky in each band of an image, in the units of its pixels.
public struct SkyStatistics: Sendable, Hashable {
    /// Median of the sky pixels left after clipping; NaN for a band without any.
    public var levels: [Float]
    /// Standard deviation of a sky pixel, `1.4826 MAD`; NaN where it cannot be measured or is 0.
    public var sigmas: [Float]

    /// Known values, one a band.
    public init(levels: [Float], sigmas: [Float]) {
        precondition(
            levels.count == sigmas.count, "SkyStatistics: \(levels.count) levels, \(sigmas.count) sigmas")
        self.levels = levels
        self.sigmas = sigmas
    }

    /// NaN in every band.
    public static func unknown(bands: Int) -> SkyStatistics {
        let values = Array(repeating: Float.nan, count: bands)
        return SkyStatistics(levels: values, sigmas: values)
    }

    /// Turns a median absolute deviation into the standard deviation of a Gaussian.
    public static let sigmaPerMedianDeviation: Float = 1.482_602_2

    /// The border that shows the sky: one sixteenth of the shorter side, at least 2 pixels wide.
    public static func borderWidth(of size: ImageSize) -> Int {
        max(2, (min(size.width, size.height) + 8) / 16)
    }
}
