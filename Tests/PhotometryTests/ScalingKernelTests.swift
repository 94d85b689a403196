import CKernels
import Computing
import Foundation
import TestSupport
import Testing

@Suite("Scaling kernels")
struct ScalingKernelTests {
    static let functions: [(galatea_scale_function, @Sendable (Double) -> Double)] = [
        (GALATEA_SCALE_LINEAR, { $0 }), (GALATEA_SCALE_SATURATING, { $0 / (1 + $0 * $0).squareRoot() }),
        (GALATEA_SCALE_ASINH, { asinh($0) }),
    ]

    static func scaled(
        _ level: InstructionSet, _ bytes: [UInt8], bigEndian: Bool, sky: Float = 0, scale: Float = 1,
        _ function: galatea_scale_function
    ) -> (values: [Float], census: galatea_pixel_census) {
        var out = [Float](repeating: -7, count: bytes.count / 4 + 1)
        var census = galatea_pixel_census()
        galatea_scale_row(
            galatea_level(UInt32(level.rawValue)), bytes, bytes.count / 4, bigEndian ? 1 : 0, sky, scale,
            function, &out, &census)
        #expect(out.last == -7, "wrote beyond the row")
        return (Array(out.dropLast()), census)
    }

    @Test(
        "Every function is within 5e-7 of float64 from denormals to 1e37", arguments: InstructionSet.available
    )
    func accuracy(level: InstructionSet) {
        var values: [Float] = [0, -0.0, 0x1p-140, -0x1p-140, 1, -1, 0x1p30, 0x1.fffffep29, 3e37]
        var value: Float = 1e-30
        while value < 1e37 {
            values += [value, -value]
            value *= 1.003
        }
        for (function, reference) in Self.functions {
            let got = Self.scaled(level, bigEndianBytes(values), bigEndian: true, function).values
            expectClose(
                got.map(Double.init), values.map { reference(Double($0)) }, absolute: 1e-44, relative: 5e-7)
        }
    }

    @Test(
        "Rows of every length equal the plain formula, swapped or not", arguments: InstructionSet.available,
        [0, 1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 128, 1000])
    func lengths(level: InstructionSet, count: Int) {
        var generator = CounterGenerator(seed: 5, stream: UInt64(count))
        let values = (0..<count).map { _ in Float(generator.normal(mean: 1, sigma: 3)) }
        let native = values.flatMap { value in withUnsafeBytes(of: value) { Array($0) } }
        for (function, reference) in Self.functions {
            let expected = values.map { reference((Double($0) - 0.25) * 2) }
            for (bytes, bigEndian) in [(bigEndianBytes(values), true), (native, false)] {
                let got = Self.scaled(level, bytes, bigEndian: bigEndian, sky: 0.25, scale: 2, function)
                expectClose(got.values.map(Double.init), expected, absolute: 1e-6, relative: 1e-6)
                #expect(got.census.non_finite == 0 && got.census.is_lit == (count > 0 ? 1 : 0))
            }
        }
    }

    @Test(
        "NaN and infinite pixels become 0 and are counted, zeros are pixels",
        arguments: InstructionSet.available)
    func nonFinite(level: InstructionSet) {
        for count in [5, 23, 64, 130] {
            var values = [Float](repeating: 2, count: count)
            values[0] = .nan
            values[1] = .infinity
            values[count - 1] = -.infinity
            values[3] = 0
            for (function, _) in Self.functions {
                let got = Self.scaled(level, bigEndianBytes(values), bigEndian: true, sky: 1, function)
                #expect(got.census.non_finite == 3 && got.census.is_lit == 1)
                #expect(got.values[0] == 0 && got.values[1] == 0 && got.values[count - 1] == 0)
                #expect(got.values[3] < 0 && got.values[2] > 0, "a zero is a pixel, not a gap")
            }
        }
    }

    @Test("Zeros of either sign are no light, one pixel anywhere is", arguments: InstructionSet.available)
    func light(level: InstructionSet) {
        var values = (0..<150).map { $0 % 3 == 0 ? -Float.zero : 0 }
        let dark = Self.scaled(level, bigEndianBytes(values), bigEndian: true, sky: 1, GALATEA_SCALE_ASINH)
        #expect(dark.census.is_lit == 0 && dark.census.non_finite == 0)
        for (index, light) in [(0, Float(0x1p-149)), (77, 3), (149, .nan)] {
            values[index] = light
            for (function, _) in Self.functions {
                let got = Self.scaled(level, bigEndianBytes(values), bigEndian: true, sky: 1, function)
                #expect(got.census.is_lit == 1, "\(light) at \(index)")
            }
            values[index] = 0
        }
    }

    @Test(
        "Factors of every size, zero and negative ones: within 5e-7 of float64",
        arguments: InstructionSet.available,
        [0.3, 7, 0x1p-48, 0x1p-50, 1e-30, 0x1p59, 0x1p61, 1e30, 0, -0.3] as [Float])
    func factors(level: InstructionSet, factor: Float) {
        var values: [Float] = []
        var value = 1e-4 / max(Double(factor.magnitude), 1e-36)
        while value < 1e4 / max(Double(factor.magnitude), 1e-36), value < 3e38 {
            values += [Float(value), -Float(value)]
            value *= 1.1
        }
        for (function, reference) in Self.functions {
            let got = Self.scaled(level, bigEndianBytes(values), bigEndian: true, scale: factor, function)
                .values
            let expected = values.map { reference(Double($0) * Double(factor)) }
            expectClose(got.map(Double.init), expected, absolute: 1e-44, relative: 5e-7)
        }
    }

    @Test(
        "A pixel has the same bits in any company", arguments: InstructionSet.available, [1, 0.3] as [Float])
    func company(level: InstructionSet, scale: Float) {
        let sky: Float = 0.5
        var pixels: [Float] = [14.8, 14.89, 14.9, 14.91, 15, 249, 250, 251, 255, 300, 1e-20, 1e9, 1e15, 2e15]
        pixels = (pixels + pixels.map { -$0 }).map { $0 / scale + sky }
        for (function, _) in Self.functions {
            for pixel in pixels {
                // Alone in a rest; among 64 faint ones, beside a bright one, a blazing one, a gap.
                let alone = Self.scaled(
                    level, bigEndianBytes([pixel]), bigEndian: true, sky: sky, scale: scale, function
                )
                .values[0]
                for neighbour in [Float(1), 100, 1e12, 1e20, .nan, 0] {
                    var values = [Float](repeating: 1, count: 128)
                    values[9] = neighbour
                    values[37] = pixel
                    values[100] = pixel
                    let found = Self.scaled(
                        level, bigEndianBytes(values), bigEndian: true, sky: sky, scale: scale, function
                    ).values
                    #expect(
                        found[37].bitPattern == alone.bitPattern && found[100].bitPattern == alone.bitPattern,
                        "\(pixel) beside \(neighbour)")
                }
            }
        }
    }
}
