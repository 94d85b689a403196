/// Numbers that a model takes from its training rows; stored in `model.json`.
public struct ModelConstants: Sendable, Equatable, Codable {
    /// Mean over the training rows of each image's maximum, one a band (eq. 1 of the paper); absent for other
    /// scalings.
    public var meanMaxima: [Float]?
    /// Means of the photometric features; empty without any.
    public var featureMeans: [Float]
    /// Their standard deviations.
    public var featureDeviations: [Float]
    /// Scale of each supervised latent, in their order.
    public var targetScales: [TargetScale]
    /// Standard deviation of each supervised latent where the network learns none: the scatter of the
    /// validation rows; absent where it does.
    public var latentSigmas: [Double]?
    /// Shift of the redshift latent that takes the median bias of the validation rows away; absent for none.
    public var redshiftCorrection: MedianCorrection?

    /// Constants from their parts.
    public init(
        meanMaxima: [Float]?, featureMeans: [Float], featureDeviations: [Float], targetScales: [TargetScale],
        latentSigmas: [Double]? = nil
    ) {
        self.meanMaxima = meanMaxima
        self.featureMeans = featureMeans
        self.featureDeviations = featureDeviations
        self.targetScales = targetScales
        self.latentSigmas = latentSigmas
    }

    /// What does not fit the configuration; `nil` when all does.
    public func fault(for configuration: GalaxyModelConfiguration) -> String? {
        let bands = configuration.bands.count
        if configuration.scaling == .tanhAsinh {
            guard let meanMaxima, meanMaxima.count == bands, meanMaxima.allSatisfy({ $0 > 0 && $0.isFinite })
            else { return "mean_maxima: one positive number for each band is needed" }
        }
        let features = configuration.photometricFeatureCount
        if featureMeans.count != features || featureDeviations.count != features {
            return "feature_means, feature_deviations: \(features) numbers are needed"
        }
        if !(featureMeans + featureDeviations).allSatisfy(\.isFinite)
            || featureDeviations.contains(where: { $0 <= 0 })
        {
            return "feature_means, feature_deviations: must be finite, deviations positive"
        }
        let supervised = configuration.supervisedLatents.count
        if targetScales.count != supervised { return "target_scales: \(supervised) are needed" }
        if !targetScales.allSatisfy({ $0.deviation > 0 && $0.deviation.isFinite && $0.mean.isFinite }) {
            return "target_scales: deviations must be positive"
        }
        if let latentSigmas,
            latentSigmas.count != supervised || !latentSigmas.allSatisfy({ $0 > 0 && $0.isFinite })
        {
            return "latent_sigmas: \(supervised) positive numbers are needed"
        }
        if let fault = redshiftCorrection?.fault { return "redshift_correction: \(fault)" }
        return nil
    }
}
