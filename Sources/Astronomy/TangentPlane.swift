internal import Foundation

/// A gnomonic (TAN) world coordinate system with a CD matrix (Calabretta & Greisen 2002, sections 5.1.3, 2.1.2).
///
/// Pixel coordinates are zero-based: the centre of the first pixel of the first row is (0, 0), so FITS
/// `CRPIX` is one more.
public struct TangentPlane: Sendable, Hashable {
    /// The position at the tangent point (CRVAL).
    public var tangentPoint: SkyPosition
    /// The pixel at the tangent point (CRPIX - 1): x along a row, y across rows.
    public var referencePixel: SIMD2<Double>
    /// CD1_1, CD1_2: degrees of the first intermediate world coordinate (towards east) per pixel in x, y.
    public var eastPerPixel: SIMD2<Double>
    /// CD2_1, CD2_2: degrees of the second intermediate world coordinate (towards north) per pixel in x, y.
    public var northPerPixel: SIMD2<Double>

    /// A plane from its FITS keywords.
    ///
    /// - Returns: `nil` when the matrix is singular or not finite.
    public init?(
        tangentPoint: SkyPosition, referencePixel: SIMD2<Double>, eastPerPixel: SIMD2<Double>,
        northPerPixel: SIMD2<Double>
    ) {
        self.tangentPoint = tangentPoint
        self.referencePixel = referencePixel
        self.eastPerPixel = eastPerPixel
        self.northPerPixel = northPerPixel
        guard referencePixel.x.isFinite, referencePixel.y.isFinite, determinant.isFinite, determinant != 0
        else {
            return nil
        }
    }

    /// A plane with north up and east left, as survey cutouts have it.
    ///
    /// - Parameters:
    ///   - center: The position at pixel `((width - 1) / 2, (height - 1) / 2)`.
    ///   - width: Pixels in a row.
    ///   - height: Rows.
    ///   - pixelScale: Arcsec per pixel.
    public init(northUpAt center: SkyPosition, width: Int, height: Int, pixelScale: Double) {
        precondition(pixelScale > 0 && pixelScale.isFinite, "TangentPlane: pixel scale \(pixelScale)")
        tangentPoint = center
        referencePixel = SIMD2(Double(width - 1) / 2, Double(height - 1) / 2)
        eastPerPixel = SIMD2(-pixelScale / 3600, 0)
        northPerPixel = SIMD2(0, pixelScale / 3600)
    }

    /// Determinant of the CD matrix, degrees^2 per pixel; negative for the sky as seen from inside.
    public var determinant: Double {
        eastPerPixel.x * northPerPixel.y - eastPerPixel.y * northPerPixel.x
    }

    /// Arcsec per pixel: the square root of a pixel's area.
    public var pixelScale: Double { abs(determinant).squareRoot() * 3600 }

    /// Whether x grows towards the west when north is up, as on the sky.
    public var isSkyParity: Bool { determinant < 0 }

    /// The pixel at a position; `nil` for positions 90 degrees or more from the tangent point.
    public func pixel(at position: SkyPosition) -> SIMD2<Double>? {
        let alpha = Angle(degrees: position.rightAscension - tangentPoint.rightAscension).radians
        let delta = Angle(degrees: position.declination).radians
        let delta0 = Angle(degrees: tangentPoint.declination).radians
        let cosine = sin(delta0) * sin(delta) + cos(delta0) * cos(delta) * cos(alpha)
        guard cosine > 0 else { return nil }
        let east = Angle(radians: cos(delta) * sin(alpha) / cosine).degrees
        let north =
            Angle(radians: (cos(delta0) * sin(delta) - sin(delta0) * cos(delta) * cos(alpha)) / cosine)
            .degrees
        let x = (northPerPixel.y * east - eastPerPixel.y * north) / determinant
        let y = (eastPerPixel.x * north - northPerPixel.x * east) / determinant
        return referencePixel + SIMD2(x, y)
    }

    /// The position at a pixel.
    public func position(at pixel: SIMD2<Double>) -> SkyPosition {
        let offset = pixel - referencePixel
        let east = Angle(degrees: (eastPerPixel * offset).sum()).radians
        let north = Angle(degrees: (northPerPixel * offset).sum()).radians
        let delta0 = Angle(degrees: tangentPoint.declination).radians
        let denominator = cos(delta0) - north * sin(delta0)
        let alpha = atan2(east, denominator)
        let delta = atan2(
            sin(delta0) + north * cos(delta0),
            (east * east + denominator * denominator).squareRoot())
        let declination = min(90, max(-90, Angle(radians: delta).degrees))
        guard
            let position = SkyPosition(
                rightAscension: tangentPoint.rightAscension + Angle(radians: alpha).degrees,
                declination: declination)
        else { return tangentPoint }
        return position
    }

    /// The position angle, east of north in `[0, pi)`, of an axis that points along `(x, y)` in pixels.
    public func positionAngle(ofAxis pixels: SIMD2<Double>) -> Angle {
        let east = (eastPerPixel * pixels).sum()
        let north = (northPerPixel * pixels).sum()
        return Angle(radians: atan2(east, north)).foldedAxis
    }
}
