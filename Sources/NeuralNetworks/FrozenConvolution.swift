internal import CKernels
public import Computing
internal import Tensors

/// A convolution for inference, batch norm worked in and ReLU behind it if asked: packed weights, no tensors.
///
/// A Sendable value: any number of threads share it, each with memory of its own. An image's result has the
/// same bits whatever stands beside it in a batch.
public struct FrozenConvolution: Sendable {
    private var shape: galatea_convolution
    private let packed: [Float]
    private let bias: [Float]
    private let isRectified: Bool

    /// Floats of one output image `[height, width, channels]`.
    public let outputCount: Int
    /// Floats of one input image.
    public let inputCount: Int
    /// Floats of scratch memory that a call needs.
    public let workspaceCount: Int

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
        var packed = [Float](repeating: 0, count: galatea_convolution_packed_count(&shape))
        galatea_convolution_pack(&shape, folded.weight, &packed)
        self.packed = packed
        self.shape = shape
        self.isRectified = isRectified
        bias = folded.bias
        inputCount = height * width * channels
        outputCount =
            galatea_convolution_output_height(&shape) * galatea_convolution_output_width(&shape) * outputs
        workspaceCount = galatea_convolution_workspace_count(&shape)
    }

    /// Convolves images one behind the other.
    ///
    /// - Parameters:
    ///   - input: `count * inputCount` floats.
    ///   - output: Its first `count * outputCount` floats are set; must not overlap the input.
    ///   - workspace: `workspaceCount` floats.
    ///   - instructionSet: Level of the kernel.
    public func callAsFunction(
        _ input: Span<Float>, into output: inout MutableSpan<Float>, workspace: inout MutableSpan<Float>,
        instructionSet: InstructionSet
    ) {
        let count = input.count / max(1, inputCount)
        precondition(
            input.count == count * inputCount && output.count >= count * outputCount
                && workspace.count >= workspaceCount,
            "FrozenConvolution: \(input.count) floats in, \(output.count) out, \(workspace.count) of memory")
        withUnsafePointer(to: shape) { shape in
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    workspace.withUnsafeMutableBufferPointer { workspace in
                        galatea_convolution_forward(
                            galatea_level(UInt32(instructionSet.rawValue)), shape, count, input.baseAddress,
                            packed, bias, isRectified ? 1 : 0, output.baseAddress, workspace.baseAddress)
                    }
                }
            }
        }
    }
}
