public import Astronomy

/// Why an image cannot be brought to a grid.
public enum PhotometryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The pixel scale is too far from the wanted one; both in arcsec per pixel.
    case pixelScale(found: Double, wanted: Double)
    /// The target does not lie on the image; `pixel` is where it would.
    case targetOutside(SkyPosition, pixel: SIMD2<Double>?, size: ImageSize)

    /// One line for a user.
    public var description: String {
        switch self {
        case .pixelScale(let found, let wanted):
            "pixel scale \(found) arcsec cannot be resampled to \(wanted) arcsec"
        case .targetOutside(let position, let pixel, let size):
            """
            target at RA \(position.rightAscension), Dec \(position.declination) lies outside the image of \
            \(size) pixels\(pixel.map { ": at pixel (\($0.x + 1), \($0.y + 1))" } ?? "")
            """
        }
    }
}
