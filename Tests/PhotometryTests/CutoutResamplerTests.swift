import Astronomy
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Cutout resampling")
struct CutoutResamplerTests {
    static let grid = CutoutResampler(size: ImageSize(side: 64), pixelScale: 0.262)

    static func here() throws -> SkyPosition {
        try #require(SkyPosition(rightAscension: 187.3, declination: 12.4))
    }

    /// Surface brightness of an elongated Gaussian at offsets towards east and north, arcsec.
    static func light(east: Double, north: Double) -> Double {
        let (u, v) = (0.8 * (north - 0.4) + 0.6 * (east - 0.7), 0.8 * (east - 0.7) - 0.6 * (north - 0.4))
        return 5 * exp(-0.5 * (u * u / 4 + v * v / 1.4))
    }

    /// The Gaussian on a plane with a given matrix, in degrees per pixel.
    static func image(
        width: Int, height: Int, reference: SIMD2<Double>, east: SIMD2<Double>, north: SIMD2<Double>
    ) throws -> GalaxyImage {
        let here = try here()
        let plane = try #require(
            TangentPlane(
                tangentPoint: here, referencePixel: reference, eastPerPixel: east / 3600,
                northPerPixel: north / 3600))
        let pixels = (0..<width * height).map { index in
            let offset = SIMD2(Double(index % width), Double(index / width)) - reference
            return Float(light(east: (east * offset).sum(), north: (north * offset).sum()))
        }
        return GalaxyImage(bands: ["r"], width: width, height: height, pixels: pixels, plane: plane)
    }

    static func expected(_ size: Int = 64, scale: Double = 0.262) -> [Float] {
        (0..<size * size).map { index in
            let x = Double(index % size) - Double(size - 1) / 2
            let y = Double(index / size) - Double(size - 1) / 2
            return Float(light(east: -x * scale, north: y * scale))
        }
    }

    @Test("Rotation, parity, finer and coarser scales all give the sky as it is")
    func geometry() throws {
        let turn = SIMD2(cos(0.9), sin(0.9))
        let cases: [(String, Double, SIMD2<Double>, SIMD2<Double>)] = [
            ("coarser input", 0.4, SIMD2(-0.4, 0), SIMD2(0, 0.4)),
            ("finer input", 0.1, SIMD2(-0.1, 0), SIMD2(0, 0.1)),
            ("turned", 0.262, SIMD2(-turn.x, turn.y) * 0.262, SIMD2(turn.y, turn.x) * 0.262),
            ("mirrored", 0.262, SIMD2(0.262, 0), SIMD2(0, 0.262)),
            ("mirrored, turned, finer", 0.2, SIMD2(turn.x, turn.y) * 0.2, SIMD2(-turn.y, turn.x) * 0.2),
            ("transposed", 0.262, SIMD2(0, 0.262), SIMD2(0.262, 0)),
        ]
        for (name, scale, east, north) in cases {
            let side = Int(26 / scale)
            let image = try Self.image(
                width: side + 5, height: side,
                reference: SIMD2(Double(side) / 2 + 1.3, Double(side) / 2 - 0.8),
                east: east, north: north)
            let result = try Self.grid.resample(image, around: Self.here())
            #expect(result.flags == .resampled, "\(name)")
            #expect(result.pixelScale == 0.262 && result.width == 64)
            // Widening the kernel smooths a little.
            expectClose(result.pixels, Self.expected(), absolute: scale < 0.2 ? 0.05 : 0.02, "\(name)")
            let sums = (result.pixels.reduce(0, +), Self.expected().reduce(0, +))
            #expect(abs(sums.0 / sums.1 - 1) < 2e-3, "\(name): surface brightness needs no area factor")
        }
    }

    @Test("An image on the grid passes untouched, half a pixel of offset included")
    func untouched() throws {
        let here = try Self.here()
        var image = try Self.image(
            width: 64, height: 64, reference: SIMD2(31.5, 31.5), east: SIMD2(-0.262, 0),
            north: SIMD2(0, 0.262))
        #expect(try Self.grid.resample(image, around: here) == image)
        #expect(try Self.grid.resample(image) == image)
        image.plane?.referencePixel += SIMD2(0.4, -0.3)
        #expect(try Self.grid.resample(image, around: here) == image)
        // The keyword of the surveys, 7.2778e-5 degrees, differs from 0.262 arcsec in the seventh digit.
        image.plane?.eastPerPixel.x = -7.27777777777778e-05
        #expect(try Self.grid.resample(image, around: here) == image)
    }

    @Test("A larger image is cut and a smaller one padded, by whole pixels")
    func cutAndPadded() throws {
        let here = try Self.here()
        let large = try Self.image(
            width: 101, height: 90, reference: SIMD2(50, 40), east: SIMD2(-0.262, 0), north: SIMD2(0, 0.262))
        let cut = try Self.grid.resample(large, around: here)
        #expect(cut.flags == [] && cut.width == 64 && cut.height == 64)
        #expect(cut.pixels[0] == large.pixels[9 * 101 + 19] || cut.pixels[0] == large.pixels[8 * 101 + 18])
        let peak = try #require(cut.plane?.pixel(at: here))
        #expect(abs(peak.x - 31.5) <= 0.5 && abs(peak.y - 31.5) <= 0.5)

        let small = try Self.image(
            width: 20, height: 30, reference: SIMD2(9.5, 14.5), east: SIMD2(-0.262, 0), north: SIMD2(0, 0.262)
        )
        let padded = try Self.grid.resample(small, around: here)
        #expect(padded.flags == .padded)
        #expect(padded.pixels[0] == 0 && padded.pixels[32 * 64 + 32] == small.pixels[15 * 20 + 10])
        expectClose([padded.pixels.reduce(0, +)], [small.pixels.reduce(0, +)], relative: 1e-5)
    }

    @Test("Missing pixels lend their weight to the others; a hole stays a hole")
    func missing() throws {
        var image = try Self.image(
            width: 260, height: 260, reference: SIMD2(129.5, 129.5), east: SIMD2(-0.1, 0),
            north: SIMD2(0, 0.1))
        image.pixels[130 * 260 + 131] = .nan
        let spotted = try Self.grid.resample(image, around: Self.here())
        expectClose(spotted.pixels, Self.expected(), absolute: 0.15)
        for y in 100..<115 {
            for x in 100..<115 { image.pixels[y * 260 + x] = .infinity }
        }
        let holed = try Self.grid.resample(image, around: Self.here())
        let count = holed.pixels.filter(\.isNaN).count
        #expect((4...64).contains(count))
        #expect(!holed.pixels.contains { $0.isInfinite })
        image.pixels = image.pixels.map { _ in .nan }
        #expect(try Self.grid.resample(image, around: Self.here()).pixels.allSatisfy { $0.isNaN })
    }

    @Test("Inverse variances become those of the weighted means")
    func inverseVariance() throws {
        var generator = CounterGenerator(seed: 12)
        var image = try Self.image(
            width: 300, height: 300, reference: SIMD2(149.3, 149.7), east: SIMD2(-0.1, 0),
            north: SIMD2(0, 0.1))
        image.pixels = (0..<90_000).map { _ in Float(generator.normal(mean: 0, sigma: 0.5)) }
        image.inverseVariance = Array(repeating: 4, count: 90_000)
        image.maskBits = (0..<90_000).map { $0 == 150 * 300 + 149 ? 8 : 0 }
        let result = try Self.grid.resample(image, around: Self.here())
        let weights = try #require(result.inverseVariance)
        let inner = (10..<54).flatMap { y in (10..<54).map { y * 64 + $0 } }
        let measured = inner.map { result.pixels[$0] * result.pixels[$0] }.reduce(0, +) / Float(inner.count)
        let claimed = inner.map { 1 / weights[$0] }.reduce(0, +) / Float(inner.count)
        #expect(abs(measured / claimed - 1) < 0.15)
        #expect(claimed < 0.25 / 4, "averaging lowers the noise")
        #expect(try #require(result.maskBits).contains(8))
        image.inverseVariance = Array(repeating: 0, count: 90_000)
        #expect(try Self.grid.resample(image, around: Self.here()).pixels.allSatisfy { $0.isNaN })
    }

    @Test("Without coordinates the middle stays and the scale decides")
    func noPlane() throws {
        let image = try Self.image(
            width: 65, height: 65, reference: SIMD2(32, 32), east: SIMD2(-0.262, 0), north: SIMD2(0, 0.262))
        var bare = GalaxyImage(bands: ["r"], width: 65, height: 65, pixels: image.pixels)
        #expect(try Self.grid.resample(bare).flags == [])
        bare.pixelScale = 0.131
        let scaled = try Self.grid.resample(bare)
        #expect(scaled.flags == [.resampled, .padded])
        let one = GalaxyImage(bands: ["r"], width: 1, height: 1, pixels: [3], pixelScale: 0.262)
        let padded = try Self.grid.resample(one)
        #expect(padded.flags == .padded && padded.pixels.reduce(0, +) == 3)
    }

    @Test("Targets off the image and absurd scales are refused with numbers")
    func refused() throws {
        let image = try Self.image(
            width: 64, height: 64, reference: SIMD2(31.5, 31.5), east: SIMD2(-0.262, 0),
            north: SIMD2(0, 0.262))
        let away = try #require(SkyPosition(rightAscension: 187.4, declination: 12.4))
        let error = #expect(throws: PhotometryError.self) { try Self.grid.resample(image, around: away) }
        #expect(
            error.map { "\($0)".contains("RA 187.4, Dec 12.4 lies outside the image of 64 x 64") } == true)
        let behind = try #require(SkyPosition(rightAscension: 7.3, declination: -12.4))
        #expect(throws: PhotometryError.self) { try Self.grid.resample(image, around: behind) }
        for scale in [1e-6, 3600, 0.262 * 40] {
            let odd = try Self.image(
                width: 64, height: 64, reference: SIMD2(31.5, 31.5), east: SIMD2(-scale, 0),
                north: SIMD2(0, scale))
            #expect(throws: PhotometryError.self) { try Self.grid.resample(odd) }
        }
    }
}
