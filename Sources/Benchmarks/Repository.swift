import Foundation

/// The sources that this program was built from: it is run where it was built.
enum Repository {
    /// The path of a file of the repository.
    static func path(_ relative: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(relative).path
    }

    /// The model of the paper's network, of which the goals speak.
    static let paperModel = path("models/mock-grz-paper")
    /// The default model.
    static let defaultModel = path("models/mock-grz-v1")
}
