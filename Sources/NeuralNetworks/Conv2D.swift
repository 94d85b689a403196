public import Tensors

/// A convolution of images `[N, H, W, C]`, with a bias if it has one; spectra are images of height 1.
public struct Conv2D: Layer {
    /// `[K, R, S, C]`.
    public let weight: Parameter
    /// `[K]`.
    public let bias: Parameter?
    /// Step between windows.
    public let stride: PlaneSize
    /// Zeros added on each side.
    public let padding: PlaneSize

    /// A layer of given tensors, `weight` `[K, R, S, C]` and `bias` `[K]`.
    public init(weight: Tensor, bias: Tensor? = nil, stride: PlaneSize = 1, padding: PlaneSize = 0) {
        precondition(
            weight.rank == 4 && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
            "Conv2D: weight \(weight.shape), bias \(bias?.shape ?? [])")
        self.weight = Parameter(weight)
        self.bias = bias.map { Parameter($0) }
        self.stride = stride
        self.padding = padding
    }

    /// A fresh layer.
    public init(
        inputChannels: Int, outputChannels: Int, kernelSize: PlaneSize, stride: PlaneSize = 1,
        padding: PlaneSize = 0, hasBias: Bool = true, initializer: Initializer = .kaimingUniform,
        using generator: inout some RandomNumberGenerator, on backend: any Backend
    ) {
        let fanIn = inputChannels * kernelSize.count
        let shape = [outputChannels, kernelSize.height, kernelSize.width, inputChannels]
        let weight = initializer.weights(shape, fanIn: fanIn, using: &generator, on: backend)
        let bias =
            hasBias ? initializer.biases(outputChannels, fanIn: fanIn, using: &generator, on: backend) : nil
        self.init(weight: weight, bias: bias, stride: stride, padding: padding)
    }

    /// Weight, then bias.
    public var parameters: NamedList<Parameter> { .weight(weight, bias: bias) }

    /// The convolution of a batch.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        input.convolved(
            with: context.value(of: weight), bias: bias.map { context.value(of: $0) }, stride: stride,
            padding: padding)
    }
}

extension NamedList where Value == Parameter {
    /// A weight and a bias that may be absent.
    static func weight(_ weight: Parameter, bias: Parameter?) -> NamedList {
        var list: NamedList = ["weight": weight]
        if let bias { list.append(bias, named: "bias") }
        return list
    }
}
