import Foundation

/// The sources that this program was built from: it is run where it was built.
enum Repository {
    /// The path of a file of the repository.
    static func path(_ relative: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(relative).path
    }

    /// The commit of the working tree as git tells it now, with a `+` for changes that are not committed; `nil`
    /// without git. The build's own may be older: its manifest is read once for many builds.
    static var commit: String? {
        let git = Process()
        git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        git.arguments = [
            "git", "-C", path(""), "describe", "--always", "--abbrev=10", "--dirty=+", "--exclude=*",
        ]
        let pipe = Pipe()
        git.standardOutput = pipe
        git.standardError = FileHandle.nullDevice
        do { try git.run() } catch { return nil }
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        git.waitUntilExit()
        let commit = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return git.terminationStatus == 0 && !commit.isEmpty ? commit : nil
    }

    /// The model of the paper's network, of which the goals speak.
    static let paperModel = path("models/mock-grz-paper")
    /// The default model.
    static let defaultModel = path("models/mock-grz-v1")
}
