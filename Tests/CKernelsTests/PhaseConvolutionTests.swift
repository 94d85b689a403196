import CKernels
import Computing
import TestSupport
import Testing

@Suite("Convolutions from phases to planes, and from planes")
struct PhaseConvolutionTests {
    /// A first convolution and the one behind it.
    struct Pair: CustomStringConvertible, Sendable {
        let first, second: Convolution

        init(_ size: (Int, Int), _ channels: Int, _ middle: Int, _ outputs: Int, stride: (Int, Int) = (2, 2))
        {
            first = Convolution(1, size, channels, middle, kernel: (3, 3), stride: (2, 2), padding: (1, 1))
            second = Convolution(
                1, (first.outputHeight, first.outputWidth), middle, outputs, kernel: (3, 3), stride: stride,
                padding: (1, 1))
        }

        var description: String { "\(first), then \(second)" }
    }

    static let pairs = [
        Pair((69, 69), 3, 16, 32), Pair((69, 69), 3, 16, 32, stride: (1, 2)), Pair((64, 64), 3, 16, 27),
        Pair((63, 64), 4, 24, 48), Pair((64, 63), 1, 17, 64), Pair((3, 41), 2, 3, 28),
        Pair((1, 21), 3, 16, 32), Pair((2, 22), 1, 1, 14), Pair((5, 40), 3, 9, 59, stride: (1, 2)),
        Pair((27, 30), 3, 5, 16), Pair((30, 27), 3, 5, 40),
        Pair((128, 26), 3, 8, 161),
    ]

    /// The array of a frame of phases with an image in it.
    static func placed(_ image: [Float], _ shape: galatea_convolution, _ level: InstructionSet) -> [Float] {
        var (shape, array) = (shape, [Float]())
        var frame = galatea_phase_frame(&shape)
        array = [Float](repeating: 0, count: frame.count)
        galatea_place_image(level.level, image, shape.height, shape.width, shape.channels, &frame, &array)
        return array
    }

    @Test("Phases hold every pixel once, by the parities of row and column", arguments: pairs)
    func phases(pair: Pair) {
        var shape = pair.first.shape
        let image = normalNumbers(pair.first.inputCount, seed: 1)
        let frame = galatea_phase_frame(&shape)
        var expected = [Float](repeating: 0, count: frame.count)
        for (index, value) in image.enumerated() {
            let (c, x) = (index % shape.channels, index / shape.channels % shape.width)
            let y = index / shape.channels / shape.width
            let plane = 4 * c + (y + 1) % 2 * 2 + (x + 1) % 2
            expected[plane * frame.plane + (y + 1) / 2 * frame.row + (x + 1) / 2] = value
        }
        for level in InstructionSet.available {
            #expect(Self.placed(image, shape, level) == expected, "\(level)")
        }
    }

    /// The array of a frame of planes with an image in it, and the differences of its columns.
    static func planes(_ image: [Float], _ shape: galatea_convolution) -> [Float] {
        var shape = shape
        let frame = galatea_plane_frame(&shape)
        var array = [Float](repeating: 0, count: frame.count)
        for (index, value) in image.enumerated() {
            let (c, x) = (index % shape.channels, index / shape.channels % shape.width)
            let y = index / shape.channels / shape.width
            array[frame.first + c * frame.plane + y * frame.row + x] = value
        }
        for c in 0..<shape.channels {
            let first = frame.first + c * frame.plane
            for place in first..<first + shape.height * frame.row {
                array[frame.count / 2 + place] = array[place - 2] - array[place]
            }
        }
        return array
    }

    @Test(
        "The first convolution has the bits of the usual form, and zeros around the image stay",
        .enabled(if: InstructionSet.detected == .avx512), arguments: pairs, [true, false])
    func bitsOfUsualForm(pair: Pair, relu: Bool) {
        let level = InstructionSet.avx512
        var (shape, next) = (pair.first.shape, pair.second.shape)
        #expect(galatea_takes_phases(level.level, &shape, &next) == 1)
        var image = normalNumbers(pair.first.inputCount, seed: 2)
        image[image.count / 2] = .nan
        let weights = normalNumbers(pair.first.weightCount, seed: 3)
        let bias = relu ? normalNumbers(shape.outputs, seed: 4) : nil
        let packed = filled(galatea_phase_packed_count(&shape)) { galatea_phase_pack(&shape, weights, $0) }
        var frame = galatea_plane_frame(&next)
        var middle = [Float](repeating: 0, count: frame.count)
        let ahead = [Float](repeating: 1, count: 999)
        ahead.withUnsafeBytes { bytes in
            var asked = galatea_ahead()
            (asked.start.0, asked.bytes.0) = (bytes.baseAddress, bytes.count)
            galatea_phase_convolution(
                &shape, Self.placed(image, shape, level), packed, bias, relu ? 1 : 0, &middle, &frame, &asked
            )
        }
        let usual = pair.first.forward(image, weights, bias: bias, relu: relu, at: level)
        let expected = Self.planes(usual, next)
        let half = frame.count / 2
        #expect(bits(middle.prefix(half).map { $0 + 0 }) == bits(expected.prefix(half).map { $0 + 0 }))
        // Differences that a convolution meets: of odd columns and the right border, in the rows around the image too.
        for c in 0..<next.channels {
            for y in -1...next.height {
                for x in stride(from: 1, through: next.width, by: 2) {
                    let place = half + frame.first + c * frame.plane + y * frame.row + x
                    #expect(
                        middle[place] == expected[place] || middle[place].isNaN && expected[place].isNaN,
                        "channel \(c), row \(y), column \(x)")
                }
            }
        }
    }

    /// y of the second convolution from its planes, its rows a little apart, while some memory is asked for.
    static func second(
        _ pair: Pair, _ image: [Float], _ weights: [Float], bias: [Float]? = nil, relu: Bool = false
    ) -> [Float] {
        var shape = pair.second.shape
        let packed = filled(galatea_plane_packed_count(&shape)) { galatea_plane_pack(&shape, weights, $0) }
        let (row, gap) = (pair.second.outputWidth * shape.outputs, 5)
        var y = [Float](repeating: 7, count: pair.second.outputHeight * (row + gap))
        let ahead = [Float](repeating: 1, count: 999)
        ahead.withUnsafeBytes { bytes in
            var asked = galatea_ahead()
            (asked.start.0, asked.bytes.0) = (bytes.baseAddress, bytes.count)
            galatea_plane_convolution(
                &shape, planes(image, shape), packed, bias, relu ? 1 : 0, &y, row + gap, &asked)
        }
        for o in 0..<pair.second.outputHeight {
            #expect(y[o * (row + gap) + row..<(o + 1) * (row + gap)].allSatisfy { $0 == 7 }, "row \(o)")
        }
        return (0..<pair.second.outputHeight).flatMap { y[$0 * (row + gap)..<$0 * (row + gap) + row] }
    }

    @Test(
        "The second one equals the naive twin exactly on whole numbers",
        .enabled(if: InstructionSet.detected == .avx512), arguments: pairs)
    func wholeNumbersExact(pair: Pair) {
        let image = wholeNumbers(pair.second.inputCount, seed: 5)
        let weights = wholeNumbers(pair.second.weightCount, seed: 6)
        let bias = wholeNumbers(pair.second.shape.outputs, seed: 7)
        let expected = pair.second.naiveForward(image, weights).map { Float($0) }
        #expect(Self.second(pair, image, weights) == expected)
        let rectified = expected.enumerated().map { max(0, $1 + bias[$0 % bias.count]) }
        #expect(Self.second(pair, image, weights, bias: bias, relu: true) == rectified)
    }

    @Test(
        "The second one's error is rounding, and NaN reaches every number that sees it and no other",
        .enabled(if: InstructionSet.detected == .avx512), arguments: pairs)
    func rounding(pair: Pair) {
        var image = normalNumbers(pair.second.inputCount, seed: 8)
        let weights = normalNumbers(pair.second.weightCount, seed: 9)
        let terms = Double(pair.second.weightCount / pair.second.shape.outputs)
        expectClose(
            Self.second(pair, image, weights).map(Double.init), pair.second.naiveForward(image, weights),
            absolute: 3e-7 * terms, "\(pair)")
        // In the middle, at both ends of a row, and in the last row.
        let (width, channels) = (pair.second.shape.width, pair.second.shape.channels)
        for pixel in [0, width / 2, width - 2, width - 1] {
            for row in Set([0, pair.second.shape.height / 2, pair.second.shape.height - 1]) {
                let place = (row * width + pixel) * channels
                let finite = image[place]
                image[place] = .nan
                let expected = pair.second.naiveForward(image, weights).map(\.isNaN)
                #expect(
                    Self.second(pair, image, weights, relu: true).map(\.isNaN) == expected,
                    "row \(row), column \(pixel)")
                image[place] = finite
            }
        }
    }

    @Test("Other shapes and levels keep to pixels")
    func others() {
        let level = InstructionSet.avx512.level
        var (shape, next) = (Self.pairs[0].first.shape, Self.pairs[0].second.shape)
        #expect(galatea_takes_phases(InstructionSet.avx2.level, &shape, &next) == 0)
        #expect(galatea_takes_phases(InstructionSet.portable.level, &shape, &next) == 0)
        for change: (inout galatea_convolution, inout galatea_convolution) -> Void in [
            { first, _ in first.stride_x = 1 }, { first, _ in first.kernel_height = 5 },
            { first, _ in first.padding_x = 0 }, { first, _ in first.channels = 5 },
            { first, next in (first.channels, first.outputs, next.channels) = (4, 2, 2) },
            { _, next in next.outputs = 33 }, { _, next in next.stride_x = 1 },
            { _, next in next.width = 10 }, { _, next in next.padding_x = 0 },
            { _, next in next.kernel_width = 1 }, { _, next in next.channels = 15 },
        ] {
            var (first, second) = (shape, next)
            change(&first, &second)
            #expect(galatea_takes_phases(level, &first, &second) == 0)
        }
    }
}
