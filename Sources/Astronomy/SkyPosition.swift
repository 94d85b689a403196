internal import Foundation

/// A position on the sky in the ICRS.
public struct SkyPosition: Sendable, Hashable {
    /// Right ascension in degrees, in `[0, 360)`.
    public let rightAscension: Double
    /// Declination in degrees, in `[-90, 90]`.
    public let declination: Double

    /// A position in degrees; right ascension may have any finite value and is folded into `[0, 360)`.
    ///
    /// - Returns: `nil` when a value is not finite or the declination lies beyond a pole.
    public init?(rightAscension: Double, declination: Double) {
        guard rightAscension.isFinite, (-90...90).contains(declination) else { return nil }
        let folded = rightAscension.truncatingRemainder(dividingBy: 360)
        let positive = folded < 0 ? folded + 360 : folded
        self.rightAscension = positive >= 360 ? 0 : positive
        self.declination = declination
    }

    /// The unit vector towards the position: x to (0, 0), y to (90, 0), z to the north pole.
    public var direction: SIMD3<Double> {
        let alpha = Angle(degrees: rightAscension).radians
        let delta = Angle(degrees: declination).radians
        return SIMD3(cos(delta) * cos(alpha), cos(delta) * sin(alpha), sin(delta))
    }

    /// The angle between two positions, accurate at all separations (chord form of the haversine).
    public func separation(_ other: SkyPosition) -> Angle {
        let chord = direction - other.direction
        let half = min(1, (chord * chord).sum().squareRoot() / 2)
        return Angle(radians: 2 * asin(half))
    }
}
