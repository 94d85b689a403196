import Computing
import GalaxyModels
import Measurement
import NeuralNetworks
import Pipeline
import Tensors

/// A training step of the paper's network, batch 128: forward, eq. (2), backward, Adam.
struct TrainingBenchmark: Benchmark {
    let name = "training"
    let summary = "training step, batch 128, against PyTorch eager, channels-last and compiled"
    let threadCounts = [1, 2]

    private static let batch = 128
    /// Steps whose losses are compared.
    private static let comparedSteps = 3

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let model = Repository.paperModel
        let inference = try LatentInference(model: model)
        let inputs = try inference.inputs(of: try await session.survey(1024).cutouts, threads: threads)
        let data = TrainingData(inference, images: inputs.images, count: Self.batch)
        let options: [String: PeerValue] = [
            "model": .text(model),
            "images": .text(try session.array("batch", data.images, shape: data.imageShape)),
            "noise": .text(try session.array("noise", data.noise, shape: data.noiseShape)),
            "labels": .text(try session.array("labels", data.labels, shape: data.labelShape)),
            "sigmas": .text(try session.array("sigmas", data.sigmas, shape: data.labelShape)),
        ]
        var first = TrainingStep(try inference.network(), data: data, threads: threads)
        let losses = (0..<Self.comparedSteps).map { _ in first() }
        let expected = try session.array("losses", losses, shape: [losses.count])
        let peers = [
            ("PyTorch eager", "eager"), ("PyTorch channels-last", "channels-last"),
            ("PyTorch compiled", "compiled"),
        ].map {
            Peer(
                name: $0.0, script: "training", key: $0.1, options: options, items: Self.batch, ours: expected
            )
        }
        let contenders = try (threads == 1 ? [1] : [threads, 1]).map { count in
            var step = TrainingStep(try inference.network(), data: data, threads: count)
            let title = count == threads ? "galatea" : "galatea, 1 thread"
            return Contender(title, items: Self.batch) { _ = step() }
        }
        return [
            try await session.measure(
                Comparison(
                    "training step, batch \(Self.batch)", unit: "galaxy", threads: threads,
                    contenders: contenders), peers: peers)
        ]
    }
}
