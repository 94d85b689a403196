/// An image that stands in a larger array, such as one with a border of zeros that a convolution asks for.
///
/// What lies outside the image is left alone by whoever writes it.
public struct ImageFrame: Sendable, Hashable {
    /// The order of an image's numbers.
    public enum Arrangement: Int32, Sendable {
        /// Channels last: `[y][x][channel]`.
        case pixels = 0
        /// One channel behind the other: `[channel][y][x]`; behind all of them planes of differences along a row.
        case planes = 1
        /// Four planes a channel, by the parity of row and column.
        case phases = 2
    }

    /// The order of the image's numbers.
    public let arrangement: Arrangement
    /// Numbers before the first pixel.
    public let first: Int
    /// Numbers from the beginning of one row to that of the next, of a plane where there are planes.
    public let row: Int
    /// Numbers from one plane to the next; 0 for pixels.
    public let plane: Int
    /// Numbers of the whole array.
    public let count: Int

    /// A frame; `first` and `row` must leave room for the image.
    public init(
        _ arrangement: Arrangement = .pixels, first: Int, row: Int, plane: Int = 0, count: Int
    ) {
        precondition(
            first >= 0 && row >= 0 && plane >= 0 && first <= count,
            "ImageFrame: first \(first), row \(row), plane \(plane), count \(count)")
        self.arrangement = arrangement
        self.first = first
        self.row = row
        self.plane = plane
        self.count = count
    }
}
