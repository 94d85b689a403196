import CKernels
import Computing
import TestSupport
import Testing

@Suite("Aperture sums")
struct ApertureTests {
    /// Two rings of runs of many lengths, the last ending with the last pixel.
    private static func rings(_ lengths: [Int]) -> (runs: [galatea_aperture_run], pixels: Int, weights: Int) {
        var runs: [galatea_aperture_run] = []
        var (pixel, weight) = (0, 0)
        for (ring, part) in [lengths, lengths.reversed()].enumerated() {
            for length in part {
                pixel += 3
                runs.append(
                    galatea_aperture_run(
                        first: Int32(pixel), count: Int32(length), weight: Int32(weight), ring: Int32(ring)))
                pixel += length
                weight += length
            }
        }
        return (runs, pixel, weight)
    }

    @Test("Every level gives the naive sums, in either byte order; pixels that are not finite are left out")
    func sums() {
        let (runs, pixelCount, weightCount) = Self.rings([1, 15, 16, 17, 31, 33, 1000])
        var pixels = normalNumbers(pixelCount, seed: 1)
        for (index, value) in [(3, Float.nan), (20, .infinity), (40, -.infinity)] { pixels[index] = value }
        let weights = normalNumbers(weightCount, seed: 2)
        let sky: Float = 0.25
        var expected = [0.0, 0.0]
        for run in runs {
            for i in 0..<Int(run.count) where pixels[Int(run.first) + i].isFinite {
                expected[Int(run.ring)] +=
                    Double((pixels[Int(run.first) + i] - sky) * weights[Int(run.weight) + i])
            }
        }
        let swapped = pixels.map { $0.bitPattern.byteSwapped }
        var first: [Double]?
        for level in InstructionSet.available {
            var (found, turned) = ([0.0, 0.0], [0.0, 0.0])
            galatea_aperture_sums(level.level, pixels, 0, runs, runs.count, weights, sky, &found)
            galatea_aperture_sums(level.level, swapped, 1, runs, runs.count, weights, sky, &turned)
            expectClose(found, expected, relative: 1e-12)
            #expect(found == turned, "\(level)")
            #expect(found == first ?? found, "\(level)")
            first = found
        }
    }

    @Test("An unknown sky gives no sum, no run changes nothing")
    func edges() {
        let runs = [galatea_aperture_run(first: 0, count: 2, weight: 0, ring: 0)]
        for level in InstructionSet.available {
            var sums = [5.0]
            galatea_aperture_sums(level.level, [Float(1), 2], 0, runs, 0, [Float(1), 1], 0, &sums)
            #expect(sums == [5])
            galatea_aperture_sums(level.level, [Float(1), 2], 0, runs, 1, [Float(1), 1], .nan, &sums)
            #expect(sums[0].isNaN)
        }
    }
}
