/// An 8-bit sRGB colour.
public struct Colour: Sendable, Hashable {
    /// Red, 0 to 255.
    public var red: UInt8
    /// Green, 0 to 255.
    public var green: UInt8
    /// Blue, 0 to 255.
    public var blue: UInt8

    /// A colour from its three parts.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A grey of this level.
    public init(grey: UInt8) { self.init(red: grey, green: grey, blue: grey) }

    /// Black.
    public static let black = Colour(grey: 0)
    /// White.
    public static let white = Colour(grey: 255)
    /// The neutral dark grey that stands for pixels without a value.
    public static let missing = Colour(grey: 64)

    /// Colours that readers with any colour vision tell apart on a dark ground (Okabe & Ito 2008).
    public static let distinct: [Colour] = [
        Colour(red: 230, green: 159, blue: 0), Colour(red: 86, green: 180, blue: 233),
        Colour(red: 0, green: 158, blue: 115), Colour(red: 240, green: 228, blue: 66),
        Colour(red: 0, green: 114, blue: 178), Colour(red: 213, green: 94, blue: 0),
        Colour(red: 204, green: 121, blue: 167),
    ]
}
