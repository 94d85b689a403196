import Foundation
import Measurement

/// The whole of `enrich` as the goal has it: 2,000 support vectors, 10 neighbours among 10^5.
struct EnrichBenchmark: Benchmark {
    let name = "enrich"
    let summary = "whole enrichment beside packed FITS to latents, with each kind of photometry"

    let threadCounts = [1, 2]

    /// How often the survey is enriched in one repetition.
    private static let copies = 8

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        var tasks: [MeasuredTask] = []
        for (label, model) in [("paper", Repository.paperModel), ("default", Repository.defaultModel)] {
            let survey = try await session.newSurvey(1024)
            // What cannot be removed goes with the run's folder.
            defer { try? FileManager.default.removeItem(atPath: survey.folder) }
            let folder = session.file("enrich-\(label)")
            try SurveyScaleModel(supportVectors: 2000, references: 100_000).write(model, to: folder)
            let speed = EnrichmentSpeed(
                model: folder, survey: survey, threads: threads, folder: survey.folder)
            tasks.append(
                try await session.measure(
                    try speed.comparison(
                        named: "enrich, \(label), 2,000 support vectors, 10 of 100,000 neighbours",
                        copies: Self.copies)))
        }
        return tasks
    }
}
