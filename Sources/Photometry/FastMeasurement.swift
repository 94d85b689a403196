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

    /// What is known of each band.
    let bands: UnsafeMutableBufferPointer<MeasuredBand>
    var stackSigma = 0.0

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
        bands = memory.bands
        bands.update(repeating: MeasuredBand())
    }

    /// Whether any band has pixels that are not finite.
    var hasGaps: Bool { bands.contains { $0.hasGaps } }
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
        result.sky = SkyStatistics(levels: bands.map(\.level), sigmas: bands.map(\.sigma))
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
            bands[band].count = max(1, count)
            let histogram = memory.histograms + band
            if galatea_fill_sky_histogram(level, memory.values, count, histogram) != 0 {
                let found = galatea_clipped_histogram(histogram)
                if found.level.isFinite {
                    bands[band].level = found.level
                    bands[band].sigma = found.sigma
                    // A sky from the whole image is not measured again: sources cover most of it.
                    bands[band].hasHistogram = width == border
                    bands[band].skipsZeros = skips != 0
                    continue
                }
            }
            setExactSky(band, count: count)
        }
    }

    /// For values that a histogram does not hold: hardly any, without spread, or of two kinds.
    private mutating func setExactSky(_ band: Int, count: Int) {
        let found = SkyStatistics.clipped(
            finite: UnsafeBufferPointer(start: memory.values, count: count),
            instructionSet: photometry.level)
        bands[band].level = found.level
        bands[band].sigma = found.sigma
    }

    /// Measures the sky again without the sources' pixels, and the correlation of its noise.
    mutating func refineSky() {
        galatea_grow_bits(memory.sources, cutout.width, cutout.height, words, 3, memory.others)
        var shift: Float = 0
        var pairRatio: Double?
        for band in 0..<bandCount where bands[band].weight > 0 {
            if bands[band].hasHistogram {
                let histogram = memory.histograms + band
                galatea_remove_from_histogram(
                    level, &cutout, Int32(band), border, bands[band].skipsZeros ? 1 : 0, memory.others, words,
                    histogram)
                let found = galatea_clipped_histogram(histogram)
                if found.count >= 64, 4 * Int(found.count) >= bands[band].count, found.level.isFinite {
                    let change = bands[band].weight * (bands[band].level - found.level)
                    shift += change
                    if let gaps = memory.gaps(of: band, height: height, if: bands[band].hasGaps) {
                        // Pixels that the band has no part in keep clear of its sky.
                        galatea_shift_pixels(memory.stack, gaps, words, -change)
                    }
                    bands[band].level = found.level
                    bands[band].sigma = found.sigma
                    bands[band].noise = found.sigma
                    bands[band].count = Int(found.count)
                }
            }
            bands[band].noiseCorrelation = noiseCorrelation(band, pairRatio: &pairRatio)
        }
        if shift != 0 { galatea_shift_plane(level, memory.stack, shift) }
        setStackSigma()
    }

    /// Square root of the sum of the sky's autocorrelation over lags of up to 2 pixels, between 1 and 3.
    ///
    /// - Parameter pairRatio: That of the open sky, kept from one band without gaps to the next.
    private func noiseCorrelation(_ band: Int, pairRatio: inout Double?) -> Double {
        let sigma = bands[band].sigma
        guard sigma > 0, width > 8, height > 8 else { return 1 }
        let ratio: Double
        if let pairRatio, !bands[band].hasGaps {
            ratio = pairRatio
        } else {
            openSky(avoiding: memory.gaps(of: band, height: height, if: bands[band].hasGaps))
            ratio = galatea_pair_ratio(level, memory.free, cutout.height, words)
            pairRatio = bands[band].hasGaps ? nil : ratio
        }
        var cutout = cutout
        let sum =
            ratio
            * galatea_noise_products(
                level, &cutout, Int32(band), bands[band].level, 4 * sigma, memory.free, words, memory.noise)
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
            let sigma = bands[band].sigma
            if sigma.isFinite, sigma > 0 {
                bands[band].noise = sigma
            } else if bands[band].level.isFinite {
                // No noise to go by: the light itself gives a scale, faint against it.
                let largest = galatea_largest_deviation(&cutout, Int32(band), bands[band].level)
                bands[band].noise = largest > 0 && largest.isFinite ? Self.noiselessShare * largest : 0
            }
            bands[band].weight =
                bands[band].noise > 0 ? (settings.stack == .sum ? 1 : 1 / bands[band].noise) : 0
            if !bands[band].weight.isFinite { bands[band].weight = 0 }
        }
        setStackSigma()
        for (band, known) in bands.enumerated() {
            // A band without a level has no weight; any number does for its sky.
            memory.levels[band] = known.level.isFinite ? known.level : 0
            memory.factors[band] = known.weight
            memory.census[band] = galatea_pixel_census()
        }
        let isFinite =
            galatea_stack(level, &cutout, memory.levels, memory.factors, memory.stack, memory.census) != 0
        for band in bands.indices { bands[band].hasGaps = memory.census[band].non_finite > 0 }
        // The gaps of all bands are looked up when one has any.
        for band in 0..<bandCount where hasGaps {
            galatea_gap_bits(&cutout, Int32(band), memory.gaps + band * memory.words * height, words)
        }
        for band in bands.indices {
            let seen = known?[band] ?? memory.census[band]
            if seen.non_finite > 0 { result.flags.insert(.nonFinitePixels) }
            if seen.is_lit == 0 { result.flags.insert(.bandAllZero) }
        }
        return isFinite
    }

    /// What stands for the noise of a band without any, in units of its greatest light.
    private static let noiselessShare: Float = 1e-3

    private mutating func setStackSigma() {
        var variance = 0.0
        for band in 0..<bandCount where bands[band].weight > 0 {
            variance += pow(Double(bands[band].weight) * Double(bands[band].noise), 2)
        }
        stackSigma = variance.squareRoot()
    }
}

/// What a measurement knows of one band.
struct MeasuredBand {
    /// Sky of the band; NaN where it is not known.
    var level = Float.nan
    var sigma = Float.nan
    /// Pixels that the sky was measured from.
    var count = 1
    /// Noise of a pixel, or what stands for it where there is none; 0 without information.
    var noise: Float = 0
    /// By how much neighbouring pixels' noise adds to that of a sum.
    var noiseCorrelation = 1.0
    /// Weight in the stack; 0 without information.
    var weight: Float = 0
    /// Whether there are pixels that are not finite.
    var hasGaps = false
    /// Whether the histogram of the border stands, and whether zeros were left out of it.
    var hasHistogram = false
    var skipsZeros = false
}

extension MeasurementWorkspace.Parts {
    /// The mask of a band's gaps, if wanted.
    func gaps(of band: Int, height: Int, if isWanted: Bool) -> UnsafeMutablePointer<UInt64>? {
        isWanted ? gaps + band * words * height : nil
    }
}
