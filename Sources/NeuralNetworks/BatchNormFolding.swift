internal import Foundation
internal import Tensors

/// A layer's weights and bias with the batch normalisation behind it worked in, for inference.
public struct FoldedLayer: Sendable, Equatable {
    /// Weights, in the layer's own layout.
    public var weight: [Float]
    /// Shape of the weights.
    public var weightShape: [Int]
    /// One bias for each output channel.
    public var bias: [Float]

    /// Weights and biases of a layer without batch normalisation; biases 0 if it has none.
    ///
    /// - Parameters:
    ///   - weight: The layer's weights.
    ///   - bias: Its biases.
    ///   - outputAxis: The weights' axis of output channels.
    private init(_ weight: Parameter, _ bias: Parameter?, outputAxis: Int) {
        self.weight = weight.value.values
        weightShape = weight.shape
        self.bias = bias?.value.values ?? Array(repeating: 0, count: weight.shape[outputAxis])
    }

    /// A convolution, followed by a batch normalisation or not.
    public init(_ layer: Conv2D, followedBy norm: BatchNorm? = nil) {
        self.init(layer.weight, layer.bias, outputAxis: 0)
        if let norm { fold(norm, outputAxis: 0, copies: 1) }
    }

    /// A transposed convolution, followed by a batch normalisation or not.
    public init(_ layer: ConvTranspose2D, followedBy norm: BatchNorm? = nil) {
        self.init(layer.weight, layer.bias, outputAxis: 3)
        if let norm { fold(norm, outputAxis: 3, copies: 1) }
    }

    /// A linear layer, followed by a batch normalisation or not.
    ///
    /// The normalisation may have fewer channels than the layer has outputs, when these are an image
    /// `[H, W, C]` laid out as a row.
    public init(_ layer: Linear, followedBy norm: BatchNorm? = nil) {
        self.init(layer.weight, layer.bias, outputAxis: 0)
        if let norm {
            let channels = norm.weight.shape[0]
            precondition(
                layer.weight.shape[0] % channels == 0,
                "fold: \(layer.weight.shape[0]) outputs into \(channels) channels")
            fold(norm, outputAxis: 0, copies: layer.weight.shape[0] / channels)
        }
    }

    /// `w' = w s`, `b' = (b - mean) s + beta` with `s = gamma / sqrt(variance + epsilon)`, in double precision.
    private mutating func fold(_ norm: BatchNorm, outputAxis: Int, copies: Int) {
        let channels = norm.weight.shape[0]
        precondition(
            channels * copies == bias.count, "fold: batch norm of \(channels) behind \(bias.count) channels")
        let (gamma, beta) = (norm.weight.value.values, norm.bias.value.values)
        let (mean, variance) = (norm.runningMean.value.values, norm.runningVariance.value.values)
        let scale = (0..<channels).map {
            Double(gamma[$0]) / (Double(variance[$0]) + Double(norm.epsilon)).squareRoot()
        }
        let inner = weightShape[(outputAxis + 1)...].reduce(1, *)
        for index in weight.indices {
            let channel = index / inner % bias.count % channels
            weight[index] = Float(Double(weight[index]) * scale[channel])
        }
        for index in bias.indices {
            let channel = index % channels
            bias[index] = Float(
                (Double(bias[index]) - Double(mean[channel])) * scale[channel] + Double(beta[channel]))
        }
    }
}
