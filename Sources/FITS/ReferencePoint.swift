import Astronomy

/// The point of an image whose position its header gives: CRVAL at CRPIX.
struct ReferencePoint: Sendable {
    /// CRVAL1, CRVAL2 in degrees.
    var value: SIMD2<Double> = .zero
    /// CRPIX1, CRPIX2, counted from 1.
    var pixel: SIMD2<Double> = .zero

    /// The origin.
    init() {}

    /// Reads the four keywords; `nil` when one is absent.
    init?(_ header: FITSHeader) throws(FITSError) {
        guard let value1 = try header.real("CRVAL1"), let value2 = try header.real("CRVAL2"),
            let x = try header.real("CRPIX1"), let y = try header.real("CRPIX2")
        else { return nil }
        value = SIMD2(value1, value2)
        pixel = SIMD2(x, y)
    }

    /// The tangent plane with these rows of the CD matrix; `nil` when the position is none on the sky.
    ///
    /// - Parameter isSwapped: Whether declination is on the first axis.
    func plane(
        isSwapped: Bool, eastPerPixel: SIMD2<Double>, northPerPixel: SIMD2<Double>
    ) -> TangentPlane? {
        guard
            let tangentPoint = SkyPosition(
                rightAscension: isSwapped ? value.y : value.x, declination: isSwapped ? value.x : value.y)
        else { return nil }
        return TangentPlane(
            tangentPoint: tangentPoint, referencePixel: pixel - 1, eastPerPixel: eastPerPixel,
            northPerPixel: northPerPixel)
    }
}
