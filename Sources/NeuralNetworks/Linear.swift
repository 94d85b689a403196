public import Tensors

/// An affine map of rows, `y = x W^T + b`.
public struct Linear: Layer {
    /// `[outputs, inputs]`.
    public let weight: Parameter
    /// `[outputs]`.
    public let bias: Parameter?

    /// A layer of given tensors, `weight` `[outputs, inputs]` and `bias` `[outputs]`.
    public init(weight: Tensor, bias: Tensor? = nil) {
        precondition(
            weight.rank == 2 && (bias.map { $0.shape == [weight.shape[0]] } ?? true),
            "Linear: weight \(weight.shape), bias \(bias?.shape ?? [])")
        self.weight = Parameter(weight)
        self.bias = bias.map { Parameter($0) }
    }

    /// A fresh layer.
    public init(
        inputs: Int, outputs: Int, hasBias: Bool = true, initializer: Initializer = .kaimingUniform,
        using generator: inout some RandomNumberGenerator, on backend: any Backend
    ) {
        let weight = initializer.weights([outputs, inputs], fanIn: inputs, using: &generator, on: backend)
        let bias = hasBias ? initializer.biases(outputs, fanIn: inputs, using: &generator, on: backend) : nil
        self.init(weight: weight, bias: bias)
    }

    /// Weight, then bias.
    public var parameters: NamedList<Parameter> { .weight(weight, bias: bias) }

    /// The map of a batch `[N, inputs]`.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let output = input.matrixProduct(context.value(of: weight), transposingOther: true)
        return bias.map { output + context.value(of: $0) } ?? output
    }
}
