internal import CKernels
public import Computing
internal import Tensors

/// A convolution for inference, batch norm worked in and a ReLU behind it: packed weights, no tensors.
///
/// A Sendable value: any number of threads share it, each with memory of its own. It reads its input from a
/// frame of zeros, so that whoever makes the input writes it where it is needed and nothing is copied. How the
/// numbers of that image are arranged is the kernel's choice; the output is arranged as the next one asks.
public struct FrozenConvolution: Sendable {
    private var shape: galatea_convolution
    private let packed: AlignedArray<Float>
    private let bias: [Float]
    private let instructionSet: InstructionSet

    /// Where the input `[height, width, channels]` stands; the rest of that array must be zero.
    public let inputFrame: ImageFrame
    /// Floats of an output image `[height, width, channels]`.
    public let outputCount: Int
    /// Floats of a row of the output.
    public let outputRow: Int
    /// Floats of scratch memory that a call needs.
    public let workspaceCount: Int
    /// Multiply-adds that the kernel does for an image.
    public let productCount: Int

    /// Convolutions one behind the other, each followed by a ReLU.
    ///
    /// - Parameters:
    ///   - layers: The layers, and the batch normalisations behind them with their running statistics.
    ///   - height: Rows of an image that the first one takes.
    ///   - width: Columns of such an image.
    ///   - instructionSet: Level of the kernels.
    public static func chain(
        _ layers: [(convolution: Conv2D, norm: BatchNorm?)], height: Int, width: Int,
        instructionSet: InstructionSet
    ) -> [FrozenConvolution] {
        let folded = layers.map { FoldedLayer($0.convolution, followedBy: $0.norm) }
        var shapes: [galatea_convolution] = []
        var (height, width) = (height, width)
        for (layer, folded) in zip(layers, folded) {
            var shape = galatea_convolution(
                layer.convolution, folded.weightShape, height: height, width: width)
            shapes.append(shape)
            height = galatea_convolution_output_height(&shape)
            width = galatea_convolution_output_width(&shape)
        }
        let level = galatea_level(UInt32(instructionSet.rawValue))
        var arrangements = [ImageFrame.Arrangement](repeating: .pixels, count: layers.count)
        if layers.count > 1, galatea_takes_phases(level, &shapes[0], &shapes[1]) != 0 {
            (arrangements[0], arrangements[1]) = (.phases, .planes)
        }
        return layers.indices.map {
            FrozenConvolution(
                folded[$0], shapes[$0], reading: arrangements[$0], instructionSet: instructionSet)
        }
    }

    private init(
        _ layer: FoldedLayer, _ shape: galatea_convolution, reading arrangement: ImageFrame.Arrangement,
        instructionSet: InstructionSet
    ) {
        var shape = shape
        let packedCount =
            switch arrangement {
            case .pixels: galatea_convolution_packed_count(&shape)
            case .planes: galatea_plane_packed_count(&shape)
            case .phases: galatea_phase_packed_count(&shape)
            }
        var packed = AlignedArray<Float>(repeating: 0, count: packedCount)
        packed.withMutableSpan { packed in
            packed.withUnsafeMutableBufferPointer {
                switch arrangement {
                case .pixels: galatea_convolution_pack(&shape, layer.weight, $0.baseAddress)
                case .planes: galatea_plane_pack(&shape, layer.weight, $0.baseAddress)
                case .phases: galatea_phase_pack(&shape, layer.weight, $0.baseAddress)
                }
            }
        }
        self.packed = packed
        self.shape = shape
        self.instructionSet = instructionSet
        bias = layer.bias
        switch arrangement {
        case .pixels: inputFrame = ImageFrame(galatea_convolution_frame(&shape))
        case .planes: inputFrame = ImageFrame(galatea_plane_frame(&shape))
        case .phases: inputFrame = ImageFrame(galatea_phase_frame(&shape))
        }
        outputRow = galatea_convolution_output_width(&shape) * shape.outputs
        outputCount = galatea_convolution_output_height(&shape) * outputRow
        workspaceCount = arrangement == .pixels ? galatea_convolution_workspace_count(&shape) : 0
        let usualCount = outputCount * shape.kernel_height * shape.kernel_width * shape.channels
        // Minimal filtering takes five products for six.
        productCount = arrangement == .planes ? usualCount * 5 / 6 : usualCount
    }

    /// Puts an image where the convolution expects it.
    ///
    /// - Parameters:
    ///   - image: `[height, width, channels]`.
    ///   - input: The array of `inputFrame`; what lies around the image is left alone.
    public func place(_ image: Span<Float>, into input: inout MutableSpan<Float>) {
        precondition(
            image.count == shape.height * shape.width * shape.channels && input.count == inputFrame.count,
            "FrozenConvolution: an image of \(image.count) floats, \(input.count) to put it in")
        var frame = galatea_frame(inputFrame)
        let level = galatea_level(UInt32(instructionSet.rawValue))
        image.withUnsafeBufferPointer { image in
            input.withUnsafeMutableBufferPointer { input in
                galatea_place_image(
                    level, image.baseAddress, shape.height, shape.width, shape.channels, &frame,
                    input.baseAddress)
            }
        }
    }

    /// Convolves an image.
    ///
    /// - Parameters:
    ///   - input: The array of `inputFrame`.
    ///   - frame: Where the output stands in `output`; what lies around it is left alone. The next convolution's,
    ///     or one of pixels where this is the last.
    ///   - output: The array of `frame`; must not overlap the input.
    ///   - ahead: Memory to bring into the cache meanwhile; it is never read and need not exist.
    ///   - workspace: `workspaceCount` floats.
    public func callAsFunction(
        _ input: Span<Float>, into output: inout MutableSpan<Float>, frame: ImageFrame,
        ahead: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        workspace: inout MutableSpan<Float>
    ) {
        precondition(
            input.count == inputFrame.count && output.count >= frame.count && takesOutput(frame)
                && workspace.count >= workspaceCount,
            "FrozenConvolution: \(input.count) floats in, \(output.count) out, \(workspace.count) of memory")
        input.withUnsafeBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                workspace.withUnsafeMutableBufferPointer { workspace in
                    guard let input = input.baseAddress, let output = output.baseAddress else { return }
                    convolve(input, output, frame, ahead, workspace.baseAddress)
                }
            }
        }
    }

    /// Whether the output fits into a frame of the arrangement that the kernel writes.
    private func takesOutput(_ frame: ImageFrame) -> Bool {
        let rows = outputCount / max(1, outputRow)
        if inputFrame.arrangement == .phases {
            // Whole vectors are written up to the last row's end, and the one before the first pixel is read.
            return frame.arrangement == .planes && frame.row == inputFrame.row && frame.first >= 16
                && frame.first + rows * frame.row + 15 <= frame.plane
                && 2 * shape.outputs * frame.plane == frame.count
        }
        return frame.arrangement == .pixels && frame.row >= outputRow
            && frame.first + (rows - 1) * frame.row + outputRow <= frame.count
    }

    private func convolve(
        _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ frame: ImageFrame,
        _ ahead: UnsafeRawBufferPointer, _ workspace: UnsafeMutablePointer<Float>?
    ) {
        var next = galatea_ahead()
        (next.start.0, next.bytes.0) = (ahead.baseAddress, ahead.count)
        withUnsafePointer(to: shape) { shape in
            packed.withSpan { packed in
                packed.withUnsafeBufferPointer { packed in
                    switch inputFrame.arrangement {
                    case .phases:
                        var frame = galatea_frame(frame)
                        galatea_phase_convolution(
                            shape, input, packed.baseAddress, bias, 1, output, &frame, &next)
                    case .planes:
                        galatea_plane_convolution(
                            shape, input, packed.baseAddress, bias, 1, output + frame.first, frame.row,
                            &next)
                    case .pixels:
                        galatea_convolution_forward(
                            galatea_level(UInt32(instructionSet.rawValue)), shape, input, packed.baseAddress,
                            bias, 1, output + frame.first, frame.row, &next, workspace)
                    }
                }
            }
        }
    }
}

extension galatea_convolution {
    /// The shape of a layer with weights `[outputs, rows, columns, channels]` for images of one size.
    fileprivate init(_ layer: Conv2D, _ weightShape: [Int], height: Int, width: Int) {
        self.init(
            height: height, width: width, channels: weightShape[3], outputs: weightShape[0],
            kernel_height: weightShape[1], kernel_width: weightShape[2], stride_y: layer.stride.height,
            stride_x: layer.stride.width, padding_y: layer.padding.height, padding_x: layer.padding.width)
    }
}
