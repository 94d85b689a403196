internal import NeuralNetworks
public import Tensors

/// Eq. (2) of Gagliano & Villar 2023 as printed, and the vanilla baseline beside it.
///
/// `L = beta_0 sum (x - xhat)^2 + KL(free latents) + beta_1 mean_i (p_i - mu_i)^2 / sigma_i^2`: the first two
/// summed over the batch, the third averaged over galaxies and parameters. The authors' script averages the
/// inverse variances apart from the errors; this does not.
public struct PaperObjective: Sendable {
    /// Weight of the reconstruction, 10 in the paper.
    public var reconstructionWeight: Float
    /// Weight of the labels, 50 in the paper.
    public var labelWeight: Float
    /// Whether labels count and the KL leaves the supervised latents alone; without, the vanilla VAE.
    public var usesLabels: Bool

    /// The objective with these weights.
    public init(reconstructionWeight: Float = 10, labelWeight: Float = 50, usesLabels: Bool = true) {
        self.reconstructionWeight = reconstructionWeight
        self.labelWeight = labelWeight
        self.usesLabels = usesLabels
    }

    /// The loss of a batch.
    ///
    /// - Parameters:
    ///   - batch: Images and labels.
    ///   - latents: What the encoder said.
    ///   - reconstruction: What the decoder made of a sample, shape of the image.
    ///   - supervised: Positions of the supervised latents, in the order of the labels.
    public func callAsFunction(
        _ batch: GalaxyBatch, latents: LatentDistribution, reconstruction: Tensor, supervised: [Int]
    ) -> LossTerms {
        let backend = batch.image.backend
        let free = (0..<latents.mean.shape[1]).filter { !usesLabels || !supervised.contains($0) }
        let divergence =
            free.isEmpty
            ? Tensor(0, on: backend)
            : Loss.divergenceFromStandardNormal(
                mean: latents.mean.columns(free), logVariance: latents.logVariance.columns(free)
            ).sum()
        let label: Tensor
        if usesLabels, !supervised.isEmpty {
            let mask = batch.labelMask
            let sigma = Tensor.selecting(mask, batch.labelSigmas, Tensor(1, on: backend))
            let weight = (1 / sigma.squared()).keeping(where: mask)
            label =
                Loss.weightedSquaredError(
                    mean: latents.mean.columns(supervised), target: batch.labels, weight: weight,
                    reduction: .meanOfPresent) * labelWeight
        } else {
            label = Tensor(0, on: backend)
        }
        let squares = batch.image.squaredDistance(to: reconstruction)
        return LossTerms(
            reconstruction: squares * reconstructionWeight, divergence: divergence, label: label,
            divergencePerGalaxy: divergence.detached() * (1 / Float(batch.image.shape[0])))
    }
}

extension Tensor {
    /// Columns of a matrix, in the order given; runs of neighbours are cut out at once.
    func columns(_ wanted: [Int]) -> Tensor {
        var runs: [Range<Int>] = []
        for column in wanted {
            if let last = runs.last, last.upperBound == column {
                runs[runs.count - 1] = last.lowerBound..<column + 1
            } else {
                runs.append(column..<column + 1)
            }
        }
        let parts = runs.map { sliced(axis: 1, $0) }
        return parts.count == 1 ? parts[0] : Tensor.concatenated(parts, axis: 1)
    }
}
