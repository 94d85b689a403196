/// The mean over images of each image's brightest pixel, per band: `m_b` of Gagliano & Villar 2023, eq. 1.
public struct MeanMaxima: Sendable, Hashable {
    private var sums: [Double]
    private var counts: [Int]

    /// No images yet, `bands` of them in each to come.
    public init(bands: Int) {
        sums = Array(repeating: 0, count: bands)
        counts = Array(repeating: 0, count: bands)
    }

    /// Counts an image in, shape `[band, y, x]`; a band without a positive finite pixel counts as absent.
    public mutating func add(_ pixels: [Float]) {
        let plane = pixels.count / max(1, sums.count)
        precondition(
            plane * sums.count == pixels.count,
            "MeanMaxima: \(pixels.count) pixels do not fill \(sums.count) bands")
        for band in sums.indices {
            var maximum: Float = 0
            for pixel in pixels[band * plane..<(band + 1) * plane] where pixel.isFinite {
                maximum = max(maximum, pixel)
            }
            guard maximum > 0 else { continue }
            sums[band] += Double(maximum)
            counts[band] += 1
        }
    }

    /// The means; NaN for a band that no image had.
    public var means: [Float] {
        zip(sums, counts).map { sum, count in count > 0 ? Float(sum / Double(count)) : .nan }
    }
}
