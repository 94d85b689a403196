internal import Computing
internal import Foundation

/// How one field was observed: passes, seeing, sky, calibration, Galactic dust.
public struct ObservingConditions: Sendable {
    /// Number of exposures averaged, 1 to 4.
    public var passes: Int
    /// Point spread of each band.
    public var pointSpreads: [PointSpread]
    /// Standard deviation of the sky noise of one pass in a pixel before interpolation, each band,
    /// nanomaggies.
    public var skyNoise: [Double]
    /// Factor of the calibration on the image, each band.
    public var zeroPointFactors: [Double]
    /// Sky left after subtraction, each band, nanomaggies per pixel.
    public var skyResiduals: [Double]
    /// Sub-pixel shift of the cutout against the coadd, pixels; within 0.3, which gives neighbouring pixels
    /// the correlation of a real cutout (our approximation).
    public var cutoutShift: SIMD2<Double>
    /// E(B-V) of the Milky Way on the scale of Schlegel, Finkbeiner & Davis (1998), magnitudes.
    public var galacticReddening: Double

    /// Exponent of the Moffat point spread (our approximation).
    public static let beta = 3.5
    /// Seeing scatter common to the bands and of each band, natural log.
    private static let seeingScatter = (common: 0.11, band: 0.05)
    /// Zero-point scatter of a band in an image, magnitudes (our approximation).
    private static let zeroPointScatter = 0.015

    /// Draws the conditions of a field.
    init(bands: [SurveyBand], pixelScale: Double, using generator: inout some RandomNumberGenerator) {
        passes = 1 + min(3, Int(generator.uniform() * 4))
        let common = Self.seeingScatter.common * generator.normal()
        let distortion = SIMD2(0.02 * generator.normal(), 0.02 * generator.normal())
        pointSpreads = []
        skyNoise = []
        zeroPointFactors = []
        skyResiduals = []
        for band in bands {
            let seeing = band.medianSeeing * exp(common + Self.seeingScatter.band * generator.normal())
            pointSpreads.append(
                PointSpread(fwhm: seeing, beta: Self.beta, ellipticity: distortion))
            let noise =
                band.skyNoise(pixelScale: pixelScale, beta: Self.beta) * exp(0.08 * generator.normal())
            skyNoise.append(noise)
            zeroPointFactors.append(pow(10, 0.4 * Self.zeroPointScatter * generator.normal()))
            let sign = generator.uniform() < 0.5 ? -1.0 : 1.0
            skyResiduals.append(
                sign * generator.uniform(0.1...0.5) * noise / Double(passes).squareRoot())
        }
        cutoutShift = SIMD2(generator.uniform(-0.3...0.3), generator.uniform(-0.3...0.3))
        galacticReddening = min(0.3, max(0.005, 0.04 * exp(0.6 * generator.normal())))
    }
}
