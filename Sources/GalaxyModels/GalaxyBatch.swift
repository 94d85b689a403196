public import Tensors

/// Galaxies of one training step.
public struct GalaxyBatch {
    /// Scaled cutouts, `[N, H, W, bands]`.
    public var image: Tensor
    /// Standardised photometric features, `[N, F]`.
    public var features: Tensor
    /// Labels on the scale of the supervised latents, `[N, P]`; NaN where missing.
    public var labels: Tensor
    /// Errors of the labels on the same scale, `[N, P]`; NaN where the label is missing.
    public var labelSigmas: Tensor

    /// A batch of these tensors.
    public init(image: Tensor, features: Tensor, labels: Tensor, labelSigmas: Tensor) {
        let count = image.shape[0]
        precondition(
            features.shape[0] == count && labels.shape == labelSigmas.shape && labels.shape[0] == count,
            "GalaxyBatch: image \(image.shape), features \(features.shape), labels \(labels.shape)")
        self.image = image
        self.features = features
        self.labels = labels
        self.labelSigmas = labelSigmas
    }

    /// 1 where a label and its error are there, `[N, P]`.
    var labelMask: Tensor { labels.isFinite() * labelSigmas.isFinite() }
}
