import Measurement
import Pipeline

/// The encoder alone: scaled images in memory to latents.
struct EncoderBenchmark: Benchmark {
    let name = "encoder"
    let summary = "scaled images to latents, batch 1 to 1024, against ONNX Runtime and PyTorch"

    /// Batch sizes, and images of a repetition.
    private static let batches = [
        (size: 1, count: 256), (size: 32, count: 256), (size: 128, count: 512), (size: 1024, count: 1024),
    ]

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        var tasks: [MeasuredTask] = []
        for (label, model) in [("paper", Repository.paperModel), ("default", Repository.defaultModel)] {
            let inference = try LatentInference(model: model)
            let inputs = try inference.inputs(of: try await session.survey(1024).cutouts, threads: threads)
            for batch in Self.batches {
                let ours = EncoderBatches(
                    inference, inputs: inputs, count: batch.count, batch: batch.size, threads: threads)
                tasks.append(
                    try await task("encoder, \(label), batch \(batch.size)", model: model, ours, session))
            }
        }
        return tasks
    }

    private func task(
        _ title: String, model: String, _ ours: EncoderBatches, _ session: BenchmarkSession
    ) async throws -> MeasuredTask {
        let results = try ours.encode()
        let expected = try session.array("latents", results, shape: [ours.count, results.count / ours.count])
        let options: [String: PeerValue] = [
            "model": .text(model), "batch": .integer(ours.batch),
            "images": .text(try session.array("images", ours.images, shape: ours.imageShape)),
            "features": .text(try session.array("features", ours.features, shape: ours.featureShape)),
        ]
        let comparison = Comparison(
            title, unit: "galaxy", threads: ours.threads,
            contenders: [
                Contender("galatea", items: ours.count) { _ = try ours.encode() },
                .multiplyAdds(ours.productCount, items: ours.count, threads: ours.threads),
            ])
        let peers = [("ONNX Runtime", "onnxruntime"), ("PyTorch eager", "torch")].map {
            Peer(
                name: $0.0, script: "encoder", key: $0.1, options: options, items: ours.count, ours: expected)
        }
        return try await session.measure(comparison, peers: peers)
    }
}
