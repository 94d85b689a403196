import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Sky statistics")
struct SkyStatisticsTests {
    @Test("Median and 1.4826 MAD by hand")
    func byHand() {
        // Deviations from 3: 2, 1, 0, 1, 2 and 97; the last is clipped, the median stays.
        let found = SkyStatistics.clipped([1, 2, 3, 4, 5, 100, .nan])
        #expect(found.level == 3)
        expectClose([found.sigma], [1.4826022], relative: 1e-6)
    }

    @Test("A fifth of source pixels moves the level by less than a third of a sigma")
    func contaminated() {
        var generator = CounterGenerator(seed: 4)
        let values = (0..<4000).map { index in
            Float(generator.normal(mean: 10, sigma: 2) + (index % 5 == 0 ? 3 + 60 * generator.uniform() : 0))
        }
        let found = SkyStatistics.clipped(values)
        #expect(abs(found.level - 10) < 0.6)
        #expect(abs(found.sigma - 2) < 0.4)
        #expect(SkyStatistics.clipped(values.shuffled()) == found)
    }

    /// The definition, with every list sorted anew.
    private func naive(_ values: [Float]) -> (level: Float, sigma: Float) {
        func median(_ values: [Float]) -> Float { values.sorted()[(values.count - 1) / 2] }
        var (level, sigma, kept) = (median(values), Float.nan, values.count)
        for _ in 0..<20 {
            let deviations = values.map { abs($0 - level) }.filter { sigma.isNaN || $0 <= 3 * sigma }
            sigma = 1.482_602_2 * median(deviations)
            let inside = values.filter { $0 >= level - 3 * sigma && $0 <= level + 3 * sigma }
            level = median(inside)
            if inside.count == kept { break }
            kept = inside.count
        }
        return (level, sigma)
    }

    @Test("Counting gives what sorting anew for each median gives", arguments: 1..<40)
    func asDefined(seed: Int) {
        var generator = CounterGenerator(seed: UInt64(seed))
        let values = (0..<(seed < 20 ? seed + 3 : 50 * seed)).map { index in
            // Ties, a level far from zero, and a share of bright pixels.
            Float(((generator.normal() + (index % 7 == 0 ? 8 : 0)) * 16).rounded() / 16)
                + Float(seed % 3) * 50
        }
        let (found, expected) = (SkyStatistics.clipped(values), naive(values))
        guard expected.sigma > 0 else { return #expect(found.sigma.isNaN) }
        #expect(found.level == expected.level && found.sigma == expected.sigma)
    }

    @Test("Nothing to measure gives NaN")
    func nothing() {
        #expect(SkyStatistics.clipped([]).level.isNaN)
        #expect(SkyStatistics.clipped([.nan, .infinity]).sigma.isNaN)
        let constant = SkyStatistics.clipped([2, 2, 2, 2])
        #expect(constant.level == 2 && constant.sigma.isNaN)
        #expect(SkyStatistics.clipped([5]).level == 5)
    }

    @Test("The noise of an inverse variance map is that of its median positive pixel")
    func inverseVariance() {
        let sigmas = SkyStatistics.sigmas(inverseVariance: [0, 4, 4, 25, 0, 0, 0, .nan], bands: 2)
        #expect(sigmas[0] == 0.5 && sigmas[1].isNaN)
    }
}
