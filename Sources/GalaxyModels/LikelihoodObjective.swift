internal import NeuralNetworks
public import Tensors

/// The default objective: a Gaussian likelihood of the labels, and a variational bound on the images.
///
/// `L = mean_n [ sum_p -ln((1 - w) N(y_p; mu_p, v_p + s_p^2) + w N(y_p; 0, B^2)) ]
///    + a mean_n [ (1/M) sum_m (x_m - xhat_m)^2 / (2 s_m^2) + (d / M) KL(free latents) ]`
/// over galaxies n, labels p and pixel values m; s_p the label's own error, v_p the learned variance, w the
/// share of wrong labels, B their spread, s_m the pixel's noise on the input's scale, a and d the weights.
/// Weighting by s_m and averaging over the M pixel values keeps images and labels within a factor of ten of
/// each other; with d = 1 the second line is the evidence lower bound times a / M.
public struct LikelihoodObjective: Sendable {
    /// Weight a of the images.
    public var reconstructionWeight: Float
    /// Weight d of the KL divergence relative to the evidence lower bound.
    public var divergenceWeight: Float
    /// Weight of the labels.
    public var labelWeight: Float
    /// Share w of labels taken to be wrong.
    public var wrongLabelFraction: Float

    /// Spread B of wrong labels on the standardised scale.
    static let wrongLabelSpread: Float = 3
    /// Bounds of a learned log variance on the standardised scale.
    public static let logVarianceRange: ClosedRange<Float> = -9...3
    /// Error of a reconstruction that no noise explains, on the input's scale.
    static let modelError: Float = 0.2

    /// The objective with these weights.
    public init(
        reconstructionWeight: Float, divergenceWeight: Float, labelWeight: Float, wrongLabelFraction: Float
    ) {
        self.reconstructionWeight = reconstructionWeight
        self.divergenceWeight = divergenceWeight
        self.labelWeight = labelWeight
        self.wrongLabelFraction = wrongLabelFraction
    }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - batch: Images and labels.
    ///   - latents: What the encoder said.
    ///   - reconstruction: What the decoder made of a sample, shape of the image.
    ///   - supervised: Positions of the supervised latents, in the order of the labels.
    ///   - varianceShare: 0 to 1, how much of the learned log variance counts (a warm-up; 0 is unit variance).
    public func callAsFunction(
        _ batch: GalaxyBatch, latents: LatentDistribution, reconstruction: Tensor, supervised: [Int],
        varianceShare: Float = 1
    ) -> LossTerms {
        let backend = batch.image.backend
        let galaxies = Float(batch.image.shape[0])
        let pixels = Float(batch.image.count) / galaxies
        let free = (0..<latents.mean.shape[1]).filter { !supervised.contains($0) }
        let divergence =
            free.isEmpty
            ? Tensor(0, on: backend)
            : Loss.divergenceFromStandardNormal(
                mean: latents.mean.columns(free), logVariance: latents.logVariance.columns(free)
            ).sum() * (1 / galaxies)
        let label =
            supervised.isEmpty
            ? Tensor(0, on: backend)
            : labelLoss(batch, latents: latents, supervised: supervised, varianceShare: varianceShare)
                * labelWeight
        return LossTerms(
            reconstruction: imageLoss(batch.image, reconstruction)
                * (reconstructionWeight / galaxies / pixels),
            divergence: divergence * (reconstructionWeight * divergenceWeight / pixels), label: label,
            divergencePerGalaxy: divergence.detached())
    }

    /// Negative log-likelihood of the labels of a galaxy, averaged over the batch, in nats.
    public func labelLoss(
        _ batch: GalaxyBatch, latents: LatentDistribution, supervised: [Int], varianceShare: Float
    ) -> Tensor {
        let backend = batch.image.backend
        let mask = batch.labelMask
        let labels = batch.labels.keeping(where: mask)
        let labelVariance = batch.labelSigmas.keeping(where: mask).squared()
        let logVariance =
            latents.logVariance.columns(supervised).clamped(to: Self.logVarianceRange) * varianceShare
        let variance = logVariance.exponential() + labelVariance
        let deviation = labels - latents.mean.columns(supervised)
        let right = (deviation.squared() / variance + variance.logarithm()) * -0.5
        var terms = right
        if wrongLabelFraction > 0 {
            let spread = Self.wrongLabelSpread
            let odds = Tensor(wrongLabelFraction / (1 - wrongLabelFraction), on: backend).logarithm()
            let wrong =
                labels.squared() * (-0.5 / (spread * spread)) - Tensor(spread, on: backend).logarithm()
            // ln(e^right + odds e^wrong), without overflow: right + softplus(ln odds + wrong - right)
            terms = right + (wrong + odds - right).softplus()
        }
        return -terms.keeping(where: mask).sum() * (1 / Float(batch.image.shape[0]))
    }

    /// Half the squared residuals over the pixel variance, summed.
    ///
    /// An input is `asinh(f / 3 sigma)`, so the sky's noise is `1 / (3 cosh x)` on its scale.
    private func imageLoss(_ image: Tensor, _ reconstruction: Tensor) -> Tensor {
        let sinh = (image.exponential() - (-image).exponential()) * 0.5
        let noiseVariance = (1 / 9) / (sinh.squared() + 1)
        let weight = 0.5 / (noiseVariance + Self.modelError * Self.modelError)
        return image.squaredDistance(to: reconstruction, weight: weight.detached())
    }
}
