/// An image that stands in a larger array, such as one with a border of zeros that a convolution asks for.
///
/// Rows keep their order; what lies outside the image is left alone by whoever writes it.
public struct ImageFrame: Sendable, Hashable {
    /// Numbers before the first pixel.
    public let first: Int
    /// Numbers from the beginning of one row to that of the next.
    public let row: Int
    /// Numbers of the whole array.
    public let count: Int

    /// A frame; `first` and `row` must leave room for the image.
    public init(first: Int, row: Int, count: Int) {
        precondition(
            first >= 0 && row >= 0 && first <= count, "ImageFrame: first \(first), row \(row), count \(count)"
        )
        self.first = first
        self.row = row
        self.count = count
    }
}
