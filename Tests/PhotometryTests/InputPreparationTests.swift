import Astronomy
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Input preparation")
struct InputPreparationTests {
    static func preparation(
        side: Int = 128, to: Int = 69, bands: Int = 3, scaling: InputScaling = .standard,
        level: InstructionSet = .detected
    ) -> InputPreparation {
        InputPreparation(
            bandCount: bands, scaling: scaling,
            resize: BicubicResize(from: ImageSize(side: side), to: ImageSize(side: to)), instructionSet: level
        )
    }

    /// Noise of known level and sigma in each band and a bright square in the middle.
    static func stamp(side: Int, bands: Int, seed: UInt64 = 1) -> [Float] {
        var generator = CounterGenerator(seed: seed)
        return (0..<bands).flatMap { band in
            (0..<side * side).map { pixel in
                let x = pixel % side
                let y = pixel / side
                let middle = abs(2 * x - side + 1) < side / 8 && abs(2 * y - side + 1) < side / 8
                return Float(generator.normal(mean: 0.3, sigma: 0.5 * Double(band + 1))) + (middle ? 40 : 0)
            }
        }
    }

    @Test("Default scaling: asinh(f / 3 sigma) above the border's median, extinction undone")
    func standard() {
        let stamp = Self.stamp(side: 64, bands: 2)
        let factors: [Float] = [1.5, 1]
        let result = Self.preparation(side: 64, to: 64, bands: 2).prepare(stamp, dereddening: factors)
        for band in 0..<2 {
            let sigma = 0.5 * Float(band + 1)
            #expect(abs(result.input.sky.levels[band] - 0.3) < 0.15 * sigma)
            #expect(abs(result.input.sky.sigmas[band] / sigma - 1) < 0.12)
            let expected = (0..<64 * 64).map { pixel in
                let value = stamp[band * 64 * 64 + pixel] - result.input.sky.levels[band]
                return asinh(factors[band] * value / (3 * result.input.sky.sigmas[band]))
            }
            let got = (0..<64 * 64).map { result.pixels[2 * $0 + band] }
            expectClose(got, expected, absolute: 1e-6, relative: 1e-5)
        }
    }

    @Test("The paper's scaling is tanh(asinh(beta f / m_b)), equation 1")
    func paper() {
        let stamp = Self.stamp(side: 16, bands: 1)
        let scaling = InputScaling.saturating(meanMaxima: [7])
        let result = Self.preparation(side: 16, to: 16, bands: 1, scaling: scaling).prepare(stamp)
        expectClose(result.pixels, stamp.map { tanh(asinh(10 * $0 / 7)) }, absolute: 1e-6, relative: 1e-5)
        #expect(result.input.sky.levels[0].isNaN)
    }

    @Test("The resize comes after the scaling, and big-endian bytes give the same bits")
    func order() {
        let stamp = Self.stamp(side: 40, bands: 3)
        let whole = Self.preparation(side: 40, to: 40).prepare(stamp)
        let planar = (0..<3).flatMap { band in (0..<1600).map { whole.pixels[3 * $0 + band] } }
        let expected = Self.preparation(side: 40, to: 23, scaling: .asinh(sigmas: 1e5, removesSky: false))
            .prepare(planar, sky: SkyStatistics(levels: [0, 0, 0], sigmas: [1, 1, 1])).pixels.map {
                $0 * 3e5 / 3
            }
        let preparation = Self.preparation(side: 40, to: 23)
        let native = preparation.prepare(stamp)
        expectClose(native.pixels, expected, absolute: 2e-5, relative: 1e-5)

        let bytes: [UInt8] = [0] + bigEndianBytes(stamp)  // an odd address
        var workspace = InputPreparation.Workspace(for: preparation)
        var output = [Float](repeating: .nan, count: preparation.outputCount)
        for _ in 0..<2 {
            var span = output.mutableSpan
            let input = preparation.prepare(
                bigEndian: bytes.span.bytes.extracting(droppingFirst: 1), dereddening: [1, 1, 1],
                workspace: &workspace, into: &span)
            #expect(input == native.input)
            #expect(output == native.pixels)
        }
    }

    /// Sizes of cutouts and of what they are resized to.
    static let resizes = [
        (ImageSize(side: 128), ImageSize(side: 69)), (ImageSize(side: 64), ImageSize(side: 64)),
        (ImageSize(side: 40), ImageSize(side: 23)), (ImageSize(side: 16), ImageSize(side: 16)),
        (ImageSize(side: 20), ImageSize(side: 69)), (ImageSize(side: 150), ImageSize(side: 30)),
        (ImageSize(side: 600), ImageSize(side: 31)), (ImageSize(side: 5), ImageSize(side: 2)),
        (ImageSize(side: 9), ImageSize(side: 1)),
        (ImageSize(width: 50, height: 33), ImageSize(width: 17, height: 40)),
        (ImageSize(width: 33, height: 90), ImageSize(width: 32, height: 7)),
    ]

    @Test("In phases stand the same bits, and nothing around them", arguments: InstructionSet.available)
    func phases(level: InstructionSet) {
        for (size, output) in Self.resizes {
            for bands in [1, 3, 4] {
                let preparation = InputPreparation(
                    bandCount: bands, scaling: .standard, resize: BicubicResize(from: size, to: output),
                    instructionSet: level)
                // As little room as the kernel may be given.
                let row = output.width / 2 + 1
                let plane = output.height / 2 * row + output.width / 2 + 9
                let frame = ImageFrame(.phases, first: 0, row: row, plane: plane, count: 4 * bands * plane)
                var workspace = InputPreparation.Workspace(for: preparation, arrangement: .phases)
                let guarded = 64
                var array = [Float](repeating: 0, count: frame.count + 2 * guarded)
                for index in 0..<guarded { (array[index], array[array.count - 1 - index]) = (7, 7) }
                for round in 0..<2 {
                    var generator = CounterGenerator(seed: UInt64(round))
                    let stamp = (0..<size.count * bands).map { _ in Float(generator.normal()) }
                    let pixels = preparation.prepare(stamp).pixels
                    var expected = [Float](repeating: 0, count: frame.count)
                    for (index, value) in pixels.enumerated() {
                        let (band, x) = (index % bands, index / bands % output.width)
                        let y = index / bands / output.width
                        let start = (4 * band + (y + 1) % 2 * 2 + (x + 1) % 2) * plane
                        expected[start + (y + 1) / 2 * row + (x + 1) / 2] = value
                    }
                    array.withUnsafeMutableBufferPointer { memory in
                        let own = UnsafeMutableBufferPointer(
                            rebasing: memory[guarded..<guarded + frame.count])
                        var inside = own.mutableSpan
                        _ = preparation.prepare(
                            stamp.span, dereddening: Array(repeating: 1, count: bands),
                            workspace: &workspace, frame: frame, into: &inside)
                    }
                    #expect(
                        Array(array[guarded..<guarded + frame.count]) == expected,
                        "\(size) to \(output), \(bands) bands")
                    #expect((array.prefix(guarded) + array.suffix(guarded)).allSatisfy { $0 == 7 })
                }
            }
        }
    }

    @Test("Levels agree to 1e-5", arguments: InstructionSet.available)
    func levels(level: InstructionSet) {
        let stamp = Self.stamp(side: 128, bands: 3)
        let portable = Self.preparation(level: .portable).prepare(stamp)
        let other = Self.preparation(level: level).prepare(stamp)
        #expect(portable.input == other.input)
        expectClose(other.pixels, portable.pixels, absolute: 1e-5, relative: 1e-5)
    }

    @Test("Extinction is 10^(0.4 A E(B-V)); an unknown one counts as 0")
    func dereddening() {
        expectClose(
            InputPreparation.dereddening(bands: Band.legacy, reddening: 0.1),
            [1.344498, 1.220675, 1.117995], relative: 1e-5)
        #expect(InputPreparation.dereddening(bands: Band.legacy, reddening: nil) == [1, 1, 1])
        #expect(InputPreparation.dereddening(bands: Band.legacy, reddening: .nan) == [1, 1, 1])
    }

    static let strange: [(name: String, change: @Sendable (inout [Float]) -> Void, flags: QualityFlags)] = [
        ("all NaN", { $0 = $0.map { _ in .nan } }, .nonFinitePixels),
        ("one NaN", { $0[17] = .nan }, .nonFinitePixels), ("Inf", { $0[9] = -.infinity }, .nonFinitePixels),
        ("constant", { $0 = $0.map { _ in 3 } }, []), ("zero", { $0 = $0.map { _ in 0 } }, .bandAllZero),
        ("denormal", { $0 = $0.map { $0 * 0x1p-140 } }, []), ("1e30", { $0 = $0.map { $0 * 1e30 } }, []),
        ("huge pixel", { $0[4] = 3e38 }, []),
    ]

    @Test("Strange pixels give finite inputs and the right flags", arguments: [1, 2, 13, 69])
    func strangePixels(side: Int) {
        for (name, change, flags) in Self.strange {
            var stamp = Self.stamp(side: side, bands: 3)
            if stamp.count < 20 { stamp += Array(repeating: 1, count: 20) }
            change(&stamp)
            stamp = Array(stamp.prefix(3 * side * side))
            for level in InstructionSet.available {
                for scaling in [InputScaling.standard, .saturating(meanMaxima: [1, 0, .nan])] {
                    let result = Self.preparation(side: side, to: 69, scaling: scaling, level: level)
                        .prepare(stamp)
                    #expect(result.pixels.allSatisfy { $0.isFinite }, "\(name)")
                    if side > 2 { #expect(result.input.flags == flags, "\(name)") }
                }
            }
        }
    }

    @Test("A band above 1 % of non-finite pixels is too many")
    func share() {
        var stamp = Self.stamp(side: 20, bands: 2)
        for pixel in 0..<4 { stamp[pixel] = .nan }
        let preparation = Self.preparation(side: 20, to: 20, bands: 2)
        #expect(!preparation.prepare(stamp).input.hasTooManyNonFinitePixels)
        stamp[400] = .nan
        #expect(!preparation.prepare(stamp).input.hasTooManyNonFinitePixels)
        stamp[4] = .nan
        #expect(preparation.prepare(stamp).input.hasTooManyNonFinitePixels)
    }

    @Test("Large and oblong cutouts shrink to the network's size")
    func largeAndOblong() {
        for (width, height) in [(3000, 300), (1, 128), (127, 69)] {
            let size = ImageSize(width: width, height: height)
            let preparation = InputPreparation(
                bandCount: 1, scaling: .standard, resize: BicubicResize(from: size, to: ImageSize(side: 69)))
            let image = (0..<size.count).map { Float(($0 * 7919) % 101) }
            #expect(preparation.prepare(image).pixels.allSatisfy { $0.isFinite })
        }
    }

    @Test("Mean maxima average the images' brightest pixels; a band of gaps does not count")
    func meanMaxima() {
        var maxima = MeanMaxima(bands: 2)
        maxima.add([1, 5, .nan, 2, .nan, .nan, .nan, .nan])
        maxima.add([7, 0, -3, .infinity, 4, 1, 0, 0])
        #expect(maxima.means == [6, 4])
        #expect(MeanMaxima(bands: 1).means[0].isNaN)
    }

    @Test(
        "A scaling survives its encoding",
        arguments: [
            InputScaling.standard, .asinh(sigmas: 2, removesSky: false), .saturating(meanMaxima: [1, 2.5]),
        ])
    func codable(scaling: InputScaling) throws {
        let copy = try JSONDecoder().decode(InputScaling.self, from: JSONEncoder().encode(scaling))
        #expect(copy == scaling)
    }
}
