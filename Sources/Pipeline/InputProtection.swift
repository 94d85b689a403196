internal import Foundation

/// Keeps a command from writing over what it reads.
enum InputProtection {
    /// Refuses outputs that are inputs, by whatever path.
    ///
    /// - Parameters:
    ///   - outputs: Files to be written; those that do not exist yet are no input.
    ///   - inputs: Files to be read; folders and missing ones are passed over.
    /// - Throws: `PipelineError` of category usage.
    static func check(outputs: [String], inputs: [String]) throws {
        let read = Set(inputs.compactMap(identity))
        for output in outputs {
            guard let file = identity(output), read.contains(file) else { continue }
            throw PipelineError(
                .usage, "the output '\(output)' is also an input", hint: "choose another name for it")
        }
    }

    /// What tells a file from all others, through links of both kinds.
    private struct Identity: Hashable {
        let device: UInt64
        let file: UInt64
    }

    private static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
        return Identity(device: UInt64(status.st_dev), file: UInt64(status.st_ino))
    }
}
