internal import CKernels

/// How surface brightnesses become the numbers that a network reads.
///
/// Every pixel is first corrected for Galactic extinction, `f = f_observed 10^(0.4 A_b E(B-V))`; a pixel that is
/// not finite counts as sky and becomes 0.
public enum InputScaling: Sendable, Hashable, Codable {
    /// `x = asinh((f - sky) / (sigmas sigma_sky))`, sky and noise measured per image and band.
    ///
    /// The default. The sky is removed because coadded cutouts keep residuals of 0.1 to 0.5 sigma a pixel, which
    /// over the footprint of a faint galaxy outweigh the noise of its flux; what a large galaxy loses through its
    /// own light in the border is a constant offset far below its brightness. The noise carries the unit: a
    /// network that needs absolute fluxes takes `SkyStatistics.sigmas` beside the image.
    case asinh(sigmas: Double = 3, removesSky: Bool = true)
    /// `x = tanh(asinh(beta f / m_b))` (Gagliano & Villar 2023, eq. 1), `m_b` the mean over the training set of
    /// each image's maximum, one a band.
    case saturating(beta: Double = 10, meanMaxima: [Float])

    /// The default scaling.
    public static let standard = InputScaling.asinh()

    /// Whether the sky of each image must be known.
    public var needsSky: Bool {
        switch self {
        case .asinh: true
        case .saturating: false
        }
    }

    /// The kernel's function.
    var function: galatea_scale_function {
        switch self {
        case .asinh: GALATEA_SCALE_ASINH
        case .saturating: GALATEA_SCALE_SATURATING
        }
    }

    /// What is subtracted from and then multiplied with the pixels of a band.
    ///
    /// A noise that could not be measured, or an `m_b` that is not positive, gives a factor of 0: the band
    /// carries no information and reads as sky.
    func coefficients(band: Int, sky: SkyStatistics, dereddening: Float) -> (level: Float, factor: Float) {
        let level: Float
        let factor: Float
        switch self {
        case .asinh(let sigmas, let removesSky):
            level = removesSky ? sky.levels[band] : 0
            factor = dereddening / (Float(sigmas) * sky.sigmas[band])
        case .saturating(let beta, let meanMaxima):
            level = 0
            factor = Float(beta) * dereddening / meanMaxima[band]
        }
        guard level.isFinite, factor.isFinite, factor > 0 else { return (0, 0) }
        return (level, factor)
    }
}
