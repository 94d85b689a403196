internal import Foundation
internal import MockSurvey
internal import Pipeline

/// A simulated survey on disk, what every measurement of the whole way starts from.
public struct SimulatedSurvey: Sendable {
    /// Where its files are.
    public let folder: String
    /// The packed cutouts.
    public let cutouts: String
    /// Number of objects.
    public let count: Int

    /// Simulates a survey into a folder; the same count and seed give the same files.
    public init(count: Int, seed: UInt64 = 2026, folder: String, threads: Int? = nil) async throws {
        let summary = try await Simulation(
            survey: MockSurveyConfiguration(count: count, seed: seed), output: folder, threads: threads
        ).run()
        self.folder = folder
        cutouts = summary.cutouts
        self.count = count
    }

    /// Other names of the packed file, so that a run can have as many galaxies as it wants while their pixels
    /// stay in memory and the disk's speed does not count.
    ///
    /// - Parameter copies: How many names.
    public func links(_ copies: Int, in folder: String) throws -> [String] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return try (0..<copies).map { copy in
            let path = folder + "/part-\(copy).fits"
            if !FileManager.default.fileExists(atPath: path) {
                try FileManager.default.linkItem(atPath: cutouts, toPath: path)
            }
            return path
        }
    }
}
