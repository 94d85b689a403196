/// How large a picture a reader accepts, so that a small hostile file cannot claim all memory.
public struct ImageLimits: Sendable, Equatable {
    /// Longest side, pixels.
    public var side: Int
    /// Most pixels in all; decoding takes up to four bytes for each.
    public var pixels: Int
    /// Largest file, bytes.
    public var fileBytes: Int

    /// Limits; the defaults are 32768 pixels a side, 2^26 pixels (256 MiB decoded) and a file of 256 MiB.
    public init(side: Int = 32768, pixels: Int = 1 << 26, fileBytes: Int = 1 << 28) {
        self.side = side
        self.pixels = pixels
        self.fileBytes = fileBytes
    }
}
