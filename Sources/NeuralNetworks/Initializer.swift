internal import Computing
public import Tensors

/// How the weights of a fresh layer are drawn.
public enum Initializer: Sendable, Equatable {
    /// Uniform in `+-1 / sqrt(fan in)`, weights and biases: the default of PyTorch's layers, which is
    /// He et al. (2015) with a = sqrt 5.
    case kaimingUniform
    /// Normal of variance `2 / fan in` (He et al. 2015, eq. 10); biases 0.
    case kaimingNormal
    /// Normal of this standard deviation; biases 0.
    case normal(sigma: Float)
    /// All 0, nothing drawn: for layers whose parameters are loaded next.
    case zeros

    /// Weights of a shape.
    ///
    /// - Parameters:
    ///   - shape: Their shape.
    ///   - fanIn: How many inputs act on one output.
    ///   - generator: Where they are drawn from.
    ///   - backend: Where they live.
    public func weights(
        _ shape: [Int], fanIn: Int, using generator: inout some RandomNumberGenerator, on backend: any Backend
    ) -> Tensor {
        let fan = Double(max(1, fanIn))
        let values = (0..<shape.reduce(1, *)).map { _ -> Float in
            switch self {
            case .kaimingUniform: Float((2 * generator.uniform() - 1) / fan.squareRoot())
            case .kaimingNormal: Float(generator.normal() * (2 / fan).squareRoot())
            case .normal(let sigma): Float(generator.normal()) * sigma
            case .zeros: 0
            }
        }
        return Tensor(values, shape: shape, on: backend)
    }

    /// Biases of a layer.
    public func biases(
        _ count: Int, fanIn: Int, using generator: inout some RandomNumberGenerator, on backend: any Backend
    ) -> Tensor {
        guard self == .kaimingUniform else { return .zeros([count], on: backend) }
        return weights([count], fanIn: fanIn, using: &generator, on: backend)
    }
}
