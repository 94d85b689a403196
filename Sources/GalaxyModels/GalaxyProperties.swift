internal import Astronomy
internal import Foundation

/// The catalogue quantities of one galaxy; those that the model does not know are `nil`.
public struct GalaxyProperties: Sendable, Equatable {
    /// Photometric redshift.
    public var redshift: PropertyEstimate?
    /// log10 of the stellar mass, Msun.
    public var log10StellarMass: PropertyEstimate?
    /// log10 of the star-formation rate, Msun/yr.
    public var log10StarFormationRate: PropertyEstimate?
    /// Position angle of the major axis.
    public var orientation: OrientationEstimate?

    /// The quantities behind the latents of a galaxy.
    init(
        _ estimate: GalaxyModel.Estimate, configuration: GalaxyModelConfiguration, constants: ModelConstants
    ) {
        let supervised = configuration.supervisedLatents
        /// Position of a latent, its scale, mean and standard deviation.
        func latent(_ variable: LatentVariable) -> (scale: TargetScale, mean: Double, sigma: Double)? {
            guard let position = configuration.latents.firstIndex(of: variable),
                let rank = supervised.firstIndex(of: position)
            else { return nil }
            let sigma = constants.latentSigmas?[rank] ?? Double(estimate.latentSigmas[position])
            let mean = Double(estimate.latents[position])
            let correction = variable == .redshift ? constants.redshiftCorrection : nil
            return (constants.targetScales[rank], correction?.corrected(mean) ?? mean, sigma)
        }
        func property(_ variable: LatentVariable, lowerBound: Double? = nil) -> PropertyEstimate? {
            latent(variable).flatMap {
                $0.mean.isFinite && $0.sigma > 0
                    ? $0.scale.estimate(latent: $0.mean, sigma: $0.sigma, lowerBound: lowerBound) : nil
            }
        }
        redshift = property(.redshift, lowerBound: 0)
        log10StellarMass = property(.log10StellarMass)
        log10StarFormationRate = property(.log10StarFormationRate)
        if let cosine = latent(.orientationCosine), let sine = latent(.orientationSine) {
            orientation = OrientationEstimate(
                cosine: cosine.scale.mean + cosine.scale.deviation * cosine.mean,
                sine: sine.scale.mean + sine.scale.deviation * sine.mean,
                cosineSigma: cosine.scale.deviation * cosine.sigma,
                sineSigma: sine.scale.deviation * sine.sigma)
        } else if let angle = latent(.positionAngle) {
            let sigma = min(angle.scale.deviation * angle.sigma, Double.pi / 12.squareRoot())
            orientation = OrientationEstimate(
                positionAngle: Angle(radians: angle.scale.mean + angle.scale.deviation * angle.mean)
                    .foldedAxis,
                standardDeviation: Angle(radians: sigma))
        }
    }
}

extension OrientationEstimate {
    /// An axis with its error.
    init(positionAngle: Angle?, standardDeviation: Angle) {
        self.positionAngle = positionAngle
        self.standardDeviation = standardDeviation
    }
}

extension Float {
    /// e to this power.
    var exponential: Float { exp(self) }
}
