internal import CKernels
public import Computing
internal import Tensors

/// A convolution for inference, batch norm worked in and ReLU behind it if asked: packed weights, no tensors.
///
/// A Sendable value: any number of threads share it, each with memory of its own. It reads its input from a
/// frame of zeros, so that whoever makes the input writes it where it is needed and nothing is copied.
public struct FrozenConvolution: Sendable {
    private var shape: galatea_convolution
    private let packed: AlignedArray<Float>
    private let bias: [Float]
    private let isRectified: Bool

    /// Where the input `[height, width, channels]` stands; the rest of that array must be zero.
    public let inputFrame: ImageFrame
    /// Floats of an output image `[height, width, channels]`.
    public let outputCount: Int
    /// Floats of a row of the output.
    public let outputRow: Int
    /// Floats of scratch memory that a call needs.
    public let workspaceCount: Int
    /// Multiply-adds of an image.
    public let productCount: Int

    /// A convolution of images of one size.
    ///
    /// - Parameters:
    ///   - layer: The layer.
    ///   - norm: The batch normalisation behind it, with its running statistics.
    ///   - height: Rows of an input image.
    ///   - width: Columns of an input image.
    ///   - isRectified: Whether a ReLU follows.
    public init(_ layer: Conv2D, followedBy norm: BatchNorm?, height: Int, width: Int, isRectified: Bool) {
        let folded = FoldedLayer(layer, followedBy: norm)
        let (outputs, rows, columns, channels) = (
            folded.weightShape[0], folded.weightShape[1], folded.weightShape[2], folded.weightShape[3]
        )
        var shape = galatea_convolution(
            height: height, width: width, channels: channels, outputs: outputs, kernel_height: rows,
            kernel_width: columns, stride_y: layer.stride.height, stride_x: layer.stride.width,
            padding_y: layer.padding.height, padding_x: layer.padding.width)
        var packed = AlignedArray<Float>(repeating: 0, count: galatea_convolution_packed_count(&shape))
        packed.withMutableSpan { packed in
            packed.withUnsafeMutableBufferPointer {
                galatea_convolution_pack(&shape, folded.weight, $0.baseAddress)
            }
        }
        self.packed = packed
        self.shape = shape
        self.isRectified = isRectified
        bias = folded.bias
        let frame = galatea_convolution_frame(&shape)
        inputFrame = ImageFrame(first: frame.first, row: frame.row, count: frame.count)
        outputRow = galatea_convolution_output_width(&shape) * outputs
        outputCount = galatea_convolution_output_height(&shape) * outputRow
        workspaceCount = galatea_convolution_workspace_count(&shape)
        productCount = outputCount * rows * columns * channels
    }

    /// Convolves an image.
    ///
    /// - Parameters:
    ///   - input: The array of `inputFrame`.
    ///   - frame: Where the output stands in `output`; what lies around it is left alone.
    ///   - output: The array of `frame`; must not overlap the input.
    ///   - ahead: Memory to bring into the cache meanwhile; it is never read and need not exist.
    ///   - workspace: `workspaceCount` floats.
    ///   - instructionSet: Level of the kernel.
    public func callAsFunction(
        _ input: Span<Float>, into output: inout MutableSpan<Float>, frame: ImageFrame,
        ahead: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0),
        workspace: inout MutableSpan<Float>, instructionSet: InstructionSet
    ) {
        let rows = outputCount / max(1, outputRow)
        precondition(
            input.count == inputFrame.count && output.count >= frame.count && frame.row >= outputRow
                && frame.first + (rows - 1) * frame.row + outputRow <= frame.count
                && workspace.count >= workspaceCount,
            "FrozenConvolution: \(input.count) floats in, \(output.count) out, \(workspace.count) of memory")
        var next = galatea_ahead()
        (next.start.0, next.bytes.0) = (ahead.baseAddress, ahead.count)
        withUnsafePointer(to: shape) { shape in
            packed.withSpan { packed in
                packed.withUnsafeBufferPointer { packed in
                    input.withUnsafeBufferPointer { input in
                        output.withUnsafeMutableBufferPointer { output in
                            workspace.withUnsafeMutableBufferPointer { workspace in
                                galatea_convolution_forward(
                                    galatea_level(UInt32(instructionSet.rawValue)), shape, input.baseAddress,
                                    packed.baseAddress, bias, isRectified ? 1 : 0,
                                    output.baseAddress?.advanced(by: frame.first), frame.row, &next,
                                    workspace.baseAddress)
                            }
                        }
                    }
                }
            }
        }
    }
}
