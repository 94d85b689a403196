import CKernels
import Computing

/// A convolution of the tests: its shape, the kernels' answers and the naive twins'.
struct Convolution: CustomStringConvertible, Sendable {
    var shape: galatea_convolution
    var n: Int

    init(
        _ n: Int, _ size: (Int, Int), _ channels: Int, _ outputs: Int, kernel: (Int, Int),
        stride: (Int, Int) = (1, 1), padding: (Int, Int) = (0, 0)
    ) {
        self.n = n
        shape = galatea_convolution(
            height: size.0, width: size.1, channels: channels, outputs: outputs, kernel_height: kernel.0,
            kernel_width: kernel.1, stride_y: stride.0, stride_x: stride.1, padding_y: padding.0,
            padding_x: padding.1)
    }

    var outputHeight: Int { withUnsafePointer(to: shape) { galatea_convolution_output_height($0) } }
    var outputWidth: Int { withUnsafePointer(to: shape) { galatea_convolution_output_width($0) } }
    var inputCount: Int { n * shape.height * shape.width * shape.channels }
    var outputCount: Int { n * outputHeight * outputWidth * shape.outputs }
    var weightCount: Int { shape.outputs * shape.kernel_height * shape.kernel_width * shape.channels }

    var description: String {
        """
        \(n)x\(shape.height)x\(shape.width) \(shape.channels)->\(shape.outputs), kernel \
        \(shape.kernel_height)x\(shape.kernel_width), stride \(shape.stride_y),\(shape.stride_x), padding \
        \(shape.padding_y),\(shape.padding_x)
        """
    }

    /// Image `index` of `images`, put into an array of zeros as the frame says.
    func put(_ index: Int, of images: [Float], height: Int, into frame: galatea_frame) -> [Float] {
        var array = [Float](repeating: 0, count: frame.count)
        let row = images.count / n / height
        for y in 0..<height {
            for i in 0..<row {
                array[frame.first + y * frame.row + i] = images[(index * height + y) * row + i]
            }
        }
        return array
    }

    /// y of the kernels, its rows `gap` floats apart, which `beside` fills, while some memory is asked for.
    func forward(
        _ x: [Float], _ weights: [Float], bias: [Float]? = nil, relu: Bool = false, gap: Int = 0,
        beside: Float = 0, ahead: [Float] = [], at level: InstructionSet
    ) -> [Float] {
        var shape = shape
        let packed = filled(galatea_convolution_packed_count(&shape)) {
            galatea_convolution_pack(&shape, weights, $0)
        }
        var workspace = [Float](repeating: .nan, count: galatea_convolution_workspace_count(&shape))
        let frame = galatea_convolution_frame(&shape)
        let row = outputWidth * shape.outputs + gap
        return (0..<n).flatMap { index in
            var y = [Float](repeating: beside, count: outputHeight * row)
            ahead.withUnsafeBytes { bytes in
                var asked = galatea_ahead()
                (asked.start.0, asked.start.2) = (bytes.baseAddress, bytes.baseAddress)
                (asked.bytes.0, asked.bytes.2) = (bytes.count, bytes.count / 7)
                galatea_convolution_forward(
                    level.level, &shape, put(index, of: x, height: shape.height, into: frame), packed, bias,
                    relu ? 1 : 0, &y, row, &asked, &workspace)
            }
            return y
        }
    }

    /// dx of the kernels, while some memory is asked for.
    func adjoint(
        _ dy: [Float], _ weights: [Float], bias: [Float]? = nil, relu: Bool = false, ahead: [Float] = [],
        at level: InstructionSet
    ) -> [Float] {
        var shape = shape
        let packed = filled(galatea_convolution_adjoint_packed_count(&shape)) {
            galatea_convolution_adjoint_pack(&shape, weights, $0)
        }
        var workspace = [Float](repeating: .nan, count: galatea_convolution_adjoint_workspace_count(&shape))
        let frame = galatea_convolution_adjoint_frame(&shape)
        return (0..<n).flatMap { index in
            let framed = put(index, of: dy, height: outputHeight, into: frame)
            return ahead.withUnsafeBytes { bytes in
                var asked = galatea_ahead()
                asked.start.1 = bytes.baseAddress
                asked.bytes.1 = bytes.count
                return filled(inputCount / n) {
                    galatea_convolution_adjoint(
                        level.level, &shape, framed, packed, bias, relu ? 1 : 0, $0, &asked, &workspace)
                }
            }
        }
    }

    /// The weights' gradient of the kernels, added to `gradient`.
    func weightGradient(
        _ x: [Float], _ dy: [Float], addingTo gradient: [Float]? = nil, at level: InstructionSet
    ) -> [Float] {
        var shape = shape
        var gradient = gradient ?? [Float](repeating: 0, count: weightCount)
        var workspace = [Float](
            repeating: .nan, count: galatea_convolution_weight_sums_workspace_count(&shape))
        var sums = [Float](repeating: 0, count: galatea_convolution_weight_sums_count(&shape))
        let frame = galatea_convolution_weight_sums_frame(&shape)
        for index in 0..<n {
            let results = dy.count / n
            galatea_convolution_weight_sums_add(
                level.level, &shape, put(index, of: x, height: shape.height, into: frame),
                Array(dy[index * results..<(index + 1) * results]), &sums, nil, &workspace)
        }
        galatea_convolution_weight_sums_finish(&shape, sums, &gradient)
        return gradient
    }

    /// Calls `body` with the indices of x, y and weight of every product of the convolution.
    func forEachProduct(_ body: (_ x: Int, _ y: Int, _ weight: Int) -> Void) {
        let s = shape
        for i in 0..<n {
            for o in 0..<outputHeight {
                for p in 0..<outputWidth {
                    for r in 0..<s.kernel_height {
                        for q in 0..<s.kernel_width {
                            let row = o * s.stride_y + r - s.padding_y
                            let column = p * s.stride_x + q - s.padding_x
                            guard 0..<s.height ~= row, 0..<s.width ~= column else { continue }
                            for k in 0..<s.outputs {
                                for c in 0..<s.channels {
                                    body(
                                        ((i * s.height + row) * s.width + column) * s.channels + c,
                                        ((i * outputHeight + o) * outputWidth + p) * s.outputs + k,
                                        ((k * s.kernel_height + r) * s.kernel_width + q) * s.channels + c)
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// y of the naive twin, without bias.
    func naiveForward(_ x: [Float], _ weights: [Float]) -> [Double] {
        var y = [Double](repeating: 0, count: outputCount)
        forEachProduct { y[$1] += Double(x[$0]) * Double(weights[$2]) }
        return y
    }

    /// dx of the naive twin, without bias.
    func naiveAdjoint(_ dy: [Float], _ weights: [Float]) -> [Double] {
        var dx = [Double](repeating: 0, count: inputCount)
        forEachProduct { dx[$0] += Double(dy[$1]) * Double(weights[$2]) }
        return dx
    }

    /// The weights' gradient of the naive twin.
    func naiveWeightGradient(_ x: [Float], _ dy: [Float]) -> [Double] {
        var gradient = [Double](repeating: 0, count: weightCount)
        forEachProduct { gradient[$2] += Double(x[$0]) * Double(dy[$1]) }
        return gradient
    }
}

extension Convolution {
    /// The layers of the paper's network and of wider ones, small enough for a naive twin.
    static let layers: [Convolution] = [
        Convolution(1, (69, 69), 3, 16, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
        Convolution(2, (35, 35), 16, 32, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
        Convolution(1, (18, 18), 32, 64, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
        Convolution(1, (9, 9), 64, 64, kernel: (3, 3), padding: (1, 1)),
        Convolution(1, (35, 35), 32, 16, kernel: (3, 3), padding: (1, 1)),
        Convolution(1, (33, 36), 16, 3, kernel: (3, 3), padding: (1, 1)),
        Convolution(1, (37, 31), 3, 16, kernel: (3, 3), padding: (1, 1)),
        Convolution(1, (7, 9), 1, 16, kernel: (3, 3), padding: (1, 1)),
        Convolution(1, (8, 9), 2, 33, kernel: (3, 3), stride: (1, 2), padding: (1, 1)),
        Convolution(2, (9, 8), 20, 40, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
        Convolution(1, (5, 3), 16, 12, kernel: (2, 3), stride: (1, 2), padding: (0, 1)),
        Convolution(1, (31, 37), 6, 16, kernel: (3, 3), stride: (2, 2), padding: (1, 1)),
        Convolution(1, (1, 331), 1, 16, kernel: (1, 7), stride: (1, 2), padding: (0, 3)),
    ]

    /// Odd shapes: every channel count near a vector's width, kernels, strides and paddings that differ.
    static let oddities: [Convolution] = channelCounts + geometries + widths + corners

    private static var channelCounts: [Convolution] {
        var all: [Convolution] = []
        for channels in [1, 15, 16, 17, 31, 33] {
            for outputs in [1, 2, 3, 5, 6, 7, 8, 15, 16, 17, 31, 33] {
                all.append(
                    Convolution(
                        2, (5, 7), channels, outputs, kernel: (3, 2), stride: (2, 1), padding: (1, 0)))
            }
        }
        return all
    }

    private static var geometries: [Convolution] {
        var all: [Convolution] = []
        for stride in 1...3 {
            for padding in 0...2 {
                for kernel in [1, 2, 3, 5] {
                    all.append(
                        Convolution(
                            1, (7, 12), 4, 5, kernel: (kernel, 6 - kernel), stride: (stride, 4 - stride),
                            padding: (padding, 2 - padding)))
                }
            }
        }
        return all
    }

    /// Row lengths around the pixel blocks.
    private static var widths: [Convolution] {
        var all: [Convolution] = []
        for width in [1, 2, 3, 4, 5, 8, 11, 13, 14, 17, 19, 23, 25, 36, 37] {
            for (channels, outputs) in [(3, 16), (16, 3), (5, 40)] {
                all.append(Convolution(1, (2, width), channels, outputs, kernel: (2, 1)))
            }
        }
        return all
    }

    private static var corners: [Convolution] {
        [
            Convolution(1, (1, 1), 1, 1, kernel: (1, 1)),
            Convolution(3, (1, 1), 20, 10, kernel: (1, 1)),
            Convolution(1, (3, 3), 2, 3, kernel: (1, 1), padding: (2, 2)),
            Convolution(1, (1, 1), 3, 4, kernel: (5, 5), stride: (3, 3), padding: (2, 2)),
            Convolution(1, (9, 8), 3, 4, kernel: (2, 2), stride: (5, 3), padding: (0, 0)),
            Convolution(1, (6, 6), 16, 2, kernel: (2, 3), stride: (4, 3), padding: (1, 2)),
        ]
    }
}
