public import Tensors

/// Batch normalisation of the last axis (Ioffe & Szegedy 2015), with a ReLU behind it if asked.
///
/// Training uses the batch's statistics and hands the running ones back through the context:
/// `running <- (1 - momentum) running + momentum batch`, the variance unbiased there, as in PyTorch.
/// Inference uses the running ones.
public struct BatchNorm: Layer {
    /// Scale of each channel, `[C]`.
    public let weight: Parameter
    /// Offset of each channel, `[C]`.
    public let bias: Parameter
    /// Running mean of each channel, `[C]`.
    public let runningMean: Parameter
    /// Running unbiased variance of each channel, `[C]`.
    public let runningVariance: Parameter
    /// Added to variances.
    public let epsilon: Float
    /// Share of the newest batch in the running statistics.
    public let momentum: Float
    /// Whether a ReLU follows.
    public let isRectified: Bool

    /// A layer of given tensors, each `[C]`.
    public init(
        weight: Tensor, bias: Tensor, runningMean: Tensor, runningVariance: Tensor, epsilon: Float = 1e-5,
        momentum: Float = 0.1, isRectified: Bool = false
    ) {
        precondition(
            weight.rank == 1 && [bias, runningMean, runningVariance].allSatisfy { $0.shape == weight.shape },
            "BatchNorm: weight \(weight.shape), bias \(bias.shape)")
        self.weight = Parameter(weight)
        self.bias = Parameter(bias)
        self.runningMean = Parameter(runningMean, role: .statistic)
        self.runningVariance = Parameter(runningVariance, role: .statistic)
        self.epsilon = epsilon
        self.momentum = momentum
        self.isRectified = isRectified
    }

    /// A fresh layer: weight 1, bias 0, running mean 0 and variance 1.
    public init(
        channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1, isRectified: Bool = false,
        on backend: any Backend
    ) {
        self.init(
            weight: .ones([channels], on: backend), bias: .zeros([channels], on: backend),
            runningMean: .zeros([channels], on: backend), runningVariance: .ones([channels], on: backend),
            epsilon: epsilon, momentum: momentum, isRectified: isRectified)
    }

    /// Weight, bias, running mean, running variance.
    public var parameters: NamedList<Parameter> {
        [
            "weight": weight, "bias": bias, "running_mean": runningMean, "running_var": runningVariance,
        ]
    }

    /// The normalised batch `[..., C]`.
    public func callAsFunction(_ input: Tensor, in context: ForwardContext) -> Tensor {
        let (mean, variance) = (context.value(of: runningMean), context.value(of: runningVariance))
        guard context.mode == .training else {
            return input.batchNormalized(
                weight: context.value(of: weight), bias: context.value(of: bias), mean: mean,
                variance: variance, epsilon: epsilon, rectified: isRectified)
        }
        let result = input.batchNormalized(
            weight: context.value(of: weight), bias: context.value(of: bias), epsilon: epsilon,
            rectified: isRectified)
        let count = Float(result.countPerChannel)
        let unbiased = result.variance * (count / max(1, count - 1))
        context.update(runningMean, to: mean * (1 - momentum) + result.mean * momentum)
        context.update(runningVariance, to: variance * (1 - momentum) + unbiased * momentum)
        return result.output
    }
}
