import Astronomy
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Strange inputs to the measurement")
struct MeasurementInputTests {
    static func galaxy(side: Int = 128) -> GalaxyImage {
        var generator = CounterGenerator(seed: 2)
        return SyntheticSky(side: side).stamp([SyntheticSky.Galaxy(flux: 50)], generator: &generator)
    }

    @Test("Any list of bands is measured, each as it would be alone")
    func bands() {
        let three = Self.galaxy()
        let plane = 128 * 128
        var one = three
        one.bands = ["r"]
        one.pixels = Array(three.pixels[plane..<2 * plane])
        let alone = SourceMeasurer().measure(one)
        #expect(alone.fluxes.count == 1 && abs(alone.fluxes[0] / 50 - 1) < 0.05)
        var six = three
        six.bands = ["u", "g", "r", "i", "z", "y"]
        six.pixels = three.pixels + three.pixels
        let found = SourceMeasurer().measure(six)
        #expect(found.fluxes.count == 6 && found.fluxes[0] == found.fluxes[3])
    }

    @Test("A band that is zero or not a number has no flux; the others have")
    func lostBand() {
        for (value, flag) in [(Float(0), QualityFlags.bandAllZero), (.nan, .nonFinitePixels)] {
            var image = Self.galaxy()
            for pixel in 0..<128 * 128 { image.pixels[pixel] = value }
            let found = SourceMeasurer().measure(image)
            #expect(found.flags == flag)
            #expect(found.fluxes[0].isNaN && found.fluxSigmas[0].isNaN && found.signalToNoise[0].isNaN)
            #expect(abs(found.fluxes[1] / 50 - 1) < 0.05)
        }
    }

    @Test("Gaps on the galaxy are filled from the opposite side")
    func gaps() {
        var image = Self.galaxy()
        for band in 0..<3 {
            for y in 66..<72 {
                for x in 58..<62 { image.pixels[(band * 128 + y) * 128 + x] = .nan }
            }
        }
        let found = SourceMeasurer().measure(image)
        #expect(found.flags == .nonFinitePixels)
        let whole = SourceMeasurer().measure(Self.galaxy())
        #expect(abs(found.fluxes[1] / whole.fluxes[1] - 1) < 0.02)
        image = Self.galaxy()
        var weights = [Float](repeating: 1e4, count: image.pixels.count)
        for index in weights.indices where index % 128 < 10 {
            weights[index] = 0
            image.pixels[index] = 500
        }
        image.inverseVariance = weights
        let masked = SourceMeasurer().measure(image)
        #expect(abs(masked.fluxes[1] / whole.fluxes[1] - 1) < 0.02)
    }

    @Test("No pixels, however odd, crash the measurement or pass as a source", arguments: [1, 2, 5, 69, 127])
    func odd(side: Int) {
        var generator = CounterGenerator(seed: 8)
        let count = 3 * side * side
        let noise = (0..<count).map { _ in Float(generator.normal()) }
        let images: [[Float]] = [
            Array(repeating: .nan, count: count), Array(repeating: 0, count: count),
            Array(repeating: 4, count: count), Array(repeating: .infinity, count: count),
            noise, noise.map { $0 * 0x1p-140 }, noise.map { $0 * 1e30 }, noise.map { $0 * 1e36 },
            noise.enumerated().map { $0.offset == count / 2 ? .nan : $0.element },
            noise.enumerated().map { $0.offset == count / 2 ? 3e38 : $0.element },
            noise.enumerated().map { $0.offset == count / 2 ? -.infinity : $0.element },
        ]
        for settings in [SourceMeasurer.Settings(), .paper] {
            for pixels in images {
                let image = GalaxyImage(bands: ["g", "r", "z"], width: side, height: side, pixels: pixels)
                let found = SourceMeasurer(settings: settings).measure(image)
                #expect(found.fluxes.count == 3)
                if found.flags.contains(.noCentralSource) {
                    #expect(found.aperture == nil && found.halfLightRadius.isNaN && found.axisRatio.isNaN)
                    #expect(found.fluxes.allSatisfy { !$0.isInfinite })
                }
            }
        }
    }

    @Test("Oblong and very large images")
    func shapes() {
        var generator = CounterGenerator(seed: 8)
        let stamp = SyntheticSky().stamp(
            [SyntheticSky.Galaxy(flux: 50)], residual: 0, generator: &generator)
        for (width, height) in [(3000, 300), (128, 1), (1, 128), (300, 200)] {
            var image = GalaxyImage(
                bands: ["r"], width: width, height: height,
                pixels: (0..<width * height).map { _ in Float(generator.normal(mean: 0, sigma: 0.0113)) })
            guard min(width, height) >= 128 else {
                #expect(SourceMeasurer().measure(image).flags.contains(.noCentralSource))
                continue
            }
            let (left, low) = (width / 2 - 64, height / 2 - 64)
            for y in 0..<128 {
                for x in 0..<128 {
                    image.pixels[(low + y) * width + left + x] = stamp.pixels[(128 + y) * 128 + x]
                }
            }
            let found = SourceMeasurer().measure(image)
            #expect(abs(found.fluxes[0] / 50 - 1) < 0.05)
            #expect(abs((found.aperture?.center.x ?? 0) - Double(width - 1) / 2) < 1)
        }
    }

    @Test("An Inf pixel beside the galaxy leaves its flux alone")
    func infinitePixel() {
        var image = Self.galaxy()
        image.pixels[128 * 128 + 20 * 128 + 20] = .infinity
        let found = SourceMeasurer().measure(image)
        #expect(found.flags == .nonFinitePixels && abs(found.fluxes[1] / 50 - 1) < 0.05)
    }
}
