import Measurement

/// One FITS file a galaxy to latents with the paper's model; files in the page cache.
struct FilesBenchmark: Benchmark {
    let name = "files"
    let summary = "one FITS file a galaxy to latents against the same peers"
    let threadCounts = [1, 2]

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let survey = try await session.survey(1024)
        let folder = session.file("cutouts")
        try CutoutFiles.write(survey.cutouts, to: folder)
        // Single files carry no E(B-V).
        let race = LatentRace(
            title: "one FITS file a galaxy to latents", cutouts: folder, layout: "files",
            reddening: [Double](repeating: .nan, count: survey.count))
        return [try await race.task(session, threads: threads)]
    }
}
