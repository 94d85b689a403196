internal import Computing
public import NeuralNetworks
public import Tensors

/// A `GalaxyVAE` with its sample and its objective, as the training loop wants it.
public struct GalaxyTrainee: Trainee {
    /// The network.
    public let galaxyNetwork: GalaxyVAE
    /// What computes.
    public let backend: any Backend
    private let sample: TrainingSample
    private let cache: InputCache
    private let recipe: TrainingRecipe
    private let loop: ParallelLoop

    /// What is trained.
    public var network: any Module { galaxyNetwork }
    /// Rows to learn from.
    public var trainingCount: Int { sample.training.count }
    /// Rows that choose the epoch.
    public var validationCount: Int { sample.validation.count }

    /// A network on its way through a sample.
    ///
    /// - Parameters:
    ///   - network: The network.
    ///   - sample: Rows and labels.
    ///   - cache: The images, record by record.
    ///   - recipe: Objective and weights.
    ///   - backend: What computes.
    ///   - threads: Threads that read images; all cores when `nil`.
    public init(
        network: GalaxyVAE, sample: TrainingSample, cache: InputCache, recipe: TrainingRecipe,
        backend: any Backend, threads: Int? = nil
    ) {
        let configuration = network.configuration
        let length = configuration.inputSize * configuration.inputSize * configuration.bands.count
        precondition(cache.recordLength == length, "GalaxyTrainee: records of \(cache.recordLength) values")
        galaxyNetwork = network
        self.sample = sample
        self.cache = cache
        self.recipe = recipe
        self.backend = backend
        loop = ParallelLoop(threads: threads)
    }

    /// The term of the validation that chooses the best epoch: the labels' likelihood; else the whole loss.
    public static func selection(for recipe: TrainingRecipe) -> String? {
        recipe.objective == .likelihood ? "label" : nil
    }

    /// The loss of a batch; training draws latents and turns images, validation takes means.
    public func loss(of batch: TrainingBatch, in context: ForwardContext) throws -> BatchLoss {
        let isTraining = batch.source == .training
        let rows = isTraining ? sample.training : sample.validation
        let galaxies = try assemble(
            batch.items.map { rows[$0] }, turning: isTraining && recipe.augments,
            generator: context.generator.split(1))
        let latents = galaxyNetwork.encoder(galaxies.image, features: galaxies.features, in: context)
        let drawn =
            isTraining ? latents.sample(noise: context.normal(shape: latents.mean.shape)) : latents.mean
        let reconstruction = galaxyNetwork.decoder(drawn, in: context)
        let terms = terms(
            galaxies, latents: latents, reconstruction: reconstruction,
            varianceShare: isTraining ? varianceShare(epoch: batch.epoch) : 1)
        let count = Double(batch.items.count)
        return BatchLoss(
            objective: terms.total, weight: count,
            terms: [
                .init("reconstruction", terms.reconstruction, weight: count),
                .init("divergence", terms.divergence, weight: count),
                .init("label", terms.label, weight: count),
                .init("divergence_nats", terms.divergencePerGalaxy, weight: count),
            ])
    }

    private func terms(
        _ galaxies: GalaxyBatch, latents: LatentDistribution, reconstruction: Tensor, varianceShare: Float
    ) -> LossTerms {
        let supervised = galaxyNetwork.configuration.supervisedLatents
        switch recipe.objective {
        case .likelihood:
            return LikelihoodObjective(
                reconstructionWeight: Float(recipe.reconstructionWeight),
                divergenceWeight: Float(recipe.divergenceWeight), labelWeight: Float(recipe.labelWeight),
                wrongLabelFraction: Float(recipe.wrongLabelFraction)
            )(
                galaxies, latents: latents, reconstruction: reconstruction, supervised: supervised,
                varianceShare: varianceShare)
        case .paper, .baseline:
            return PaperObjective(
                reconstructionWeight: Float(recipe.reconstructionWeight),
                labelWeight: Float(recipe.labelWeight), usesLabels: recipe.objective == .paper
            )(galaxies, latents: latents, reconstruction: reconstruction, supervised: supervised)
        }
    }

    /// How much of the learned variances counts in an epoch, counted from 0.
    private func varianceShare(epoch: Int) -> Float {
        recipe.warmUpEpochs == 0 ? 1 : min(1, Float(epoch) / Float(recipe.warmUpEpochs))
    }

    /// Reads, turns and stacks the galaxies of a batch.
    private func assemble(_ records: [Int], turning: Bool, generator: CounterGenerator) throws -> GalaxyBatch
    {
        let configuration = galaxyNetwork.configuration
        let transforms = records.indices.map { index in
            var draw = generator.split(UInt64(index))
            return turning ? DihedralTransform(number: Int(draw.next() % 8)) : .identity
        }
        let side = configuration.inputSize
        let length = cache.recordLength
        let channels = configuration.bands.count
        let shape = [records.count, side, side, channels]
        let image = try Tensor(shape: shape, on: backend) { pixels in
            let batch = BatchPixels(pixels: pixels)
            try loop.forEachChunk(count: records.count, chunk: 8) { [cache] range, _ in
                for index in range {
                    let place = batch.record(index, length: length)
                    if transforms[index] == .identity {
                        try cache.read(records[index], into: place)
                    } else {
                        let image = try cache.values(of: records[index])
                        image.withUnsafeBufferPointer {
                            transforms[index].apply($0, side: side, channels: channels, into: place)
                        }
                    }
                }
            }
        }
        let labels = labels(of: records, transforms: transforms)
        return GalaxyBatch(
            image: image,
            features: Tensor(
                Self.rows(records, of: sample.features, width: sample.featureCount),
                shape: [records.count, sample.featureCount], on: backend),
            labels: Tensor(labels, shape: [records.count, sample.labelCount], on: backend),
            labelSigmas: Tensor(
                Self.rows(records, of: sample.labelSigmas, width: sample.labelCount),
                shape: [records.count, sample.labelCount], on: backend))
    }

    /// The labels of records, orientations turned with their images.
    private func labels(of records: [Int], transforms: [DihedralTransform]) -> [Float] {
        var labels = Self.rows(records, of: sample.labels, width: sample.labelCount)
        let supervised = galaxyNetwork.configuration.supervisedLatents.map {
            galaxyNetwork.configuration.latents[$0]
        }
        guard let cosine = supervised.firstIndex(of: .orientationCosine),
            let sine = supervised.firstIndex(of: .orientationSine)
        else { return labels }
        for (index, transform) in transforms.enumerated() {
            let place = index * sample.labelCount
            let turned = transform.orientation(cosine: labels[place + cosine], sine: labels[place + sine])
            labels[place + cosine] = turned.cosine
            labels[place + sine] = turned.sine
        }
        return labels
    }

    private static func rows(_ records: [Int], of values: [Float], width: Int) -> [Float] {
        records.flatMap { values[$0 * width..<($0 + 1) * width] }
    }
}

/// The pixels of a batch, shared by the workers that fill them, each its own records.
private struct BatchPixels: @unchecked Sendable {
    let pixels: UnsafeMutableBufferPointer<Float>

    func record(_ index: Int, length: Int) -> UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: pixels[index * length..<(index + 1) * length])
    }
}
