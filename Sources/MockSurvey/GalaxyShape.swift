internal import Foundation

/// How a galaxy's light is spread over the sky.
public struct GalaxyShape: Sendable {
    /// One smooth component: a Sersic profile on ellipses.
    struct Component: Sendable {
        /// Sersic index.
        var index: Double
        /// Semi-major half-light radius in arcsec, one a band.
        var radius: [Double]
        /// Share of the galaxy's flux, one a band.
        var share: [Double]
        /// Covariance of an ellipse of unit half-light radius: east-east, east-north, north-north.
        var ellipse: SkyEllipse
    }

    /// Spiral arms as a modulation of the disc's exponential profile that moves light but adds none.
    struct Arms: Sendable {
        /// Number of arms.
        var count: Int
        /// Tangent of the pitch angle; the sign is the winding sense.
        var pitchTangent: Double
        /// Phase of the pattern in radians.
        var phase: Double
        /// Amplitude relative to the disc, one a band.
        var amplitude: [Double]
        /// A ring's amplitude relative to the disc and its radius in half-light radii; zero for none.
        var ring: (amplitude: Double, radius: Double) = (0, 1)
    }

    /// A round spot of light: a star-forming region or a piece of a tidal tail.
    struct Spot: Sendable {
        /// Offset from the galaxy's centre in arcsec, (east, north).
        var offset: SIMD2<Double>
        /// Standard deviation in arcsec.
        var sigma: Double
        /// Share of the galaxy's flux, one a band.
        var share: [Double]
    }

    /// Semi-major half-light radius in arcsec of the light at rest 5000 A.
    public var halfLightRadius: Double
    /// Apparent axis ratio of the dominant component.
    public var axisRatio: Double
    /// Position angle of the major axis, radians, east of north, in [0, pi).
    public var positionAngle: Double
    /// Sersic index of a single-profile description.
    public var sersicIndex: Double
    /// Share of the light in the bulge in the band of the limit.
    public var bulgeFraction: Double
    var components: [Component]
    var arms: Arms?
    /// The component that the arms modulate.
    var discIndex: Int?
    var spots: [Spot]
}

/// A symmetric 2x2 matrix in sky coordinates.
struct SkyEllipse: Sendable, Equatable {
    var eastEast: Double
    var eastNorth: Double
    var northNorth: Double

    /// The covariance of an ellipse of unit semi-major axis.
    ///
    /// - Parameters:
    ///   - positionAngle: Of the major axis, radians, east of north.
    ///   - axisRatio: Minor over major axis.
    init(positionAngle: Double, axisRatio: Double) {
        let (s, c) = (sin(positionAngle), cos(positionAngle))
        let square = axisRatio * axisRatio
        eastEast = s * s + square * c * c
        northNorth = c * c + square * s * s
        eastNorth = s * c * (1 - square)
    }

    /// An ellipse in the plane of an inclined disc, seen in projection.
    ///
    /// - Parameters:
    ///   - inPlaneAngle: Of its major axis from the line of nodes, radians.
    ///   - inPlaneRatio: Its axis ratio within the plane.
    ///   - discPositionAngle: Of the disc's major axis on the sky.
    ///   - discAxisRatio: Apparent axis ratio of the disc.
    init(
        inPlaneAngle: Double, inPlaneRatio: Double, discPositionAngle: Double, discAxisRatio: Double
    ) {
        let (s, c) = (sin(inPlaneAngle), cos(inPlaneAngle))
        let square = inPlaneRatio * inPlaneRatio
        // Covariance along and across the disc's apparent major axis.
        let along = c * c + square * s * s
        let across = (s * s + square * c * c) * discAxisRatio * discAxisRatio
        let mixed = s * c * (1 - square) * discAxisRatio
        let (sp, cp) = (sin(discPositionAngle), cos(discPositionAngle))
        // The major axis points to (sin, cos), the minor axis to (cos, -sin) in (east, north).
        eastEast = along * sp * sp + 2 * mixed * sp * cp + across * cp * cp
        northNorth = along * cp * cp - 2 * mixed * sp * cp + across * sp * sp
        eastNorth = along * sp * cp + mixed * (cp * cp - sp * sp) - across * sp * cp
    }
}
