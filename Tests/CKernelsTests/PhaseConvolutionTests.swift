import CKernels
import Computing
import Testing

@Suite("Convolutions from phases to planes")
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
        Pair((69, 69), 3, 16, 32), Pair((69, 69), 3, 16, 32, stride: (1, 1)), Pair((64, 64), 3, 16, 16),
        Pair((63, 64), 4, 24, 40), Pair((64, 63), 1, 17, 33, stride: (2, 1)), Pair((3, 5), 2, 3, 16),
        Pair((1, 1), 3, 16, 32), Pair((2, 2), 1, 1, 16), Pair((5, 40), 3, 9, 18, stride: (1, 2)),
        Pair((128, 20), 3, 8, 64),
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

    @Test(
        "Both convolutions have the bits of the usual form, and zeros around the image stay",
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
        var planes = galatea_plane_frame(&next)
        var middle = [Float](repeating: 0, count: planes.count)
        let ahead = [Float](repeating: 1, count: 999)
        ahead.withUnsafeBytes { bytes in
            var asked = galatea_ahead()
            (asked.start.0, asked.bytes.0) = (bytes.baseAddress, bytes.count)
            galatea_phase_convolution(
                &shape, Self.placed(image, shape, level), packed, bias, relu ? 1 : 0, &middle, &planes, &asked
            )
        }
        let usual = pair.first.forward(image, weights, bias: bias, relu: relu, at: level)
        var expected = [Float](repeating: 0, count: planes.count)
        for (index, value) in usual.enumerated() {
            let (k, x) = (index % shape.outputs, index / shape.outputs % next.width)
            let y = index / shape.outputs / next.width
            expected[planes.first + k * planes.plane + y * planes.row + x] = value
        }
        #expect(bits(middle.map { $0 + 0 }) == bits(expected.map { $0 + 0 }))

        let secondWeights = normalNumbers(pair.second.weightCount, seed: 5)
        let secondPacked = filled(galatea_convolution_packed_count(&next)) {
            galatea_convolution_pack(&next, secondWeights, $0)
        }
        var workspace = [Float](repeating: .nan, count: galatea_convolution_workspace_count(&next))
        let outputs = filled(pair.second.outputCount) {
            galatea_plane_convolution(
                &next, middle, secondPacked, nil, relu ? 1 : 0, $0, pair.second.outputWidth * next.outputs,
                nil, &workspace)
        }
        #expect(bits(outputs) == bits(pair.second.forward(usual, secondWeights, relu: relu, at: level)))
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
            { _, next in next.outputs = 15 }, { _, next in next.stride_y = 3 },
            { _, next in next.kernel_width = 1 }, { _, next in next.channels = 15 },
        ] {
            var (first, second) = (shape, next)
            change(&first, &second)
            #expect(galatea_takes_phases(level, &first, &second) == 0)
        }
    }
}
