internal import Foundation

/// A folder for the files of a measurement, removed when the value goes away.
public final class ScratchFolder {
    /// The folder.
    public let path: String

    /// Makes an empty folder of a name of its own.
    ///
    /// - Parameter parent: Where; the system's folder for temporary files when `nil`.
    public init(in parent: String? = nil) throws {
        let parent = parent ?? FileManager.default.temporaryDirectory.path
        path = parent + "/galatea-measurement-" + UUID().uuidString
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw MeasurementError.unwritable(path: path, reason: error.localizedDescription)
        }
    }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { path + "/" + name }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
