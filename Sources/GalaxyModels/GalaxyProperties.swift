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
    init(_ estimate: GalaxyModel.Estimate, _ latents: SupervisedLatents) {
        func property(_ latent: SupervisedLatent?, lowerBound: Double? = nil) -> PropertyEstimate? {
            guard let latent else { return nil }
            let (mean, sigma) = latent.moments(estimate)
            guard mean.isFinite, sigma > 0 else { return nil }
            return latent.scale.estimate(latent: mean, sigma: sigma, lowerBound: lowerBound)
        }
        /// Mean and standard deviation of an angle or of a part of an ellipticity.
        func part(_ latent: SupervisedLatent) -> (mean: Double, sigma: Double) {
            let (mean, sigma) = latent.moments(estimate)
            return (latent.scale.mean + latent.scale.deviation * mean, latent.scale.deviation * sigma)
        }
        redshift = property(latents.redshift, lowerBound: 0)
        log10StellarMass = property(latents.log10StellarMass)
        log10StarFormationRate = property(latents.log10StarFormationRate)
        if let cosine = latents.orientationCosine.map(part), let sine = latents.orientationSine.map(part) {
            orientation = OrientationEstimate(
                cosine: cosine.mean, sine: sine.mean, cosineSigma: cosine.sigma, sineSigma: sine.sigma)
        } else if let angle = latents.positionAngle.map(part) {
            orientation = OrientationEstimate(
                positionAngle: Angle(radians: angle.mean).foldedAxis,
                standardDeviation: Angle(radians: min(angle.sigma, Double.pi / 12.squareRoot())))
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
