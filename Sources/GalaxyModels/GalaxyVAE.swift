public import Computing
public import NeuralNetworks
public import Tensors

/// The physics-informed variational autoencoder (Gagliano & Villar 2023): some latents are catalogue
/// quantities, the others are free.
public struct GalaxyVAE: Module {
    /// Shape and inputs.
    public let configuration: GalaxyModelConfiguration
    /// From images to latents.
    public let encoder: GalaxyEncoder
    /// From latents to images.
    public let decoder: GalaxyDecoder

    /// A fresh network.
    ///
    /// - Parameters:
    ///   - configuration: Its shape.
    ///   - initializer: How weights are drawn; `.zeros` for a network whose parameters are loaded next.
    ///   - generator: Where they are drawn from.
    ///   - backend: Where they live.
    public init(
        _ configuration: GalaxyModelConfiguration, initializer: Initializer = .kaimingUniform,
        using generator: inout CounterGenerator, on backend: any Backend
    ) {
        if let fault = configuration.fault { preconditionFailure("GalaxyVAE: \(fault)") }
        self.configuration = configuration
        encoder = GalaxyEncoder(configuration, initializer: initializer, using: &generator, on: backend)
        decoder = GalaxyDecoder(configuration, initializer: initializer, using: &generator, on: backend)
    }

    /// Encoder, then decoder.
    public var children: NamedList<any Module> { ["encoder": encoder, "decoder": decoder] }
}
