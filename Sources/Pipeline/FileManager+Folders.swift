internal import Foundation

extension FileManager {
    /// Makes a folder and those above it; one that is there is fine.
    ///
    /// - Throws: `PipelineError` of category inputOutput.
    func makeFolder(_ path: String) throws {
        do {
            try createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw PipelineError(
                .inputOutput, "cannot make the folder '\(path)': \(error.localizedDescription)")
        }
    }
}
