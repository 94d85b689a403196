import Computing
import GalaxyModels
import Pipeline

/// Images in memory that go through our encoder batch by batch.
struct EncoderBatches {
    /// Images in all.
    let count: Int
    /// Images that are given to the threads together.
    let batch: Int
    /// Worker threads.
    let threads: Int
    /// Scaled images, shape `imageShape`.
    let images: [Float]
    /// Standardised features, shape `featureShape`.
    let features: [Float]
    /// `[count, side, side, bands]`.
    let imageShape: [Int]
    /// `[count, features]`.
    let featureShape: [Int]
    private let plan: EncoderPlan

    /// The first `count` of some inputs.
    init(
        _ inference: LatentInference, inputs: (images: [Float], features: [Float]), count: Int, batch: Int,
        threads: Int
    ) {
        let configuration = inference.model.configuration
        let side = configuration.inputSize
        imageShape = [count, side, side, configuration.bands.count]
        featureShape = [count, configuration.photometricFeatureCount]
        images = Array(inputs.images[..<imageShape.reduce(1, *)])
        features = Array(inputs.features[..<featureShape.reduce(1, *)])
        plan = inference.encoder
        self.count = count
        self.batch = batch
        self.threads = threads
    }

    /// Means and log variances, `[count, 2 latents]`.
    func encode() throws -> [Float] {
        let loop = ParallelLoop(threads: threads)
        var results: [Float] = []
        results.reserveCapacity(count * 2 * plan.latentCount)
        for start in stride(from: 0, to: count, by: batch) {
            let size = min(batch, count - start)
            // One workspace a chunk, hence one chunk where there is one thread.
            results += try loop.mapChunks(count: size, chunk: threads == 1 ? size : 8) { range, _ in
                encode(start + range.lowerBound..<start + range.upperBound)
            }.flatMap { $0 }
        }
        return results
    }

    private func encode(_ range: Range<Int>) -> [Float] {
        let (width, length) = (2 * plan.latentCount, images.count / count)
        let featureCount = featureShape[1]
        var workspace = EncoderPlan.Workspace(for: plan)
        var results: [Float] = []
        results.reserveCapacity(range.count * width)
        var latents = [Float](repeating: 0, count: width)
        for index in range {
            var output = latents.mutableSpan
            plan.encode(
                images.span.extracting(index * length..<(index + 1) * length),
                features: Array(features[index * featureCount..<(index + 1) * featureCount]),
                workspace: &workspace, into: &output)
            results += latents
        }
        return results
    }
}
