public import Astronomy

/// Measures the galaxy at the centre of a cutout through SEP: detection on the stacked bands, one aperture for
/// all bands, shape and orientation.
///
/// 1. Each band's sky is the clipped median of the stamp's border without detected sources.
/// 2. The bands, each in units of its sky noise, are added and smoothed; sources above the threshold are found
///    and deblended; the one nearest the centre is the target.
/// 3. Neighbours, grown by a margin, and gaps give way to the pixel opposite the target's centre, else to sky.
/// 4. Flux is summed in the ellipse of 2.5 Kron radii of the stack, the same for all bands, and divided by the
///    share of the total light that such an ellipse holds (`ApertureCorrection`).
public struct SourceMeasurer: SourceMeasuring {
    /// What can be chosen.
    public struct Settings: Sendable, Hashable, Codable {
        /// Where the sky comes from.
        public enum Sky: Sendable, Hashable, Codable {
            /// The clipped median of the border, in each band.
            case border
            /// SEP's map of square boxes of `size` pixels, median-filtered over `filter` boxes. Boxes of 10 with a
            /// filter of 3 are those of Gagliano & Villar 2023; they take half of a large galaxy's light for sky.
            case boxes(size: Int = 10, filter: Int = 3)
        }
        /// How bands are added for the detection.
        public enum Stack: String, Sendable, Hashable, Codable {
            /// In units of each band's sky noise.
            case signalToNoise
            /// As they are (Gagliano & Villar 2023).
            case sum
        }
        /// Which light gives the shape.
        public enum Shape: String, Sendable, Hashable, Codable {
            /// Moments under an elliptical Gaussian weight of the source's own shape.
            case adaptive
            /// Moments of the smoothed light above the detection threshold, as SExtractor's and photutils'.
            case isophotal
        }
        /// Where the sky comes from.
        public var sky = Sky.border
        /// How bands are added.
        public var stack = Stack.signalToNoise
        /// Which light gives axis ratio and orientation.
        public var shape = Shape.adaptive
        /// Whether the axis ratio is freed from the seeing, `M - sigma_seeing^2` in place of the moments `M`; the
        /// true seeing of an image must be known for that.
        public var removesSeeing = false
        /// Detection threshold in units of the stack's pixel noise before smoothing.
        public var threshold = 1.5
        /// Least number of connected pixels of a source.
        public var minimumArea = 5
        /// Full width at half maximum of the Gaussian that smooths the stack, pixels.
        public var smoothingWidth = 3.0
        /// Thresholds between the isophote and the peak at which blended sources may part.
        public var deblendingLevels = 32
        /// Least share of the light that makes a part a source of its own.
        public var deblendingContrast = 0.005
        /// Kron radii of the aperture; `ApertureCorrection` was fitted for 2.5.
        public var kronFactor = 2.5
        /// Least size of the aperture, in standard deviations of the isophotal light.
        public var minimumApertureFactor = 3.5
        /// Pixels by which neighbours are grown before they are replaced.
        public var neighbourMargin = 2
        /// A source farther from the centre than this, in arcsec, is not the target unless it covers the centre.
        public var centralTolerance = 2.5
        /// Full width at half maximum of the point spread function, arcsec: tells resolved from unresolved.
        public var seeing = 1.2
        /// Ellipticity that an unknown point spread function may give a point source.
        public var seeingEllipticity = 0.03
        /// Error of an ellipticity component beside the sky noise: photon noise, faint neighbours, spiral arms.
        public var ellipticityFloor = 0.02
        /// Beyond this error, in radians, an angle counts as undefined.
        public var maximumAngleSigma = 0.35
        /// Electrons per nanomaggy of the bands, for the photon noise of the source; `nil` leaves it out.
        public var electronsPerNanomaggy: [Double]?

        /// The defaults.
        public init() {}

        /// Sky, stack and shape as Gagliano & Villar (2023) measured orientations.
        public static var paper: Settings {
            var settings = Settings()
            settings.sky = .boxes()
            settings.stack = .sum
            settings.shape = .isophotal
            return settings
        }
    }

    /// What was chosen.
    public let settings: Settings

    /// A measurer.
    public init(settings: Settings = Settings()) { self.settings = settings }

    /// Images beyond this side are measured in their central part.
    static let largestSide = 512

    /// Measures one cutout; any number of bands, any size.
    public func measure(_ image: GalaxyImage, workspace: MeasurementWorkspace) -> SourceMeasurement {
        measure(image, at: nil)
    }

    /// Measures the source nearest a pixel of the cutout.
    ///
    /// - Parameters:
    ///   - image: Surface brightnesses per native pixel in any list of bands.
    ///   - target: Pixel of the target; the middle of the image when `nil`.
    public func measure(_ image: GalaxyImage, at target: SIMD2<Double>?) -> SourceMeasurement {
        let middle = target ?? SIMD2(Double(image.width - 1), Double(image.height - 1)) / 2
        let (part, offset) = Self.cropped(image, around: middle)
        var frame = MeasurementFrame(part, target: middle - offset, settings: settings)
        var result = SourceMeasurement(nothingIn: image.bands.count)
        result.sky = frame.sky
        result.flags.formUnion(frame.flags)
        guard let source = frame.findTarget(settings) else {
            measureForced(in: frame, into: &result)
            return result
        }
        measureShape(of: source, in: frame, into: &result)
        measureLight(of: source, in: &frame, into: &result)
        Self.markAngle(settings, into: &result)
        result.aperture?.center += offset
        result.flags.remove(.noCentralSource)
        return result
    }

    /// The first pixel of the part of an image that is measured.
    static func firstPixel(of size: ImageSize, around middle: SIMD2<Double>) -> SIMD2<Int> {
        func first(_ length: Int, _ centre: Double) -> Int {
            guard length > largestSide, centre.isFinite else { return 0 }
            let start = Int((centre - Double(largestSide - 1) / 2).rounded())
            return min(max(0, start), length - largestSide)
        }
        return SIMD2(first(size.width, middle.x), first(size.height, middle.y))
    }

    /// The part of an image that is measured and the pixel where it begins.
    private static func cropped(
        _ image: GalaxyImage, around middle: SIMD2<Double>
    ) -> (GalaxyImage, SIMD2<Double>) {
        let size = ImageSize(width: image.width, height: image.height)
        let first = firstPixel(of: size, around: middle)
        let columns = first.x..<first.x + min(image.width, largestSide)
        let rows = first.y..<first.y + min(image.height, largestSide)
        if columns.count == image.width, rows.count == image.height { return (image, .zero) }
        let offset = SIMD2(Double(columns.lowerBound), Double(rows.lowerBound))
        var plane = image.plane
        plane?.referencePixel -= offset
        func part<Value>(_ values: [Value]) -> [Value] {
            image.bands.indices.flatMap { band in
                rows.flatMap { y in
                    let row = (band * image.height + y) * image.width
                    return values[row + columns.lowerBound..<row + columns.upperBound]
                }
            }
        }
        let cut = GalaxyImage(
            bands: image.bands, width: columns.count, height: rows.count, pixels: part(image.pixels),
            inverseVariance: image.inverseVariance.map(part), plane: plane, pixelScale: image.pixelScale,
            flags: image.flags)
        return (cut, offset)
    }
}
