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
    /// Multiply-adds of the convolutions for one image.
    var productCount: Int { plan.productCount }
    private let plan: EncoderPlan
    private let memory: WorkerMemory<EncoderPlan.Workspace>

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
        let plan = inference.encoder
        self.plan = plan
        memory = WorkerMemory(for: ParallelLoop(threads: threads)) { EncoderPlan.Workspace(for: plan) }
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
            results += try loop.mapChunks(count: size, chunk: EncoderPlan.batch) { range, worker in
                memory.withState(of: worker) {
                    encode(start + range.lowerBound..<start + range.upperBound, &$0)
                }
            }.flatMap { $0 }
        }
        return results
    }

    private func encode(_ range: Range<Int>, _ workspace: inout EncoderPlan.Workspace) -> [Float] {
        let length = images.count / count
        let featureCount = featureShape[1]
        var latents = [Float](repeating: 0, count: range.count * 2 * plan.latentCount)
        var output = latents.mutableSpan
        plan.encode(
            batch: images.span.extracting(range.lowerBound * length..<range.upperBound * length),
            features: features.span.extracting(
                range.lowerBound * featureCount..<range.upperBound * featureCount),
            workspace: &workspace, into: &output)
        return latents
    }
}
