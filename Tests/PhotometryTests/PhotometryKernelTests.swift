import CKernels
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Photometry kernels")
struct PhotometryKernelTests {
    /// A plane between its margins, filled with an image.
    final class Plane {
        let width: Int
        let height: Int
        private let memory: UnsafeMutablePointer<Float>
        let plane: galatea_plane

        init(_ image: [Float], width: Int, height: Int) {
            (self.width, self.height) = (width, height)
            let size = galatea_plane_size(Int32(width), Int32(height))
            memory = .allocate(capacity: size)
            memory.initialize(repeating: 0, count: size)
            plane = galatea_plane(
                pixels: memory + galatea_plane_start(Int32(width)), width: Int32(width),
                height: Int32(height),
                stride: galatea_plane_stride(Int32(width)))
            for y in 0..<height {
                for x in 0..<width { plane.pixels[y * plane.stride + x] = image[y * width + x] }
            }
        }

        deinit { memory.deallocate() }

        var image: [Float] {
            (0..<height).flatMap { y in (0..<width).map { plane.pixels[y * plane.stride + $0] } }
        }
    }

    static func level(_ set: InstructionSet) -> galatea_level { galatea_level(UInt32(set.rawValue)) }

    static func noise(_ count: Int, seed: UInt64, mean: Double = 0) -> [Float] {
        var generator = CounterGenerator(seed: seed)
        return (0..<count).map { _ in Float(generator.normal(mean: mean, sigma: 1)) }
    }

    /// A cutout of native floats, valid inside `body`.
    static func withCutout<Result>(
        _ pixels: [Float], bands: Int, width: Int, height: Int, _ body: (inout galatea_cutout) -> Result
    ) -> Result {
        pixels.withUnsafeBytes { bytes in
            var cutout = galatea_cutout(
                pixels: bytes.baseAddress, big_endian: 0, bands: Int32(bands), width: Int32(width),
                height: Int32(height), row_stride: width, band_stride: width * height)
            return body(&cutout)
        }
    }

    static func bits(_ mask: [Bool], width: Int) -> [UInt64] {
        let words = (width + 63) / 64
        var bits = [UInt64](repeating: 0, count: mask.count / width * words)
        for (index, isSet) in mask.enumerated() where isSet {
            bits[index / width * words + index % width / 64] |= 1 << UInt64(index % width % 64)
        }
        return bits
    }

    static let ellipse = galatea_ellipse(x: 30.3, y: 21.7, xx: 0.02, yy: 0.05, xy: 0.018)

    /// Squared radius of an ellipse at a pixel.
    static func square(_ e: galatea_ellipse, _ x: Double, _ y: Double) -> Double {
        let (u, v) = (x - e.x, y - e.y)
        return e.xx * u * u + e.yy * v * v + e.xy * u * v
    }

    @Test(
        "The sky of a histogram is the clipped median within 2 % of sigma",
        arguments: InstructionSet.available)
    func sky(set: InstructionSet) {
        for seed in 1...6 as ClosedRange<UInt64> {
            var values = Self.noise(3840, seed: seed, mean: 3)
            for index in stride(from: 0, to: 3840, by: 17) { values[index] += Float(seed) * 2 }
            let exact = SkyStatistics.clipped(values)
            var histogram = galatea_sky_histogram()
            #expect(galatea_fill_sky_histogram(Self.level(set), values, values.count, &histogram) == 1)
            let found = galatea_clipped_histogram(&histogram)
            #expect(abs(found.level - exact.level) < 0.02 && abs(found.sigma / exact.sigma - 1) < 0.02)
            #expect(found.count == 3840)
        }
        var histogram = galatea_sky_histogram()
        let constant = [Float](repeating: 2, count: 100)
        #expect(galatea_fill_sky_histogram(Self.level(set), constant, 100, &histogram) == 0)
        #expect(galatea_fill_sky_histogram(Self.level(set), constant, 0, &histogram) == 0)
    }

    @Test(
        "Border pixels: those of the frame, finite, without a minority of zeros",
        arguments: InstructionSet.available)
    func border(set: InstructionSet) {
        for (width, height, border) in [(20, 31, 8), (128, 128, 8), (33, 17, 2), (5, 5, 8)] {
            var pixels = Self.noise(width * height, seed: 4)
            pixels[0] = .nan
            pixels[width - 1] = .infinity
            pixels[width] = 0
            var expected = pixels.indices.filter { index in
                let (x, y) = (index % width, index / width)
                return x < border || y < border || x >= width - border || y >= height - border
            }.map { pixels[$0] }
            expected = expected.filter { $0.isFinite && $0 != 0 }
            var values = [Float](repeating: 0, count: width * height)
            var skips: Int32 = 0
            let count = Self.withCutout(pixels, bands: 1, width: width, height: height) {
                galatea_border_values(Self.level(set), &$0, 0, Int32(border), &values, &skips)
            }
            #expect(values[..<count].sorted() == expected.sorted() && skips == 1)
        }
    }

    @Test("Taking pixels out of a histogram equals never counting them", arguments: InstructionSet.available)
    func removal(set: InstructionSet) {
        let side = 70
        let pixels = Self.noise(side * side, seed: 8)
        let mask = pixels.indices.map { $0 % 13 == 0 }
        let words = Self.bits(mask, width: side)
        var values = [Float](repeating: 0, count: side * side)
        var skips: Int32 = 0
        var histogram = galatea_sky_histogram()
        Self.withCutout(pixels, bands: 1, width: side, height: side) { cutout in
            let count = galatea_border_values(Self.level(set), &cutout, 0, 4, &values, &skips)
            #expect(galatea_fill_sky_histogram(Self.level(set), values, count, &histogram) == 1)
            galatea_remove_from_histogram(
                Self.level(set), &cutout, 0, 4, skips, words, 2, &histogram)
        }
        let left = pixels.indices.filter { index in
            let (x, y) = (index % side, index / side)
            return !mask[index] && (x < 4 || y < 4 || x >= side - 4 || y >= side - 4)
        }.map { pixels[$0] }
        let exact = SkyStatistics.clipped(left)
        let found = galatea_clipped_histogram(&histogram)
        #expect(Int(found.count) == left.count)
        #expect(abs(found.level - exact.level) < 0.02 && abs(found.sigma - exact.sigma) < 0.02)
    }

    @Test("The stack is the weighted sum, gaps are sky and counted", arguments: InstructionSet.available)
    func stack(set: InstructionSet) {
        for (width, hasGaps, bands) in [(40, false, 3), (40, true, 3), (37, false, 2), (9, true, 5)] {
            let height = 11
            var pixels = Self.noise(bands * width * height, seed: 2)
            if hasGaps {
                pixels[3] = .nan
                pixels[width * height] = -.infinity
            }
            let sky = (0..<bands).map { Float($0) * 0.5 }
            let weights = (0..<bands).map { 1 / Float($0 + 1) }
            let plane = Plane(Self.noise(width * height, seed: 3), width: width, height: height)
            var census = [galatea_pixel_census](repeating: galatea_pixel_census(), count: bands)
            let isFinite = Self.withCutout(pixels, bands: bands, width: width, height: height) {
                galatea_stack(Self.level(set), &$0, sky, weights, plane.plane, &census)
            }
            let expected = (0..<width * height).map { index in
                (0..<bands).reduce(0.0) { sum, band in
                    let value = pixels[band * width * height + index]
                    return sum + (value.isFinite ? Double((value - sky[band]) * weights[band]) : 0)
                }
            }
            #expect(isFinite == 1)
            expectClose(plane.image.map(Double.init), expected, absolute: 1e-5)
            #expect(census.map(\.non_finite).reduce(0, +) == (hasGaps ? 2 : 0))
            #expect(census.allSatisfy { $0.is_lit == 1 })
        }
    }

    @Test(
        "Smoothing is the naive double sum and its bits the threshold's", arguments: InstructionSet.available)
    func smoothing(set: InstructionSet) {
        let all: [Float] = [0.4, 0.2, 0.08, 0.02, 0.01]
        for (width, height, reach) in [
            (35, 20, 3), (128, 9, 3), (8, 8, 1), (1, 3, 3), (64, 64, 1), (33, 7, 4),
        ] {
            let taps = Array(all[...reach])
            let image = Self.noise(width * height, seed: 5)
            let from = Plane(image, width: width, height: height)
            let to = Plane(image.map { _ in 0 }, width: width, height: height)
            let words = (width + 63) / 64
            var bits = [UInt64](repeating: ~0, count: words * height)
            galatea_smooth(
                Self.level(set), from.plane, taps, Int32(reach), 0.3, to.plane, &bits, Int32(words))
            var expected = [Double](repeating: 0, count: width * height)
            for y in 0..<height {
                for x in 0..<width {
                    for v in max(0, y - reach)...min(height - 1, y + reach) {
                        for u in max(0, x - reach)...min(width - 1, x + reach) {
                            expected[y * width + x] +=
                                Double(taps[abs(u - x)] * taps[abs(v - y)] * image[v * width + u])
                        }
                    }
                }
            }
            let got = to.image
            expectClose(got.map(Double.init), expected, absolute: 1e-5)
            #expect(bits == Self.bits(got.map { $0 > 0.3 }, width: width))
        }
    }

    /// The nearest 64th of a limit of 2.
    static func stepped(_ value: Float) -> Float { (value * 32 + 0.5).rounded(.down) / 32 }

    @Test("The noise's correlation is the naive sum over lags", arguments: InstructionSet.available)
    func correlation(set: InstructionSet) {
        for (width, height) in [(50, 40), (128, 128), (17, 9), (33, 140)] {
            let pixels = Self.noise(width * height, seed: 6)
            let free = pixels.indices.map { $0 % 11 != 3 }
            let words = (width + 63) / 64
            var scratch = [Int16](
                repeating: 1, count: galatea_noise_scratch(Int32(width), Int32(height)))
            let bits = Self.bits(free, width: width)
            let found = Self.withCutout(pixels, bands: 1, width: width, height: height) {
                galatea_noise_products(Self.level(set), &$0, 0, 0.1, 2, bits, Int32(words), &scratch)
            }
            let ratio = galatea_pair_ratio(Self.level(set), bits, Int32(height), Int32(words))
            let strip = (height + 3) / 4
            var (products, squares, pairs, count) = (0.0, 0.0, 0, 0)
            for rows in [0..<strip, height - strip..<height] {
                for y in rows {
                    for x in 0..<width where free[y * width + x] {
                        let value = pixels[y * width + x] - 0.1
                        count += 1
                        if abs(value) < 2 { squares += pow(Double(Self.stepped(value)), 2) }
                        for v in max(rows.lowerBound, y - 2)...min(rows.upperBound - 1, y + 2) {
                            for u in max(0, x - 2)...min(width - 1, x + 2) where free[v * width + u] {
                                let other = pixels[v * width + u] - 0.1
                                pairs += 1
                                if abs(value) < 2, abs(other) < 2 {
                                    products += Double(Self.stepped(value) * Self.stepped(other))
                                }
                            }
                        }
                    }
                }
            }
            #expect(abs(found - products / squares) < 1e-4 * max(1, abs(found)))
            #expect(abs(ratio - 25 * Double(count) / Double(pairs)) < 1e-9)
        }
    }

    @Test("Moments under the Gaussian are the naive sums", arguments: InstructionSet.available)
    func moments(set: InstructionSet) {
        for (width, height) in [(64, 48), (40, 25), (31, 22)] {
            let image = Self.noise(width * height, seed: 7, mean: 1)
            let plane = Plane(image, width: width, height: height)
            var sums = [Double](repeating: 0, count: 7)
            for y in 0..<height {
                for x in 0..<width {
                    let q = Self.square(Self.ellipse, Double(x), Double(y))
                    guard q < 13 else { continue }
                    let (u, v, w) = (Double(x) - Self.ellipse.x, Double(y) - Self.ellipse.y, exp(-q / 2))
                    let f = w * Double(image[y * width + x])
                    for (index, term) in [1, u, v, u * u, v * v, u * v].enumerated() {
                        sums[index] += f * term
                    }
                    sums[6] += w * w * pow(u * u + v * v, 2)
                }
            }
            let found = galatea_gaussian_moments(Self.level(set), plane.plane, Self.ellipse, 1)
            let got = [found.light, found.u, found.v, found.uu, found.vv, found.uv, found.spread]
            expectClose(got, sums, absolute: 1e-4 * sums[3], relative: 1e-4)
            let bare = galatea_gaussian_moments(Self.level(set), plane.plane, Self.ellipse, 0)
            #expect(abs(bare.uu / found.uu - 1) < 1e-6 && bare.spread == 0)
        }
    }

    @Test("Rings hold the light of the pixels in them", arguments: InstructionSet.available)
    func rings(set: InstructionSet) {
        let (width, height, count, limit) = (61, 44, 64, 4.0)
        let image = Self.noise(width * height, seed: 9, mean: 2)
        let plane = Plane(image, width: width, height: height)
        var expected = [Double](repeating: 0, count: count)
        var (first, total) = (0.0, 0.0)
        for y in 0..<height {
            for x in 0..<width {
                let light = Double(image[y * width + x])
                let radius = Self.square(Self.ellipse, Double(x), Double(y)).squareRoot()
                if radius <= limit {
                    first += radius * light
                    total += light
                }
                let isCore = abs(x - 30) <= 5 && abs(y - 22) <= 5
                for part in 0..<(isCore ? 9 : 1) {
                    let u = isCore ? Double(part % 3 - 1) / 3 : 0
                    let v = isCore ? Double(part / 3 - 1) / 3 : 0
                    let r = Self.square(Self.ellipse, Double(x) + u, Double(y) + v).squareRoot()
                    let ring = Int(r * Double(count) / limit)
                    if ring < count { expected[ring] += light / (isCore ? 9 : 1) }
                }
            }
        }
        var sums = [Double](repeating: 0, count: count)
        var (gotFirst, gotTotal) = (0.0, 0.0)
        galatea_ring_sums(Self.level(set), plane.plane, Self.ellipse, limit, Int32(count), &sums)
        galatea_kron_sums(Self.level(set), plane.plane, Self.ellipse, limit, &gotFirst, &gotTotal)
        func cumulative(_ rings: [Double]) -> [Double] {
            rings.reduce(into: []) { $0.append(($0.last ?? 0) + $1) }
        }
        // A pixel at a ring's edge may round into either.
        expectClose(cumulative(sums), cumulative(expected), absolute: 6)
        #expect(abs(gotFirst / first - 1) < 1e-4 && abs(gotTotal / total - 1) < 1e-4)
    }

    @Test(
        "An aperture has its ellipse's area and the naive sum, neighbours mirrored",
        arguments: InstructionSet.available)
    func apertures(set: InstructionSet) {
        let (width, height) = (64, 48)
        let pixels = Self.noise(2 * width * height, seed: 3, mean: 4)
        var ellipse = Self.ellipse
        (ellipse.x, ellipse.y) = (31.5, 23.5)
        let masked = 25 * width + 33
        var others = [Bool](repeating: false, count: width * height)
        others[masked] = true
        let bits = Self.bits(others, width: width)
        var sums = [0.0, 0.0]
        let area = Self.withCutout(pixels, bands: 2, width: width, height: height) { cutout in
            bits.withUnsafeBufferPointer { bits in
                var how = galatea_replacement(
                    others: bits.baseAddress, gaps: nil, words: 1, mirrors: 1, twice_x: 63, twice_y: 47)
                return galatea_aperture_light(
                    Self.level(set), &cutout, [1, 2], [1, 0.5], ellipse, 2, &how, &sums)
            }
        }
        let exact = Double.pi * 4 / (ellipse.xx * ellipse.yy - ellipse.xy * ellipse.xy / 4).squareRoot()
        #expect(abs(area / exact - 1) < 2e-3)
        // Pixels across the edge by a grid of 20 x 20 points.
        var expected = [0.0, 0.0]
        for index in 0..<width * height {
            var share = 0.0
            for part in 0..<400 {
                let x = Double(index % width) + (Double(part % 20) + 0.5) / 20 - 0.5
                let y = Double(index / width) + (Double(part / 20) + 0.5) / 20 - 0.5
                if Self.square(ellipse, x, y) < 4 { share += 1 / 400.0 }
            }
            let source = index == masked ? (47 - 25) * width + 63 - 33 : index
            for band in 0..<2 {
                expected[band] +=
                    share * Double(pixels[band * width * height + source] - Float(band + 1))
                    / Double(band + 1)
            }
        }
        expectClose(sums, expected, relative: 3e-3)
    }

    @Test(
        "Two peaks part where either holds its share above the saddle, else they are one",
        arguments: InstructionSet.available)
    func deblending(set: InstructionSet) {
        let side = 64
        func image(_ companion: Double) -> [Float] {
            (0..<side * side).map { index in
                let (x, y) = (Double(index % side), Double(index / side))
                func peak(_ cx: Double, _ cy: Double, _ height: Double) -> Double {
                    height * exp(-(pow(x - cx, 2) + pow(y - cy, 2)) / 18)
                }
                return Float(peak(32, 32, 100) + peak(44, 32, companion) + peak(10, 10, 20))
            }
        }
        for (companion, contrast, isApart) in [(60.0, 0.005, true), (60, 1, false), (12, 0.2, false)] {
            let plane = Plane(image(companion), width: side, height: side)
            let sky: Float = 1
            var bits = Self.bits(plane.image.map { $0 > sky }, width: side)
            var target = bits
            let scratch = UnsafeMutableRawPointer.allocate(
                byteCount: galatea_search_scratch(64, 64), alignment: 64)
            defer { scratch.deallocate() }
            var search = galatea_source_search(
                threshold: sky, minimum_area: 5, contrast: Float(contrast), x: 31.5, y: 31.5, tolerance: 9)
            let source = galatea_find_source(
                Self.level(set), plane.plane, &bits, 1, &search, scratch, &target)
            let pixels = (0..<side * side).filter { target[$0 / side] >> UInt64($0 % side) & 1 == 1 }
            #expect(source.area == pixels.count)
            #expect(pixels.contains(32 * side + 44) != isApart && pixels.contains(32 * side + 32))
            #expect(!pixels.contains(10 * side + 10))
            let light = pixels.map { Double(plane.image[$0]) }.reduce(0, +)
            let x = pixels.map { Double(plane.image[$0]) * Double($0 % side) }.reduce(0, +) / light
            #expect(abs(source.flux / light - 1) < 1e-6 && abs(source.x - x) < 1e-6)
        }
    }
}
