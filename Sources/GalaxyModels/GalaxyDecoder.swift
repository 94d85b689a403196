public import Computing
public import NeuralNetworks
public import Tensors

/// From latents back to images: a dense layer, then bilinear up-sampling and transposed convolutions that
/// mirror the encoder.
///
/// With `channels = [16, 32]` and a sigmoid this is the decoder of Gagliano & Villar 2023.
public struct GalaxyDecoder: Module {
    /// From latents to the smallest maps.
    public let latentHead: Linear
    /// Batch norm and ReLU of the maps before each up-sampling, from the smallest maps outwards.
    public let norms: [BatchNorm]
    /// The transposed convolution behind each up-sampling.
    public let convolutions: [ConvTranspose2D]
    /// Side of the maps from the smallest to the image.
    private let sizes: [Int]
    private let output: GalaxyModelConfiguration.DecoderOutput

    /// A fresh decoder.
    public init(
        _ configuration: GalaxyModelConfiguration, initializer: Initializer = .kaimingUniform,
        using generator: inout CounterGenerator, on backend: any Backend
    ) {
        latentHead = Linear(
            inputs: configuration.latents.count, outputs: configuration.flattenedSize,
            initializer: initializer, using: &generator, on: backend)
        let inwards = [configuration.bands.count] + configuration.channels
        let outwards = Array(inwards.reversed())
        norms = outwards.dropLast().map { BatchNorm(channels: $0, isRectified: true, on: backend) }
        var convolutions: [ConvTranspose2D] = []
        for (channels, next) in zip(outwards, outwards.dropFirst()) {
            convolutions.append(
                ConvTranspose2D(
                    inputChannels: channels, outputChannels: next, kernelSize: 3, stride: 1, padding: 1,
                    initializer: initializer, using: &generator, on: backend))
        }
        self.convolutions = convolutions
        sizes = configuration.mapSizes.reversed()
        output = configuration.decoderOutput
    }

    /// The dense layer, then norms and transposed convolutions in turn.
    public var children: NamedList<any Module> {
        var list: NamedList<any Module> = ["latent_head": latentHead]
        for (index, layers) in zip(norms, convolutions).enumerated() {
            list.append(layers.0, named: "norm_\(index + 1)")
            list.append(layers.1, named: "convolution_\(index + 1)")
        }
        return list
    }

    /// Reconstructions `[N, H, W, bands]` of latents `[N, D]`.
    public func callAsFunction(_ latents: Tensor, in context: ForwardContext) -> Tensor {
        let maps = latentHead(latents, in: context)
        var x = maps.reshaped([latents.shape[0], sizes[0], sizes[0], maps.shape[1] / (sizes[0] * sizes[0])])
        for (index, layers) in zip(norms, convolutions).enumerated() {
            x = layers.0(x, in: context).resizedBilinearly(to: PlaneSize(sizes[index + 1]))
            x = layers.1(x, in: context)
        }
        return output == .sigmoid ? x.sigmoid() : x
    }
}
