public import Tensors

/// A transposed convolution of images `[N, H, W, K]`, with a bias if it has one.
public struct ConvTranspose2D: Layer {
    /// `[K, R, S, C]`: input channels first, output channels last.
    public let weight: Parameter
    /// `[C]`.
    public let bias: Parameter?
    /// Step between windows in the result.
    public let stride: PlaneSize
    /// Rows and columns cut off each side of the result.
    public let padding: PlaneSize
    /// Rows and columns added at the end of the result.
    public let outputPadding: PlaneSize

    /// A layer of given tensors, `weight` `[K, R, S, C]` and `bias` `[C]`.
    public init(
        weight: Tensor, bias: Tensor? = nil, stride: PlaneSize = 1, padding: PlaneSize = 0,
        outputPadding: PlaneSize = 0
    ) {
        precondition(
            weight.rank == 4 && (bias.map { $0.shape == [weight.shape[3]] } ?? true),
            "ConvTranspose2D: weight \(weight.shape), bias \(bias?.shape ?? [])")
        self.weight = Parameter(weight)
        self.bias = bias.map { Parameter($0) }
        self.stride = stride
        self.padding = padding
        self.outputPadding = outputPadding
    }

    /// A fresh layer; fan in counts output channels times window, as in PyTorch.
    public init(
        inputChannels: Int, outputChannels: Int, kernelSize: PlaneSize, stride: PlaneSize = 1,
        padding: PlaneSize = 0, outputPadding: PlaneSize = 0, hasBias: Bool = true,
        initializer: Initializer = .kaimingUniform, using generator: inout some RandomNumberGenerator,
        on backend: any Backend
    ) {
        let fanIn = outputChannels * kernelSize.count
        let shape = [inputChannels, kernelSize.height, kernelSize.width, outputChannels]
        let weight = initializer.weights(shape, fanIn: fanIn, using: &generator, on: backend)
        let bias =
            hasBias ? initializer.biases(outputChannels, fanIn: fanIn, using: &generator, on: backend) : nil
        self.init(
            weight: weight, bias: bias, stride: stride, padding: padding, outputPadding: outputPadding)
    }

    /// Weight, then bias.
    public var parameters: NamedList<Parameter> { .weight(weight, bias: bias) }

    /// The transposed convolution of a batch.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        input.transposedConvolution(
            with: context.value(of: weight), bias: bias.map { context.value(of: $0) }, stride: stride,
            padding: padding, outputPadding: outputPadding)
    }
}
