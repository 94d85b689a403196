import CKernels
import Computing
import Foundation
import TestSupport
import Testing

@Suite("Rendering kernels")
struct RenderingKernelTests {
    private func level(_ set: InstructionSet) -> galatea_level {
        galatea_level(rawValue: numericCast(set.rawValue))
    }

    @Test("Gaussians equal their formula, also across the borders", arguments: InstructionSet.available)
    func gaussians(set: InstructionSet) {
        let (width, height) = (37, 21)
        let list = [
            galatea_gaussian(x: 12.3, y: 8.8, amplitude: 2, xx: 0.2, xy: 0.05, yy: 0.1, cut: 28),
            galatea_gaussian(x: -3, y: 22, amplitude: 1, xx: 0.01, xy: -0.004, yy: 0.02, cut: 28),
            galatea_gaussian(x: 500, y: 5, amplitude: 1, xx: 0.1, xy: 0, yy: 0.1, cut: 28),
            galatea_gaussian(x: 20, y: -400, amplitude: 1, xx: 0.1, xy: 0.02, yy: 0.1, cut: 28),
        ]
        var image = [Float](repeating: 0, count: width * height)
        galatea_add_gaussians(&image, Int32(width), Int32(height), list, Int32(list.count), level(set))
        var expected = [Float](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                var sum = 0.0
                for g in list {
                    let (dx, dy) = (Double(x) - Double(g.x), Double(y) - Double(g.y))
                    let q = Double(g.xx) * dx * dx + 2 * Double(g.xy) * dx * dy + Double(g.yy) * dy * dy
                    if q <= 28 { sum += Double(g.amplitude) * exp(-q / 2) }
                }
                expected[y * width + x] = Float(sum)
            }
        }
        expectClose(image, expected, absolute: 2e-6, relative: 2e-6)
        #expect(expected.contains { $0 > 1.9 })
    }

    @Test("Normals are Philox blocks through Box and Muller", arguments: InstructionSet.available)
    func normals(set: InstructionSet) {
        for count in [0, 4, 60, 64, 68, 1000] {
            var values = [Float](repeating: .nan, count: count)
            galatea_fill_normals(&values, Int64(count), 11, 22, 5, level(set))
            let expected = (0..<count / 4).flatMap { block -> [Float] in
                let words = CounterGenerator.philox(counter: 5 + UInt64(block), stream: 22, key: 11)
                // Word pairs as the generator packs them: c1 c0, c3 c2.
                let c = [
                    UInt32(truncatingIfNeeded: words.0), UInt32(truncatingIfNeeded: words.0 >> 32),
                    UInt32(truncatingIfNeeded: words.1), UInt32(truncatingIfNeeded: words.1 >> 32),
                ]
                return pair(c[0], c[1]) + pair(c[2], c[3])
            }
            expectClose(values, expected, absolute: 3e-5, relative: 3e-5, "\(count) values")
        }
    }

    private func pair(_ a: UInt32, _ b: UInt32) -> [Float] {
        let u = (Double(a) + 0.5) * 0x1p-32
        let radius = (-2 * log(u)).squareRoot()
        let quadrant = Double(b >> 30)
        let t = (Double((b >> 6) & 0xFF_FFFF) + 0.5) * 0x1p-24 - 0.5
        let angle = (quadrant + t) * .pi / 2
        return [Float(radius * cos(angle)), Float(radius * sin(angle))]
    }

    @Test("Normals have the moments of N(0, 1) up to the fourth, and the tails")
    func moments() {
        let count = 1_000_000
        var values = [Float](repeating: 0, count: count)
        galatea_fill_normals(&values, Int64(count), 1, 2, 0, level(.detected))
        func moment(_ power: Double) -> Double {
            values.reduce(0) { $0 + pow(Double($1), power) } / Double(count)
        }
        #expect(abs(moment(1)) < 0.004)
        #expect(abs(moment(2) - 1) < 0.006)
        #expect(abs(moment(3)) < 0.02)
        #expect(abs(moment(4) - 3) < 0.04)
        // P(|x| > 4) = 6.33e-5.
        let tail = values.count { abs($0) > 4 }
        #expect((35...95).contains(tail))
    }

    @Test("Six-tap interpolation equals its double sum", arguments: InstructionSet.available)
    func interpolation(set: InstructionSet) {
        for (width, height) in [(1, 1), (15, 3), (17, 16), (33, 5)] {
            let stride = width + 5
            let source = (0..<stride * (height + 5)).map { Float(($0 * 37) % 11 - 5) }
            let x: [Float] = [1, -2, 3, 0, 2, -1]
            let y: [Float] = [2, 0, -1, 1, 3, 1]
            var target = [Float](repeating: 1, count: width * height)
            var scratch = [Float](repeating: 0, count: width * (height + 5))
            galatea_add_interpolated(
                &target, Int32(width), Int32(height), source, x, y, 0.5, &scratch, level(set))
            var expected = [Float](repeating: 1, count: width * height)
            for row in 0..<height {
                for column in 0..<width {
                    for j in 0..<6 {
                        for i in 0..<6 {
                            expected[row * width + column] +=
                                0.5 * y[j] * x[i] * source[(row + j) * stride + column + i]
                        }
                    }
                }
            }
            expectClose(target, expected, absolute: 1e-4, "\(width) x \(height)")
        }
    }

    @Test("Separable convolution equals its double sum", arguments: InstructionSet.available)
    func convolution(set: InstructionSet) {
        for (width, height, radius) in [(1, 1, 1), (16, 7, 2), (31, 3, 5), (8, 33, 3)] {
            let stride = width + 2 * radius
            let source = (0..<stride * (height + 2 * radius)).map { Float(($0 * 53) % 13 - 6) }
            let taps = (0...radius).map { Float(radius + 1 - $0) }
            var target = [Float](repeating: -1, count: width * height)
            var scratch = [Float](repeating: 0, count: width * (height + 2 * radius))
            galatea_add_convolved(
                &target, Int32(width), Int32(height), source, taps, Int32(radius), &scratch, level(set))
            var expected = [Float](repeating: -1, count: width * height)
            for row in 0..<height {
                for column in 0..<width {
                    for j in -radius...radius {
                        for i in -radius...radius {
                            expected[row * width + column] +=
                                taps[abs(i)] * taps[abs(j)]
                                * source[(row + radius + j) * stride + column + radius + i]
                        }
                    }
                }
            }
            expectClose(target, expected, absolute: 1e-2, relative: 1e-6, "\(width) x \(height), \(radius)")
        }
    }
}
