internal import CKernels
public import Computing
internal import Tensors

/// A linear layer for inference, ReLU behind it if asked; the counterpart of `FrozenConvolution`.
public struct FrozenLinear: Sendable {
    /// Numbers in a row of the input.
    public let inputCount: Int
    /// Numbers in a row of the output.
    public let outputCount: Int
    private let packed: AlignedArray<Float>
    private let bias: [Float]
    private let isRectified: Bool

    /// A linear layer with its weights as they are now.
    public init(_ layer: Linear, isRectified: Bool) {
        let folded = FoldedLayer(layer)
        outputCount = folded.weightShape[0]
        inputCount = folded.weightShape[1]
        var packed = AlignedArray<Float>(
            repeating: 0, count: galatea_dense_packed_count(inputCount, outputCount))
        packed.withMutableSpan { [inputCount, outputCount] packed in
            packed.withUnsafeMutableBufferPointer {
                galatea_dense_pack(inputCount, outputCount, folded.weight, $0.baseAddress)
            }
        }
        self.packed = packed
        bias = folded.bias
        self.isRectified = isRectified
    }

    /// Applies the layer to rows.
    ///
    /// - Parameters:
    ///   - input: Shape `[rows, inputCount]`.
    ///   - output: Its first `rows * outputCount` floats are set, `[rows, outputCount]`.
    ///   - instructionSet: Level of the kernel.
    public func callAsFunction(
        _ input: Span<Float>, into output: inout MutableSpan<Float>, instructionSet: InstructionSet
    ) {
        let rows = input.count / max(1, inputCount)
        precondition(
            input.count == rows * inputCount && output.count >= rows * outputCount,
            "FrozenLinear: \(input.count) floats in, \(output.count) out")
        packed.withSpan { packed in
            packed.withUnsafeBufferPointer { packed in
                input.withUnsafeBufferPointer { input in
                    output.withUnsafeMutableBufferPointer { output in
                        galatea_dense(
                            galatea_level(UInt32(instructionSet.rawValue)), rows, inputCount, outputCount,
                            input.baseAddress, packed.baseAddress, bias, isRectified ? 1 : 0,
                            output.baseAddress)
                    }
                }
            }
        }
    }
}
