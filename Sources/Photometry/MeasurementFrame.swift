internal import Astronomy

/// An image on its way to a measurement: sky removed, gaps filled, bands stacked, sources found.
struct MeasurementFrame: Sendable {
    let width: Int
    let height: Int
    let plane: TangentPlane?
    /// Arcsec per pixel.
    let pixelScale: Double
    /// Pixel of the target.
    let target: SIMD2<Double>
    /// Each band less its sky; gaps are 0.
    var bands: [[Float]]
    /// Pixels without a value, per band.
    var gaps: [[Bool]]
    var sky: SkyStatistics
    /// Number of pixels that the sky was measured from.
    var skyCounts: [Int]
    /// Square root of the sum of the sky's pixel correlations: by how much the noise of a large sum exceeds
    /// that of independent pixels.
    var noiseCorrelations: [Double]
    /// Weight of each band in the stack; 0 for a band without information.
    var weights: [Float] = []
    var stack: [Float] = []
    /// Standard deviation of a sky pixel of the stack.
    var stackSigma = 0.0
    /// 0 for sky, else 1 + index of the source that a pixel belongs to.
    var labels: [Int32] = []
    var flags: QualityFlags = []

    init(_ image: GalaxyImage, target: SIMD2<Double>, settings: SourceMeasurer.Settings) {
        width = image.width
        height = image.height
        plane = image.plane
        pixelScale = image.pixelScale ?? GalaxyImage.nativePixelScale
        self.target = target
        let count = width * height
        sky = .unknown(bands: image.bands.count)
        skyCounts = Array(repeating: 0, count: image.bands.count)
        noiseCorrelations = Array(repeating: 1, count: image.bands.count)
        bands = []
        gaps = []
        for band in image.bands.indices {
            let pixels = Array(image.pixels[band * count..<(band + 1) * count])
            var gap = pixels.map { !$0.isFinite }
            if gap.contains(true) { flags.insert(.nonFinitePixels) }
            if pixels.allSatisfy({ $0 == 0 }) { flags.insert(.bandAllZero) }
            if let inverseVariance = image.inverseVariance {
                for index in 0..<count where !(inverseVariance[band * count + index] > 0) {
                    gap[index] = true
                }
            }
            bands.append(pixels)
            gaps.append(gap)
        }
        labels = Array(repeating: 0, count: count)
        removeSky(settings)
        makeStack(settings)
    }

    var count: Int { width * height }
}
