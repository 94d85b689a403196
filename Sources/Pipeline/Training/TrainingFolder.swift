internal import Foundation
internal import GalaxyModels

/// The folder that a training works in, `<output>.part`, until it gets its name.
struct TrainingFolder {
    /// The model folder to be.
    let output: String

    /// The folder while training lasts.
    var part: String { output + ".part" }
    /// Network inputs.
    var cache: String { part + "/inputs.cache" }
    /// What the pixels gave beside the inputs.
    var preparation: String { part + "/preparation.safetensors" }
    /// The last finished epoch.
    var checkpoint: String { part + "/checkpoint.safetensors" }
    /// The epochs so far.
    var history: String { part + "/" + ModelFolder.File.history }

    private var manager: FileManager { .default }

    /// Whether an interrupted run left what the pixels gave.
    var isPrepared: Bool { manager.fileExists(atPath: preparation) && manager.fileExists(atPath: cache) }

    /// Makes the folder; what an earlier run left stays only if it is to be gone on with.
    func make(resume: Bool) throws {
        if manager.fileExists(atPath: output) {
            throw PipelineError(
                .usage, "the model '\(output)' exists already", hint: "remove it or choose another --output")
        }
        if manager.fileExists(atPath: part), !resume {
            throw PipelineError(
                .usage, "'\(part)' is left from an interrupted training",
                hint: "go on with --resume, or remove it")
        }
        try manager.makeFolder(part)
    }

    /// Refuses to go on with the checkpoint of a training on other data or of another configuration.
    func requireSameInputs(key: String, count: Int, recordLength: Int) throws {
        guard manager.fileExists(atPath: checkpoint), manager.fileExists(atPath: cache) else { return }
        do throws(InputCache.CacheError) {
            _ = try InputCache(path: cache, key: key, count: count, recordLength: recordLength)
        } catch .mismatch {
            throw PipelineError(
                .usage,
                "'\(part)' is of a training on other data, with another configuration or by another version",
                hint: "give the same files and options to the same version, or remove it")
        }
    }

    /// Removes the folder of a failed training that has nothing to go on with, so that the next one, with the
    /// fault mended, may start.
    func removeUnlessResumable() {
        guard !manager.fileExists(atPath: checkpoint) else { return }
        for path in [cache, cache + ".part", preparation] { unlink(path) }
        rmdir(part)  // stays when somebody put a file of their own there
    }

    /// Removes what only training needed and gives the folder its name.
    func publish() throws {
        do {
            for path in [cache, preparation, checkpoint] where manager.fileExists(atPath: path) {
                try manager.removeItem(atPath: path)
            }
            try manager.moveItem(atPath: part, toPath: output)
        } catch {
            throw PipelineError(.inputOutput, "cannot finish '\(output)': \(error.localizedDescription)")
        }
    }
}
