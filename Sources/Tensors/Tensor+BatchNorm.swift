/// Batch normalisation with the statistics of the batch, and a ReLU behind it if `rectified`.
///
/// One operator with its own backward pass; gradients of gradients use the composition of plain operators.
private struct BatchNorm: Operation {
    let constants: BatchNormConstants
    let epsilon: Float
    let rectified: Bool

    func shape(of inputs: [Tensor]) -> [Int] { inputs[0].shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        let channels = inputs[1].count
        return backend.channelAffine(
            inputs[0].storage, scale: constants.scale, shift: constants.shift,
            rows: inputs[0].count / max(1, channels), channels: channels, rectified: rectified)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let (x, weight) = (inputs[0], inputs[1])
        if isAnyTracked(inputs + [gradient]) {
            return composedPullback(gradient, x: x, weight: weight, output: output)
        }
        let channels = weight.count
        let parts = x.backend.batchNormGradients(
            gradient.storage, x.storage, constants, rows: x.count / max(1, channels), channels: channels,
            rectified: rectified)
        return [
            Tensor(shape: x.shape, storage: parts.input, backend: x.backend),
            Tensor(shape: weight.shape, storage: parts.weight, backend: x.backend),
            Tensor(shape: weight.shape, storage: parts.bias, backend: x.backend),
        ]
    }

    /// The same gradients from plain operators (Ioffe & Szegedy 2015, section 3).
    private func composedPullback(_ gradient: Tensor, x: Tensor, weight: Tensor, output: Tensor) -> [Tensor?]
    {
        let axes = Array(0..<x.rank - 1)
        let g =
            rectified ? Tensor(Binary(operation: .rectifierGradient(slope: 0)), gradient, output) : gradient
        let centred = x - x.mean(alongAxes: axes)
        let inverse = 1 / (centred.squared().mean(alongAxes: axes) + epsilon).squareRoot()
        let normalised = centred * inverse
        let meanGradient = g.mean(alongAxes: axes)
        let meanProduct = (g * normalised).mean(alongAxes: axes)
        return [
            (g - meanGradient - normalised * meanProduct) * (weight * inverse),
            (g * normalised).sum(alongAxes: axes), g.sum(alongAxes: axes),
        ]
    }
}

/// The result of a batch normalisation in training.
public struct BatchNormResult: Sendable {
    /// The normalised images.
    public var output: Tensor
    /// Mean of each channel over the batch, a constant.
    public var mean: Tensor
    /// Biased variance of each channel over the batch, a constant.
    public var variance: Tensor
    /// Number of values behind each channel's statistics.
    public var countPerChannel: Int
}

extension Tensor {
    /// Batch normalisation with the statistics of this batch (Ioffe & Szegedy 2015, algorithm 1).
    ///
    /// `y = (x - mean) / sqrt(variance + epsilon) * weight + bias` for each channel of `[..., C]`.
    ///
    /// - Parameters:
    ///   - weight: Scale of each channel, `[C]`.
    ///   - bias: Offset of each channel, `[C]`.
    ///   - epsilon: Added to the variance.
    ///   - rectified: Whether a ReLU follows, in the same pass over memory.
    public func batchNormalized(
        weight: Tensor, bias: Tensor, epsilon: Float = 1e-5, rectified: Bool = false
    ) -> BatchNormResult {
        let channels = checkedChannels(weight, bias)
        let rows = count / max(1, channels)
        precondition(rows > 0, "batch norm: no values in shape \(shape)")
        let moments = backend.channelMoments(storage, rows: rows, channels: channels)
        let mean = Tensor(shape: [channels], storage: moments.mean, backend: backend)
        let variance = Tensor(shape: [channels], storage: moments.variance, backend: backend)
        let inverse = 1 / (variance + epsilon).squareRoot()
        let scale = weight.detached() * inverse
        let shift = bias.detached() - mean * scale
        let constants = BatchNormConstants(
            scale: scale.storage, shift: shift.storage, mean: mean.storage, inverseDeviation: inverse.storage)
        let operation = BatchNorm(constants: constants, epsilon: epsilon, rectified: rectified)
        return BatchNormResult(
            output: Tensor(operation, self, weight, bias), mean: mean, variance: variance,
            countPerChannel: rows)
    }

    /// Batch normalisation with given statistics, as at inference.
    ///
    /// - Parameters:
    ///   - weight: Scale of each channel, `[C]`.
    ///   - bias: Offset of each channel, `[C]`.
    ///   - mean: Running mean of each channel, `[C]`.
    ///   - variance: Running variance of each channel, `[C]`.
    ///   - epsilon: Added to the variance.
    ///   - rectified: Whether a ReLU follows.
    public func batchNormalized(
        weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor, epsilon: Float = 1e-5,
        rectified: Bool = false
    ) -> Tensor {
        let channels = checkedChannels(weight, bias)
        precondition(
            mean.shape == [channels] && variance.shape == [channels],
            "batch norm: statistics \(mean.shape), \(variance.shape) for \(channels) channels")
        let scale = weight / (variance + epsilon).squareRoot()
        let shift = bias - mean * scale
        if isAnyTracked([self, scale, shift]) {
            let output = self * scale + shift
            return rectified ? output.relu() : output
        }
        let result = backend.channelAffine(
            storage, scale: scale.storage, shift: shift.storage, rows: count / max(1, channels),
            channels: channels, rectified: rectified)
        return Tensor(shape: shape, storage: result, backend: backend)
    }

    private func checkedChannels(_ weight: Tensor, _ bias: Tensor) -> Int {
        let channels = shape.last ?? 0
        precondition(
            rank >= 2 && weight.shape == [channels] && bias.shape == [channels],
            "batch norm: input \(shape), weight \(weight.shape), bias \(bias.shape)")
        return channels
    }
}
