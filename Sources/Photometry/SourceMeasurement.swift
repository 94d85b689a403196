public import Astronomy

/// What was measured of the galaxy at the centre of a cutout.
///
/// A quantity that could not be measured is NaN.
public struct SourceMeasurement: Sendable, Hashable {
    /// Total flux of each band, nanomaggies, not corrected for Galactic extinction.
    public var fluxes: [Double]
    /// Standard errors of `fluxes`.
    public var fluxSigmas: [Double]
    /// Flux over its error, of each band.
    public var signalToNoise: [Double]
    /// Semi-major axis of the ellipse that holds half of the stack's total light, arcsec, seeing included.
    public var halfLightRadius: Double
    /// Minor over major axis, `(0, 1]`.
    public var axisRatio: Double
    /// Position angle of the major axis, east of north, radians in `[0, pi)`.
    public var positionAngle: Double
    /// Standard error of the position angle, radians, at most `pi / sqrt(12)`, that of no knowledge.
    public var positionAngleSigma: Double
    /// `e cos(2 phi)` and `e sin(2 phi)`, `e = (a^2 - b^2) / (a^2 + b^2)`, `phi` the position angle.
    public var ellipticity: SIMD2<Double>
    /// Standard error of either component of `ellipticity`.
    public var ellipticitySigma: Double
    /// The ellipse in which every band was summed; `nil` without a source.
    public var aperture: EllipticalAperture?
    /// Share of the total light that the aperture holds; fluxes are divided by it.
    public var apertureFraction: Double
    /// Level and noise of the sky.
    public var sky: SkyStatistics
    /// `noCentralSource`, `angleUndefined`, `bandAllZero`, `nonFinitePixels`.
    public var flags: QualityFlags

    /// A measurement that found nothing: NaN everywhere.
    public init(nothingIn bands: Int, flags: QualityFlags = [.noCentralSource, .angleUndefined]) {
        let missing = Array(repeating: Double.nan, count: bands)
        fluxes = missing
        fluxSigmas = missing
        signalToNoise = missing
        halfLightRadius = .nan
        axisRatio = .nan
        positionAngle = .nan
        positionAngleSigma = .nan
        ellipticity = SIMD2(.nan, .nan)
        ellipticitySigma = .nan
        aperture = nil
        apertureFraction = .nan
        sky = .unknown(bands: bands)
        self.flags = flags
    }

    /// Error of a position angle of which nothing is known: uniform over `pi`.
    public static let unknownAngleSigma = Double.pi / 12.0.squareRoot()
}

/// Something that measures the galaxy at the centre of a cutout.
public protocol SourceMeasuring: Sendable {
    /// Measures one cutout, in the bands it has.
    ///
    /// - Parameters:
    ///   - image: Surface brightnesses per native pixel.
    ///   - workspace: Memory of this thread, of any measurement before; a measurer may do without.
    func measure(_ image: GalaxyImage, workspace: MeasurementWorkspace) -> SourceMeasurement
}

extension SourceMeasuring {
    /// Measures one cutout with memory of its own.
    public func measure(_ image: GalaxyImage) -> SourceMeasurement {
        measure(image, workspace: MeasurementWorkspace())
    }
}

/// The ways to measure sources, as configurations name them.
public enum PhotometryMethod: String, Sendable, Hashable, Codable, CaseIterable {
    /// No photometry: its columns are absent.
    case none
    /// Kernels of our own, a few passes over the pixels; `FastPhotometry` says how far they agree with SEP.
    case fast
    /// SEP: detection, deblending, Kron aperture.
    case sep

    /// The measurer, `nil` for none. The fast one knows no sky but the border's.
    public func measurer(settings: SourceMeasurer.Settings = .init()) -> (any SourceMeasuring)? {
        switch self {
        case .none: nil
        case .fast: FastPhotometry(settings: settings)
        case .sep: SourceMeasurer(settings: settings)
        }
    }
}
