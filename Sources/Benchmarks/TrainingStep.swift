import Computing
import GalaxyModels
import NeuralNetworks
import Pipeline
import Tensors

/// The numbers of a training batch: real images, drawn labels and noise, the same for every contender.
struct TrainingData {
    /// Scaled images, shape `imageShape`.
    let images: [Float]
    /// Noise of the latents, shape `noiseShape`.
    let noise: [Float]
    /// Labels, shape `labelShape`.
    let labels: [Float]
    /// Their errors, shape `labelShape`.
    let sigmas: [Float]
    let imageShape: [Int]
    let noiseShape: [Int]
    let labelShape: [Int]
    /// Shape of the network.
    let configuration: GalaxyModelConfiguration

    /// The first `count` of some images with labels that are drawn.
    init(_ inference: LatentInference, images: [Float], count: Int) {
        configuration = inference.model.configuration
        let side = configuration.inputSize
        imageShape = [count, side, side, configuration.bands.count]
        noiseShape = [count, configuration.latents.count]
        labelShape = [count, configuration.supervisedLatents.count]
        self.images = Array(images[..<imageShape.reduce(1, *)])
        var generator = CounterGenerator(seed: 11)
        noise = (0..<noiseShape.reduce(1, *)).map { _ in Float(generator.normal()) }
        labels = (0..<labelShape.reduce(1, *)).map { _ in Float(generator.normal()) }
        sigmas = labels.map { _ in Float(generator.uniform(0.1...0.5)) }
    }
}

/// One step of training on a batch that is in memory, as `Trainer` does it.
struct TrainingStep {
    private let network: GalaxyVAE
    private let batch: GalaxyBatch
    private let noise: Tensor
    private let backend: CPUBackend
    private var adam: Adam

    /// A training that begins with the weights of `network`.
    init(_ network: GalaxyVAE, data: TrainingData, threads: Int) {
        let backend = CPUBackend(threads: threads)
        // The weights were loaded on a backend of one thread.
        for parameter in network.allParameters.map(\.value) {
            parameter.replace(
                with: Tensor(parameter.value.values, shape: parameter.shape, on: backend))
        }
        self.network = network
        self.backend = backend
        batch = GalaxyBatch(
            image: Tensor(data.images, shape: data.imageShape, on: backend),
            features: Tensor([], shape: [data.imageShape[0], 0], on: backend),
            labels: Tensor(data.labels, shape: data.labelShape, on: backend),
            labelSigmas: Tensor(data.sigmas, shape: data.labelShape, on: backend))
        noise = Tensor(data.noise, shape: data.noiseShape, on: backend)
        adam = Adam(network.allWeights)
    }

    /// Moves the weights once; returns the loss before.
    mutating func callAsFunction() -> Double {
        let context = ForwardContext(.training, on: backend)
        let latents = network.encoder(batch.image, features: batch.features, in: context)
        let reconstruction = network.decoder(latents.sample(noise: noise), in: context)
        let loss = PaperObjective()(
            batch, latents: latents, reconstruction: reconstruction,
            supervised: network.configuration.supervisedLatents
        ).total
        let gradients = loss.gradients(withRespectTo: adam.parameters.map(\.value))
        adam.update(gradients, learningRate: 1e-4)
        context.commitStatistics()
        return Double(loss.scalar)
    }
}
