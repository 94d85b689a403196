internal import Astronomy
internal import Computing
internal import Foundation

/// Where fields lie: uniform over the cap around the north Galactic pole.
enum MockField {
    /// The north Galactic pole, ICRS.
    static let pole: SkyPosition = {
        guard let pole = SkyPosition(rightAscension: 192.8595, declination: 27.1283) else {
            preconditionFailure("MockField: the pole lies on the sky")
        }
        return pole
    }()

    /// Radius of the cap: Galactic latitudes above 45 degrees.
    static let capRadius = Angle(degrees: 45)

    /// A position drawn uniformly within the cap.
    static func position(using generator: inout some RandomNumberGenerator) -> SkyPosition {
        let cosine = 1 - generator.uniform() * (1 - cos(capRadius.radians))
        let azimuth = generator.uniform() * 2 * .pi
        let sine = (1 - cosine * cosine).squareRoot()
        // Rotate from the pole along a great circle of this azimuth.
        let delta0 = Angle(degrees: pole.declination).radians
        let declination = asin(sin(delta0) * cosine + cos(delta0) * sine * cos(azimuth))
        let east = atan2(
            sin(azimuth) * sine * cos(delta0), cosine - sin(delta0) * sin(declination))
        return SkyPosition(
            rightAscension: pole.rightAscension + Angle(radians: east).degrees,
            declination: Angle(radians: declination).degrees) ?? pole
    }

    /// The position at an offset in arcsec (east, north), by the tangent plane.
    static func position(_ centre: SkyPosition, offset: SIMD2<Double>) -> SkyPosition {
        let plane = TangentPlane(northUpAt: centre, width: 1, height: 1, pixelScale: 1)
        return plane.position(at: SIMD2(-offset.x, offset.y))
    }
}
