internal import Astronomy
internal import CKernels
internal import Computing
internal import Foundation

/// One cutout on its way through `FastPhotometry`.
struct FastMeasurement {
    let photometry: FastPhotometry
    let geometry: CutoutGeometry
    let target: SIMD2<Double>
    let memory: MeasurementWorkspace.Parts
    let level: galatea_level
    var cutout: galatea_cutout
    let width: Int
    let height: Int
    let bandCount: Int

    var sky: SkyStatistics
    var skyCounts: [Int]
    /// Noise of a pixel in each band, or what stands for it where there is none; 0 without information.
    var noises: [Float]
    var noiseCorrelations: [Double]
    /// Weight of each band in the stack; 0 for a band without information.
    var weights: [Float]
    var stackSigma = 0.0
    /// Bands with pixels that are not finite.
    var hasGaps: [Bool]
    /// Bands whose histogram stands.
    private var hasHistogram: [Bool]
    private var skipsZeros: [Bool]

    init(
        _ cutout: galatea_cutout, target: SIMD2<Double>, geometry: CutoutGeometry,
        by photometry: FastPhotometry,
        workspace: MeasurementWorkspace
    ) {
        self.photometry = photometry
        self.geometry = geometry
        self.target = target
        self.cutout = cutout
        (width, height, bandCount) = (Int(cutout.width), Int(cutout.height), Int(cutout.bands))
        memory = workspace.parts(width: width, height: height, bandCount: bandCount)
        level = galatea_level(UInt32(photometry.level.rawValue))
        sky = .unknown(bands: bandCount)
        skyCounts = Array(repeating: 1, count: bandCount)
        noises = Array(repeating: 0, count: bandCount)
        noiseCorrelations = Array(repeating: 1, count: bandCount)
        weights = noises
        hasGaps = Array(repeating: false, count: bandCount)
        hasHistogram = hasGaps
        skipsZeros = hasGaps
    }

    var settings: SourceMeasurer.Settings { photometry.settings }
    var words: Int32 { Int32(memory.words) }

    /// The whole measurement.
    ///
    /// - Parameter census: What the flags are to say of each band's pixels; the pixels' own where `nil`.
    mutating func run(census: [galatea_pixel_census]?) -> SourceMeasurement {
        var result = SourceMeasurement(nothingIn: bandCount)
        measureSky()
        let isFinite = makeStack(census: census, into: &result)
        let source = isFinite && stackSigma > 0 && stackSigma.isFinite ? findTarget() : nil
        result.sky = sky
        if let source {
            let extent = IsophotalEllipse(source)
            measureShape(extent, source, into: &result)
            measureLight(extent, into: &result)
            SourceMeasurer.markAngle(settings, into: &result)
            result.flags.remove(.noCentralSource)
        } else {
            measureForced(into: &result)
        }
        return result
    }

    // MARK: Sky

    private var border: Int32 {
        Int32(SkyStatistics.borderWidth(of: ImageSize(width: width, height: height)))
    }

    /// Level and noise of every band's border.
    private mutating func measureSky() {
        for band in 0..<bandCount {
            var skips: Int32 = 0
            var width = border
            var count = galatea_border_values(level, &cutout, Int32(band), width, memory.values, &skips)
            if count < 64 {
                width = max(cutout.width, cutout.height)
                count = galatea_border_values(level, &cutout, Int32(band), width, memory.values, &skips)
            }
            skyCounts[band] = max(1, count)
            let histogram = memory.histograms + band
            if galatea_fill_sky_histogram(level, memory.values, count, histogram) != 0 {
                let found = galatea_clipped_histogram(histogram)
                if found.level.isFinite {
                    sky.levels[band] = found.level
                    sky.sigmas[band] = found.sigma
                    // A sky from the whole image is not measured again: sources cover most of it.
                    hasHistogram[band] = width == border
                    skipsZeros[band] = skips != 0
                    continue
                }
            }
            setExactSky(band, count: count)
        }
    }

    /// For values that a histogram does not hold: hardly any, without spread, or of two kinds.
    private mutating func setExactSky(_ band: Int, count: Int) {
        let values = UnsafeMutableBufferPointer(start: memory.values, count: count)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, count)) { scratch in
            let found = SkyStatistics.clipped(sorting: values, scratch: scratch)
            sky.levels[band] = found.level
            sky.sigmas[band] = found.sigma
        }
    }

    /// Measures the sky again without the sources' pixels, and the correlation of its noise.
    mutating func refineSky() {
        galatea_grow_bits(memory.sources, cutout.width, cutout.height, words, 3, memory.others)
        var shift: Float = 0
        var pairRatio: Double?
        for band in 0..<bandCount where weights[band] > 0 {
            if hasHistogram[band] {
                let histogram = memory.histograms + band
                galatea_remove_from_histogram(
                    level, &cutout, Int32(band), border, skipsZeros[band] ? 1 : 0, memory.others, words,
                    histogram)
                let found = galatea_clipped_histogram(histogram)
                if found.count >= 64, 4 * Int(found.count) >= skyCounts[band], found.level.isFinite {
                    shift += weights[band] * (sky.levels[band] - found.level)
                    sky.levels[band] = found.level
                    sky.sigmas[band] = found.sigma
                    noises[band] = found.sigma
                    skyCounts[band] = Int(found.count)
                }
            }
            noiseCorrelations[band] = noiseCorrelation(band, pairRatio: &pairRatio)
        }
        if shift != 0 { galatea_shift_plane(level, memory.stack, shift) }
        setStackSigma()
    }

    /// Square root of the sum of the sky's autocorrelation over lags of up to 2 pixels, between 1 and 3.
    ///
    /// - Parameter pairRatio: That of the open sky, kept from one band without gaps to the next.
    private func noiseCorrelation(_ band: Int, pairRatio: inout Double?) -> Double {
        let sigma = sky.sigmas[band]
        guard sigma > 0, width > 8, height > 8 else { return 1 }
        let ratio: Double
        if let pairRatio, !hasGaps[band] {
            ratio = pairRatio
        } else {
            openSky(avoiding: memory.gaps(of: band, height: height, if: hasGaps[band]))
            ratio = galatea_pair_ratio(level, memory.free, cutout.height, words)
            pairRatio = hasGaps[band] ? nil : ratio
        }
        var cutout = cutout
        let sum =
            ratio
            * galatea_noise_products(
                level, &cutout, Int32(band), sky.levels[band], 4 * sigma, memory.free, words, memory.noise)
        return sum.isNaN ? 1 : min(9, max(1, sum)).squareRoot()
    }

    /// Sets the bits of pixels that neither sources nor gaps cover.
    private func openSky(avoiding gaps: UnsafeMutablePointer<UInt64>?) {
        let (words, count) = (memory.words, memory.words * height)
        for index in 0..<count { memory.free[index] = ~memory.others[index] }
        if let gaps { for index in 0..<count { memory.free[index] &= ~gaps[index] } }
        guard width % 64 > 0 else { return }
        let last = (UInt64(1) << UInt64(width % 64)) - 1
        for index in stride(from: words - 1, to: count, by: words) { memory.free[index] &= last }
    }

    // MARK: Stack

    /// Adds the bands that carry information and counts their pixels.
    ///
    /// - Returns: Whether every pixel of the stack is finite.
    private mutating func makeStack(
        census known: [galatea_pixel_census]?, into result: inout SourceMeasurement
    ) -> Bool {
        for band in 0..<bandCount {
            let sigma = sky.sigmas[band]
            if sigma.isFinite, sigma > 0 {
                noises[band] = sigma
            } else if sky.levels[band].isFinite {
                // No noise to go by: the light itself gives a scale, faint against it.
                let largest = galatea_largest_deviation(&cutout, Int32(band), sky.levels[band])
                noises[band] = largest > 0 && largest.isFinite ? Self.noiselessShare * largest : 0
            }
            weights[band] = noises[band] > 0 ? (settings.stack == .sum ? 1 : 1 / noises[band]) : 0
            if !weights[band].isFinite { weights[band] = 0 }
        }
        setStackSigma()
        var census = Array(repeating: galatea_pixel_census(), count: bandCount)
        // A band without a level has no weight; any number does for its sky.
        let levels = sky.levels.map { $0.isFinite ? $0 : 0 }
        let isFinite = galatea_stack(level, &cutout, levels, weights, memory.stack, &census) != 0
        hasGaps = census.map { $0.non_finite > 0 }
        // The gaps of all bands are looked up when one has any.
        for band in 0..<bandCount where hasGaps.contains(true) {
            galatea_gap_bits(&cutout, Int32(band), memory.gaps + band * memory.words * height, words)
        }
        let count = known == nil ? width * height : geometry.width * geometry.height
        for seen in known ?? census {
            if seen.non_finite > 0 { result.flags.insert(.nonFinitePixels) }
            if seen.zero == count { result.flags.insert(.bandAllZero) }
        }
        return isFinite
    }

    /// What stands for the noise of a band without any, in units of its greatest light.
    private static let noiselessShare: Float = 1e-3

    private mutating func setStackSigma() {
        var variance = 0.0
        for band in 0..<bandCount where weights[band] > 0 {
            variance += pow(Double(weights[band]) * Double(noises[band]), 2)
        }
        stackSigma = variance.squareRoot()
    }
}

extension MeasurementWorkspace.Parts {
    /// The mask of a band's gaps, if wanted.
    func gaps(of band: Int, height: Int, if isWanted: Bool) -> UnsafeMutablePointer<UInt64>? {
        isWanted ? gaps + band * words * height : nil
    }
}
