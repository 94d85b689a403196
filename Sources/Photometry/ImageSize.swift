/// Width and height of an image, in pixels.
public struct ImageSize: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int

    /// `width` pixels a row, `height` rows.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// A square of this side.
    public init(side: Int) { self.init(width: side, height: side) }

    /// Pixels in the image.
    public var count: Int { width * height }
    /// For example `128 x 128`.
    public var description: String { "\(width) x \(height)" }
}
