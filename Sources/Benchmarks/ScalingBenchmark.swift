import Discovery
import Foundation
import Measurement
import Pipeline

/// What a galaxy costs in small and large surveys, with start-up apart, and the memory that it takes.
struct ScalingBenchmark: Benchmark {
    let name = "scaling"
    let summary = "processor time a galaxy and memory, 10^3 to 10^5 galaxies"

    /// Galaxies of the survey that is named again and again.
    private static let galaxies = 1000
    /// How often it is named.
    private static let copies = [1, 10, 100]

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let survey = try await session.survey(Self.galaxies)
        let links = try survey.links(Self.copies.max() ?? 1, in: session.file("links"))
        let speed = EnrichmentSpeed(
            model: Repository.paperModel, survey: survey, threads: threads, folder: session.file(""))
        var notes: [String] = []
        var contenders: [Contender] = []
        for copies in Self.copies {
            let cutouts = Array(links[..<copies])
            let title = "enrich, \(copies * Self.galaxies) galaxies"
            let enrichment = speed.enrichment(photometry: "none", cutouts: cutouts)
            notes.append("\(title): \(try await Self.peak(of: enrichment)) MB resident at most")
            contenders.append(speed.contender(title, enrichment, galaxies: copies * Self.galaxies))
        }
        // Every warm-up is a whole run: the one that told the memory will do.
        let task = try await Comparison(
            "scaling", unit: "galaxy", threads: threads, contenders: contenders + [speed.startUp],
            notes: notes
        ).run(rounds: min(session.rounds, 3), warmUps: 0)
        return [task]
    }

    /// Megabytes that an enrichment takes at most.
    private static func peak(of enrichment: Enrichment) async throws -> Int {
        ResidentMemory.restartPeak()
        _ = try await enrichment.run(logger: EnrichmentSpeed.quiet)
        return ResidentMemory.peakBytes / 1_000_000
    }
}
