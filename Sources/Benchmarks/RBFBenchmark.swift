import Computing
import Discovery
import Measurement

/// The decision function of the shipped classifier, cut to 2,000 support vectors.
struct RBFBenchmark: Benchmark {
    let name = "rbf"
    let summary = "decision values of 2,000 support vectors against scikit-learn"

    /// Rows of a repetition.
    private static let count = 2000

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let scale = SurveyScaleModel(supportVectors: 2000, references: 0)
        let classifier = scale.reduced(
            try ClassifierModel(contentsOf: Repository.paperModel + "/classifier.safetensors"))
        try classifier.write(to: session.file("classifier.safetensors"))
        var generator = CounterGenerator(seed: 3)
        let rows = FeatureMatrix(
            dimension: classifier.dimension,
            values: (0..<Self.count * classifier.dimension).map { _ in generator.normal() })
        let machine = classifier.decision
        let expected = try session.array(
            "decisions", machine.values(for: rows),
            shape: [rows.count, machine.pairCount])
        let options: [String: PeerValue] = [
            "classifier": .text(session.file("classifier.safetensors")),
            "rows": .text(try session.array("rows", rows.values, shape: [rows.count, rows.dimension])),
        ]
        let comparison = Comparison(
            "radial-kernel decision, \(machine.supportVectors.count) support vectors", unit: "row",
            threads: threads,
            contenders: [
                Contender("galatea", items: rows.count) {
                    try ParallelLoop(threads: threads).forEachChunk(count: rows.count, chunk: 64) {
                        range, _ in
                        _ = machine.values(for: rows.rows(Array(range)))
                    }
                }
            ])
        // scikit-learn's decision function has no threads.
        let peers = [
            Peer(
                name: "scikit-learn", script: "rbf", key: "sklearn", options: options, items: rows.count,
                ours: expected)
        ]
        return [try await session.measure(comparison, peers: threads == 1 ? peers : [])]
    }
}
