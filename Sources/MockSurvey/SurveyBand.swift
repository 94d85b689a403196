public import Astronomy
internal import Foundation

/// A band of a survey: how it is seen and how deep.
public struct SurveyBand: Sendable {
    /// Name and Galactic extinction.
    public var band: Band
    /// Throughput.
    public var passband: Passband
    /// Median full width at half maximum of the point spread, arcsec.
    public var medianSeeing: Double
    /// 5 sigma point-source depth of one pass at the median seeing, AB magnitudes.
    public var depth: Double
    /// Electrons per nanomaggy in one pass.
    public var electronsPerNanomaggy: Double

    /// A band from its parts.
    public init(
        band: Band, passband: Passband, medianSeeing: Double, depth: Double, electronsPerNanomaggy: Double
    ) {
        self.band = band
        self.passband = passband
        self.medianSeeing = medianSeeing
        self.depth = depth
        self.electronsPerNanomaggy = electronsPerNanomaggy
    }

    /// DECam g, r, z as DECaLS observed them (Dey et al. 2019, AJ 157, 168): seeing, shallow-end depth,
    /// photon counts.
    public static let decals: [SurveyBand] = [
        SurveyBand(
            band: .decamG, passband: .decamG, medianSeeing: 1.29, depth: 23.95, electronsPerNanomaggy: 3800),
        SurveyBand(
            band: .decamR, passband: .decamR, medianSeeing: 1.18, depth: 23.54, electronsPerNanomaggy: 3600),
        SurveyBand(
            band: .decamZ, passband: .decamZ, medianSeeing: 1.11, depth: 22.50, electronsPerNanomaggy: 3900),
    ]

    /// Standard deviation of the sky noise of one pass in a pixel before interpolation, nanomaggies.
    ///
    /// `F_5 / (5 sqrt(N_eff))` with the Moffat profile's number of pixels.
    public func skyNoise(pixelScale: Double, beta: Double) -> Double {
        let pixels = PointSpread.effectivePixels(fwhm: medianSeeing, beta: beta, pixelScale: pixelScale)
        return pow(10, 0.4 * (22.5 - depth)) / (5 * pixels.squareRoot())
    }
}
