import Computing
import GalaxyModels
import Measurement
import Pipeline

/// The way from cutouts on disk to latents, ours beside the two kinds of Python that people run.
struct LatentRace {
    /// Name of the task.
    var title: String
    /// A packed file, or a folder of cutouts.
    var cutouts: String
    /// `packed` or `files`.
    var layout: String
    /// E(B-V) of every cutout.
    var reddening: [Double]

    /// Images that the tuned peer gives to ONNX Runtime together.
    private static let batch = 64

    /// Measures everybody at a number of threads.
    func task(_ session: BenchmarkSession, threads: Int) async throws -> MeasuredTask {
        let model = Repository.paperModel
        let (inference, count) = (try LatentInference(model: model), reddening.count)
        let source = try LatentInference.Source([cutouts])
        let latents = try inference.latents(of: source, threads: threads)
        let expected = try session.array("latents", latents, shape: [count, latents.count / count])
        let options: [String: PeerValue] = [
            "model": .text(model), "cutouts": .text(cutouts), "layout": .text(layout),
            "batch": .integer(Self.batch),
            "reddening": .text(try session.array("reddening", reddening, shape: [count])),
        ]
        var contenders = [
            Contender("galatea", items: count) {
                _ = try inference.latents(of: source, threads: threads)
            }
        ]
        contenders.append(
            .multiplyAdds(inference.encoder.productCount, items: count, threads: threads))
        if threads > 1 {
            contenders.append(
                Contender("galatea, 1 thread", items: count) {
                    _ = try inference.latents(of: source, threads: 1)
                })
        }
        if threads == 1, InstructionSet.detected > .avx2 {
            // What a processor without the widest registers would take, as far as this one can tell.
            let narrow = try LatentInference(model: model, instructionSet: .avx2)
            contenders.append(
                Contender("galatea, AVX2", items: count) {
                    _ = try narrow.latents(of: source, threads: 1)
                })
        }
        let peers = [("tuned: OpenCV, ONNX Runtime", "tuned"), ("authors': astropy, PyTorch", "authors")].map
        {
            Peer(name: $0.0, script: "latents", key: $0.1, options: options, items: count, ours: expected)
        }
        return try await session.measure(
            Comparison(title, unit: "galaxy", threads: threads, contenders: contenders), peers: peers)
    }
}
