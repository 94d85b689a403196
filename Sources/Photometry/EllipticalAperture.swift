internal import CSEP

/// An ellipse on the pixel grid in which light is summed.
public struct EllipticalAperture: Sendable, Hashable {
    /// Centre in pixels; the first pixel's centre is (0, 0).
    public var center: SIMD2<Double>
    /// Semi-major axis in pixels.
    public var semiMajor: Double
    /// Semi-minor axis in pixels.
    public var semiMinor: Double
    /// Angle of the major axis from +x towards +y, radians, in `[-pi/2, pi/2]`.
    public var angle: Double

    /// The same ellipse with both axes multiplied by `factor`.
    public func scaled(by factor: Double) -> EllipticalAperture {
        var copy = self
        copy.semiMajor *= factor
        copy.semiMinor *= factor
        return copy
    }

    /// Area in pixels.
    public var area: Double { .pi * semiMajor * semiMinor }

    /// The sum of an image's pixels inside the ellipse and the area that lies on the image.
    struct Sum: Sendable {
        var flux: Double
        var area: Double
    }

    /// Sums an image's pixels inside the ellipse; pixels across its edge count by a grid of 5 x 5 points.
    func sum(_ image: [Float], width: Int, height: Int) -> Sum {
        image.withUnsafeBytes { bytes in
            var frame = SEPImage.frame(bytes, width: width, height: height)
            var flux = 0.0
            var error = 0.0
            var area = 0.0
            var flag: Int16 = 0
            let status = sep_sum_ellipse(
                &frame, center.x, center.y, semiMajor, semiMinor, angle, 1, 0, 5, 0, &flux, &error, &area,
                &flag)
            return status == 0 ? Sum(flux: flux, area: area) : Sum(flux: .nan, area: 0)
        }
    }

    /// The first moment of the light over the ellipse's radius, in units of the ellipse (Kron 1980, ApJS 43, 305),
    /// within `limit` times the ellipse.
    ///
    /// - Returns: `sum(r f) / sum(f)`; `nil` when the light is not positive.
    func kronRadius(_ image: [Float], width: Int, height: Int, limit: Double) -> Double? {
        image.withUnsafeBytes { bytes in
            var frame = SEPImage.frame(bytes, width: width, height: height)
            var cxx = 0.0
            var cyy = 0.0
            var cxy = 0.0
            sep_ellipse_coeffs(semiMajor, semiMinor, angle, &cxx, &cyy, &cxy)
            var radius = 0.0
            var flag: Int16 = 0
            let status = sep_kron_radius(
                &frame, center.x, center.y, cxx, cyy, cxy, limit, 0, &radius, &flag)
            return status == 0 && radius > 0 && radius.isFinite ? radius : nil
        }
    }
}
