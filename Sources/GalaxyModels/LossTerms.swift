public import Tensors

/// The parts of a loss, each a single number, weighted as they enter the sum.
public struct LossTerms {
    /// How far the reconstruction is from the image.
    public var reconstruction: Tensor
    /// Kullback-Leibler divergence of the free latents, weighted.
    public var divergence: Tensor
    /// How far the supervised latents are from the labels.
    public var label: Tensor
    /// KL of the free latents of a galaxy in nats, unweighted.
    public var divergencePerGalaxy: Tensor

    /// What is minimised.
    public var total: Tensor { reconstruction + divergence + label }
}
