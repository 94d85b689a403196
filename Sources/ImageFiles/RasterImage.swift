/// An 8-bit picture for people: grey, colour, or colour with opacity.
public struct RasterImage: Sendable, Equatable {
    /// What one pixel consists of.
    public enum Layout: Int, Sendable {
        /// One sample: grey.
        case grey = 1
        /// Three samples: red, green, blue.
        case rgb = 3
        /// Four samples: red, green, blue and opacity (not premultiplied).
        case rgba = 4

        /// Samples in a pixel.
        public var samplesPerPixel: Int { rawValue }
    }

    /// Pixels in a row, at least 1.
    public let width: Int
    /// Rows, at least 1.
    public let height: Int
    /// What one pixel consists of.
    public let layout: Layout
    /// Samples, shape `[height, width, samplesPerPixel]`, top row first.
    public var samples: [UInt8]

    /// A picture of these samples, shape `[height, width, samplesPerPixel]`, top row first.
    public init(width: Int, height: Int, layout: Layout, samples: [UInt8]) {
        precondition(width >= 1 && height >= 1, "RasterImage: impossible size \(width) x \(height)")
        let expected = width * height * layout.samplesPerPixel
        precondition(samples.count == expected, "RasterImage: \(samples.count) samples, expected \(expected)")
        self.width = width
        self.height = height
        self.layout = layout
        self.samples = samples
    }

    /// A colour picture filled with one colour.
    public init(width: Int, height: Int, fill: Colour) {
        var samples = [UInt8]()
        samples.reserveCapacity(width * height * 3)
        for _ in 0..<width * height { samples += [fill.red, fill.green, fill.blue] }
        self.init(width: width, height: height, layout: .rgb, samples: samples)
    }

    /// The colour at column `x` from the left and row `y` from the top; opacity is ignored.
    public func colour(x: Int, y: Int) -> Colour {
        precondition(
            (0..<width).contains(x) && (0..<height).contains(y),
            "RasterImage: pixel (\(x), \(y)) outside \(width) x \(height)")
        let first = (y * width + x) * layout.samplesPerPixel
        if layout == .grey { return Colour(grey: samples[first]) }
        return Colour(red: samples[first], green: samples[first + 1], blue: samples[first + 2])
    }
}
