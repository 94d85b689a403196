import FITS
import Measurement
import Pipeline

/// Packed FITS to latents with the paper's model beside peers, and with the default one; pixels in the page cache.
struct PackedBenchmark: Benchmark {
    let name = "packed"
    let summary = "packed FITS to latents against tuned Python and against astropy with PyTorch"
    let threadCounts = [1, 2]

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let survey = try await session.survey(1024)
        let reddening = try PackedCutouts(path: survey.cutouts).objects(in: 0..<survey.count).map(\.reddening)
        let race = LatentRace(
            title: "packed FITS to latents", cutouts: survey.cutouts, layout: "packed", reddening: reddening)
        let (inference, source) = (
            try LatentInference(model: Repository.defaultModel), try LatentInference.Source([survey.cutouts])
        )
        let own = Comparison(
            "packed FITS to latents, default model", unit: "galaxy", threads: threads,
            contenders: [
                Contender("galatea", items: survey.count) {
                    _ = try inference.latents(of: source, threads: threads)
                }
            ])
        // First, while no peer is about to end.
        let ownTask = try await session.measure(own)
        return [try await race.task(session, threads: threads), ownTask]
    }
}
