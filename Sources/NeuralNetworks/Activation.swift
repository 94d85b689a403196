public import Tensors

/// A function of each number.
public enum Activation: Layer, Sendable, Equatable {
    /// `max(x, 0)`.
    case relu
    /// `x` above 0, `slope x` below.
    case leakyReLU(slope: Float)
    /// `1 / (1 + e^-x)`.
    case sigmoid
    /// `tanh x`.
    case hyperbolicTangent
    /// `ln(1 + e^x)`.
    case softplus

    /// The function of a batch.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        switch self {
        case .relu: input.relu()
        case .leakyReLU(let slope): input.leakyReLU(slope: slope)
        case .sigmoid: input.sigmoid()
        case .hyperbolicTangent: input.hyperbolicTangent()
        case .softplus: input.softplus()
        }
    }
}
