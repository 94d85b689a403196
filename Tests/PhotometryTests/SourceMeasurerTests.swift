import Astronomy
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Source measurement")
struct SourceMeasurerTests {
    /// A galaxy of the bright sample with its companions.
    static func draw(_ generator: inout CounterGenerator) -> [SyntheticSky.Galaxy] {
        let magnitude = max(16.5, 20 + 2 * log10(generator.uniform(0.02...1)))
        let isDisc = generator.uniform() < 0.6
        var galaxy = SyntheticSky.Galaxy()
        galaxy.flux = pow(10, 0.4 * (22.5 - magnitude))
        galaxy.index = min(6, max(0.5, (isDisc ? 1.2 : 4) * pow(10, generator.normal(mean: 0, sigma: 0.17))))
        let size = generator.normal(mean: 0.15 * (19.5 - magnitude), sigma: 0.2)
        galaxy.radius = min(8, max(0.4, (isDisc ? 1.6 : 1.3) * pow(10, size)))
        galaxy.axisRatio =
            isDisc
            ? (0.05 + 0.95 * pow(generator.uniform(), 2)).squareRoot()
            : min(1, max(0.3, generator.normal(mean: 0.72, sigma: 0.17)))
        galaxy.positionAngle = generator.uniform(0...Double.pi)
        galaxy.offset = SIMD2(generator.uniform(-0.5...0.5), generator.uniform(-0.5...0.5))
        var scene = [galaxy]
        for _ in 0..<generator.poisson(2) {
            var companion = SyntheticSky.Galaxy()
            companion.flux = pow(10, 0.4 * (22.5 - 23 - 2.5 * log10(generator.uniform(0.01...1))))
            companion.radius = 0.7
            companion.axisRatio = generator.uniform(0.4...1)
            companion.positionAngle = generator.uniform(0...Double.pi)
            companion.offset = SIMD2(generator.uniform(-60...60), generator.uniform(-60...60))
            scene.append(companion)
        }
        return scene
    }

    static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    @Test("Fluxes at r < 20: median within 5 %, scatter below 10 %; angles and their errors hold")
    func population() throws {
        let count = 64
        let results = try ParallelLoop().mapChunks(count: count, chunk: 1) { range, _ in
            var generator = CounterGenerator(seed: 77, stream: UInt64(range.lowerBound))
            let scene = Self.draw(&generator)
            let sky = SyntheticSky(seeing: generator.uniform(1.0...1.4))
            let found = SourceMeasurer().measure(sky.stamp(scene, generator: &generator))
            return (scene[0], found)
        }
        for band in 0..<3 {
            let ratios = results.map { $0.1.fluxes[band] / ($0.0.flux * [0.5, 1, 1.5][band]) }
            let middle = Self.median(ratios)
            let scatter = 1.4826 * Self.median(ratios.map { abs($0 - middle) })
            print("RATIO", band, middle, scatter)
            #expect(abs(middle - 1) < 0.05)
            #expect(scatter < 0.1)
        }
        #expect(results.allSatisfy { !$0.1.flags.contains(.noCentralSource) })
        var errors: [Double] = []
        var pulls: [Double] = []
        for (galaxy, found) in results where !found.flags.contains(.angleUndefined) {
            let error = Angle(radians: galaxy.positionAngle)
                .axisSeparation(Angle(radians: found.positionAngle))
            pulls.append(error.radians / found.positionAngleSigma)
            if galaxy.radius > 1, galaxy.axisRatio < 0.6 { errors.append(error.degrees) }
        }
        print(
            "PULLS", pulls.sorted().suffix(12),
            results.filter { $0.1.flags.contains(.angleUndefined) }.map { ($0.0.axisRatio, $0.0.radius) })
        print("ANGLE", errors.count, Self.median(errors), pulls.count, Self.median(pulls), pulls.max() ?? 0)
        #expect(errors.count > 12)
        #expect(Self.median(errors) < 3)
        // The median of |pull| of a Gaussian is 0.67; errors that are somewhat too large are the safe side.
        #expect((0.1...1.0).contains(Self.median(pulls)))
        #expect(pulls.count(where: { $0 > 3 }) <= pulls.count / 20)
    }
}
