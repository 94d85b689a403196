public import Computing
public import NeuralNetworks
public import Tensors

/// What the encoder says about the latents of a batch: a Gaussian each.
public struct LatentDistribution {
    /// Means, `[N, D]`.
    public var mean: Tensor
    /// Logarithms of the variances, `[N, D]`.
    public var logVariance: Tensor

    /// A draw from the distribution, `mean + sigma * noise` (Kingma & Welling 2014, section 2.4).
    public func sample(noise: Tensor) -> Tensor {
        mean + (logVariance * 0.5).exponential() * noise
    }
}

/// From images to latents: 3x3 convolutions of stride 2, each with batch norm and ReLU, then dense layers.
///
/// With `channels = [16, 32]` and no dense features this is the encoder of Gagliano & Villar 2023.
public struct GalaxyEncoder: Module {
    /// The convolutions, from the image inwards.
    public let convolutions: [Conv2D]
    /// Batch norm and ReLU behind each convolution.
    public let norms: [BatchNorm]
    /// From the flattened maps to image features; absent when the configuration has none.
    public let imageHead: Linear?
    /// Joins image features and photometric features; absent when the configuration has none.
    public let jointHead: Linear?
    /// To means and log variances, `2 D` numbers.
    public let latentHead: Linear

    /// A fresh encoder.
    public init(
        _ configuration: GalaxyModelConfiguration, initializer: Initializer = .kaimingUniform,
        using generator: inout CounterGenerator, on backend: any Backend
    ) {
        var channels = configuration.bands.count
        var convolutions: [Conv2D] = []
        var norms: [BatchNorm] = []
        for next in configuration.channels {
            convolutions.append(
                Conv2D(
                    inputChannels: channels, outputChannels: next, kernelSize: 3, stride: 2, padding: 1,
                    initializer: initializer, using: &generator, on: backend))
            norms.append(BatchNorm(channels: next, isRectified: true, on: backend))
            channels = next
        }
        var width = configuration.flattenedSize
        if configuration.imageFeatures > 0 {
            imageHead = Linear(
                inputs: width, outputs: configuration.imageFeatures, initializer: initializer,
                using: &generator, on: backend)
            width = configuration.imageFeatures
        } else {
            imageHead = nil
        }
        if configuration.jointFeatures > 0 {
            jointHead = Linear(
                inputs: width + configuration.photometricFeatureCount, outputs: configuration.jointFeatures,
                initializer: initializer, using: &generator, on: backend)
            width = configuration.jointFeatures
        } else {
            jointHead = nil
        }
        latentHead = Linear(
            inputs: width, outputs: 2 * configuration.latents.count, initializer: initializer,
            using: &generator, on: backend)
        self.convolutions = convolutions
        self.norms = norms
    }

    /// Convolutions and their norms in turn, then the heads.
    public var children: NamedList<any Module> {
        var list: NamedList<any Module> = [:]
        for (index, layers) in zip(convolutions, norms).enumerated() {
            list.append(layers.0, named: "convolution_\(index + 1)")
            list.append(layers.1, named: "norm_\(index + 1)")
        }
        if let imageHead { list.append(imageHead, named: "image_head") }
        if let jointHead { list.append(jointHead, named: "joint_head") }
        list.append(latentHead, named: "latent_head")
        return list
    }

    /// The latents of a batch.
    ///
    /// - Parameters:
    ///   - image: Scaled cutouts, `[N, H, W, bands]`.
    ///   - features: Standardised photometric features, `[N, F]`; not looked at without a joint head.
    ///   - context: Mode and randomness of the pass.
    public func callAsFunction(
        _ image: Tensor, features: Tensor, in context: ForwardContext
    ) -> LatentDistribution {
        var x = image
        for (convolution, norm) in zip(convolutions, norms) {
            x = norm(convolution(x, in: context), in: context)
        }
        x = x.flattened()
        if let imageHead { x = imageHead(x, in: context).relu() }
        if let jointHead { x = jointHead(Tensor.concatenated([x, features], axis: 1), in: context).relu() }
        let output = latentHead(x, in: context)
        let count = output.shape[1] / 2
        return LatentDistribution(
            mean: output.sliced(axis: 1, 0..<count), logVariance: output.sliced(axis: 1, count..<2 * count))
    }
}
