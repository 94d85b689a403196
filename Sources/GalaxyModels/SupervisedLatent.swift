/// Where a catalogue quantity stands among the latents, and how.
struct SupervisedLatent: Sendable {
    /// Place among the latents.
    let position: Int
    /// From latent to quantity.
    let scale: TargetScale
    /// Standard deviation where the network learns none.
    private let sigma: Double?
    private let correction: MedianCorrection?

    /// The latent of a quantity; `nil` for one that the model does not know.
    init?(_ variable: LatentVariable, configuration: GalaxyModelConfiguration, constants: ModelConstants) {
        guard let position = configuration.latents.firstIndex(of: variable),
            let rank = configuration.supervisedLatents.firstIndex(of: position)
        else { return nil }
        self.position = position
        scale = constants.targetScales[rank]
        sigma = constants.latentSigmas?[rank]
        correction = variable == .redshift ? constants.redshiftCorrection : nil
    }

    /// Mean and standard deviation of a galaxy's latent.
    func moments(_ estimate: GalaxyModel.Estimate) -> (mean: Double, sigma: Double) {
        let mean = Double(estimate.latents[position])
        return (correction?.corrected(mean) ?? mean, sigma ?? Double(estimate.latentSigmas[position]))
    }
}

/// The latents behind the catalogue quantities of a model.
struct SupervisedLatents: Sendable {
    let redshift, log10StellarMass, log10StarFormationRate: SupervisedLatent?
    let orientationCosine, orientationSine, positionAngle: SupervisedLatent?

    /// Those of a model.
    init(_ configuration: GalaxyModelConfiguration, _ constants: ModelConstants) {
        func latent(_ variable: LatentVariable) -> SupervisedLatent? {
            SupervisedLatent(variable, configuration: configuration, constants: constants)
        }
        redshift = latent(.redshift)
        log10StellarMass = latent(.log10StellarMass)
        log10StarFormationRate = latent(.log10StarFormationRate)
        orientationCosine = latent(.orientationCosine)
        orientationSine = latent(.orientationSine)
        positionAngle = latent(.positionAngle)
    }
}
