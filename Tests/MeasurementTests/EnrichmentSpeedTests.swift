import Foundation
import Measurement
import Testing

@Suite("Speed of an enrichment")
struct EnrichmentSpeedTests {
    /// The repository of these sources.
    private var repository: URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
    }

    @Test("A simulated survey is enriched by every contender, and its memory is seen")
    func smallSurvey() async throws {
        let folder = try ScratchFolder()
        let survey = try await SimulatedSurvey(count: 12, folder: folder.path)
        let speed = EnrichmentSpeed(
            model: repository.appendingPathComponent("models/mock-grz-v1").path, survey: survey, threads: 1,
            folder: folder.path)
        ResidentMemory.restartPeak()
        let task = try await speed.comparison().run(rounds: 1, warmUps: 0)
        #expect(
            task.entries.map(\.name).prefix(3) == [
                "packed FITS to latents", "packed FITS to latents, mapped each time",
                "enrich, photometry none",
            ])
        #expect(task.entries.dropLast().allSatisfy { $0.items == 12 })
        #expect(task.entries.last?.items == 1 && task.entries.allSatisfy { $0.microseconds.minimum > 0 })
        #expect(FileManager.default.fileExists(atPath: folder.file("enriched.fits")))
        #expect(ResidentMemory.peakBytes > 10_000_000)
        if let current = ResidentMemory.currentBytes { #expect(current <= ResidentMemory.peakBytes) }
        let links = try survey.links(3, in: folder.file("links"))
        #expect(Set(links).count == 3)
        #expect(try survey.links(3, in: folder.file("links")) == links)
    }

    @Test("A scratch folder goes away with its value")
    func scratch() throws {
        var folder: ScratchFolder? = try ScratchFolder()
        let path = try #require(folder?.path)
        #expect(FileManager.default.fileExists(atPath: path))
        folder = nil
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
