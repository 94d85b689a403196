import Foundation
import TestSupport
import Testing

/// A small survey and its enriched catalogue, made by the program once for all tests.
struct MockRun: Sendable {
    /// Objects of the survey.
    static let count = 60
    /// The folder of everything.
    let folder: TemporaryFolder
    /// What simulate and enrich said.
    let (simulated, enriched): (Program.Outcome, Program.Outcome)

    var cutouts: String { folder.path("survey/cutouts.fits") }
    var catalog: String { folder.path("survey/catalog.fits") }
    var fits: String { folder.path("enriched.fits") }
    var csv: String { folder.path("enriched.csv") }

    private static let place = Result {
        let folder = try TemporaryFolder()
        atexit { MockRun.removeFolder() }
        return folder
    }

    private static func removeFolder() {
        if case .success(let folder) = place { try? FileManager.default.removeItem(at: folder.url) }
    }

    private static let shared = Task {
        let folder = try place.get()
        let simulated = try await simulate(to: folder.path("survey"))
        let enriched = try await Program.run(
            "enrich", "--model", Program.model, "--cutouts", folder.path("survey/cutouts.fits"), "--catalog",
            folder.path("survey/catalog.fits"), "--output", folder.path("enriched.fits"), "--output",
            folder.path("enriched.csv"))
        return MockRun(folder: folder, simulated: simulated, enriched: enriched)
    }

    /// The survey and its catalogue.
    static func load() async throws -> MockRun { try await shared.value }

    /// Simulates the survey; every class has some eight members.
    static func simulate(to folder: String, threads: Int = 2) async throws -> Program.Outcome {
        var arguments = [
            "simulate", "--count", "\(count)", "--seed", "5", "--limit", "20", "--output", folder,
            "--threads",
            "\(threads)",
        ]
        for name in ["green_pea", "red_spiral", "merger", "star", "quasar", "artefact"] {
            arguments += ["--class-fraction", "\(name)=0.14"]
        }
        return try await Program.start(arguments).outcome()
    }
}

/// The bytes of a file.
func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// Whether there is a file or folder.
func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
