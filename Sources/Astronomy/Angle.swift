/// An angle, in radians.
public struct Angle: Sendable, Hashable, Comparable {
    /// The angle in radians.
    public var radians: Double

    /// The angle of so many radians.
    public init(radians: Double) { self.radians = radians }
    /// The angle of so many degrees.
    public init(degrees: Double) { radians = degrees * (.pi / 180) }
    /// The angle of so many seconds of arc.
    public init(arcseconds: Double) { radians = arcseconds * (.pi / 648_000) }

    /// The angle in degrees.
    public var degrees: Double { radians * (180 / .pi) }
    /// The angle in seconds of arc.
    public var arcseconds: Double { radians * (648_000 / .pi) }

    /// The same direction of an axis, which has no head: folded into `[0, pi)`.
    public var foldedAxis: Angle { Angle(radians: Self.fold(radians, period: .pi)) }
    /// The same direction, folded into `[0, 2 pi)`.
    public var foldedCircle: Angle { Angle(radians: Self.fold(radians, period: 2 * .pi)) }

    /// The smaller angle between two axes, in `[0, pi/2]`; position angles repeat after pi.
    public func axisSeparation(_ other: Angle) -> Angle {
        let difference = Self.fold(radians - other.radians, period: .pi)
        return Angle(radians: min(difference, .pi - difference))
    }

    /// Smaller angles come first.
    public static func < (left: Angle, right: Angle) -> Bool { left.radians < right.radians }

    private static func fold(_ value: Double, period: Double) -> Double {
        let rest = value.truncatingRemainder(dividingBy: period)
        let folded = rest < 0 ? rest + period : rest
        return folded >= period ? 0 : folded
    }
}
