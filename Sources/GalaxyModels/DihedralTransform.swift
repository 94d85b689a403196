/// One of the eight ways to turn and mirror a square image, and what it does to orientations.
///
/// The sky has no preferred direction, so each is as good a galaxy as the one observed.
public struct DihedralTransform: Sendable, Equatable {
    /// Whether rows and columns change places (before mirroring).
    public let transposes: Bool
    /// Whether columns run backwards.
    public let mirrorsColumns: Bool
    /// Whether rows run backwards.
    public let mirrorsRows: Bool

    /// The transform that leaves everything in place.
    public static let identity = DihedralTransform(number: 0)

    /// The transform of a number from 0 to 7; 0 is the identity.
    public init(number: Int) {
        precondition((0..<8).contains(number), "DihedralTransform: number \(number) outside 0..<8")
        transposes = number & 1 != 0
        mirrorsColumns = number & 2 != 0
        mirrorsRows = number & 4 != 0
    }

    /// Writes the transformed image.
    ///
    /// - Parameters:
    ///   - source: Shape `[side, side, channels]`.
    ///   - destination: The same shape; must not overlap the source.
    func apply(
        _ source: UnsafeBufferPointer<Float>, side: Int, channels: Int,
        into destination: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(
            source.count == side * side * channels && destination.count == source.count,
            "DihedralTransform: \(source.count) values for \(side)x\(side)x\(channels)")
        for row in 0..<side {
            let fromRow = mirrorsRows ? side - 1 - row : row
            for column in 0..<side {
                let fromColumn = mirrorsColumns ? side - 1 - column : column
                let from = (transposes ? fromColumn * side + fromRow : fromRow * side + fromColumn) * channels
                let to = (row * side + column) * channels
                for channel in 0..<channels { destination[to + channel] = source[from + channel] }
            }
        }
    }

    /// The transformed image of shape `[side, side, channels]`.
    public func apply(_ image: [Float], side: Int, channels: Int) -> [Float] {
        [Float](unsafeUninitializedCapacity: image.count) { buffer, count in
            image.withUnsafeBufferPointer {
                apply(
                    $0, side: side, channels: channels,
                    into: UnsafeMutableBufferPointer(rebasing: buffer[0..<image.count]))
            }
            count = image.count
        }
    }

    /// The ellipticity components after the transform, for images with north up and east left (or right).
    ///
    /// Mirroring one axis turns phi into -phi; exchanging the axes turns phi into -90 degrees - phi.
    public func orientation(cosine: Float, sine: Float) -> (cosine: Float, sine: Float) {
        (transposes ? -cosine : cosine, mirrorsColumns != mirrorsRows ? -sine : sine)
    }
}
