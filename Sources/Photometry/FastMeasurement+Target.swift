internal import Astronomy
internal import CKernels
internal import Foundation

extension FastMeasurement {
    /// Finds the target and frees the stack of its neighbours.
    mutating func findTarget() -> galatea_source? {
        let isHalved = photometry.findsInHalves(width: width, height: height, geometry.pixelScale)
        let source = isHalved ? findInHalves() : findInWhole()
        refineSky()
        guard source.area > 0, source.flux > 0 else { return nil }
        let count = memory.words * height
        for index in 0..<count { memory.free[index] = memory.sources[index] & ~memory.target[index] }
        galatea_grow_bits(
            memory.free, cutout.width, cutout.height, words, Int32(settings.neighbourMargin), memory.others)
        for index in 0..<count { memory.others[index] &= ~memory.target[index] }
        let twice = Self.twice(SIMD2(source.x, source.y))
        galatea_mirror_pixels(memory.stack, memory.others, words, twice.x, twice.y)
        for band in 0..<bandCount where bands[band].hasGaps && bands[band].weight > 0 {
            galatea_mirror_gaps(
                &cutout, Int32(band), bands[band].level, bands[band].weight,
                memory.gaps(of: band, height: height, if: true), memory.others, words, twice.x, twice.y,
                memory.stack)
        }
        return source
    }

    /// The sum of a pixel's coordinates and those of its mirror image.
    static func twice(_ center: SIMD2<Double>) -> SIMD2<Int32> {
        SIMD2(Int32((2 * center.x).rounded()), Int32((2 * center.y).rounded()))
    }

    private var threshold: Float { Float(settings.threshold * stackSigma) }

    /// Distance from the target, in pixels, up to which a source is the target's.
    private var tolerance: Double {
        let scale = geometry.pixelScale
        return max(settings.centralTolerance, 1.5 * scale) / scale
    }

    private func findInWhole() -> galatea_source {
        galatea_smooth(
            level, memory.stack, photometry.taps, Int32(photometry.taps.count - 1), threshold, memory.smooth,
            memory.sources, words)
        var search = galatea_source_search(
            threshold: threshold, minimum_area: Int32(settings.minimumArea),
            contrast: Float(settings.deblendingContrast), x: target.x, y: target.y, tolerance: tolerance)
        return galatea_find_source(
            level, memory.smooth, memory.sources, words, &search, memory.search, memory.target)
    }

    /// The same from the halved stack, whose pixel `i` lies at `2 i + 1/2` and is the sum of four.
    private func findInHalves() -> galatea_source {
        let (stack, smooth) = (memory.halved, memory.halvedSmooth)
        let (sources, target) = (memory.halvedSources, memory.halvedTarget)
        let halfWords = (stack.width + 63) / 64
        galatea_halve_plane(level, memory.stack, stack)
        galatea_smooth(
            level, stack, photometry.halvedTaps, Int32(photometry.halvedTaps.count - 1), threshold, smooth,
            sources, halfWords)
        var search = galatea_source_search(
            threshold: threshold, minimum_area: Int32((settings.minimumArea + 2) / 4),
            contrast: Float(settings.deblendingContrast), x: (self.target.x - 0.5) / 2,
            y: (self.target.y - 0.5) / 2, tolerance: tolerance / 2)
        var source = galatea_find_source(level, smooth, sources, halfWords, &search, memory.search, target)
        galatea_double_bits(sources, stack.height, halfWords, memory.sources, cutout.height, words)
        galatea_double_bits(target, stack.height, halfWords, memory.target, cutout.height, words)
        source.area *= 4
        source.flux *= 4
        (source.x, source.y) = (2 * source.x + 0.5, 2 * source.y + 0.5)
        // The halves are smoothed by that much less that the light is as wide as it would be in the whole.
        (source.xx, source.yy, source.xy) = (4 * source.xx, 4 * source.yy, 4 * source.xy)
        return source
    }
}
