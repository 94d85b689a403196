internal import Foundation

/// A section of a model's card that something else than its training adds.
struct CardSection {
    /// The heading, without marks.
    let title: String
    /// The items, a line each.
    let lines: [String]

    /// Puts the section into the card of a model folder: in the place of an earlier one of this title, else
    /// at the end. A folder without a card gets one.
    ///
    /// - Throws: `PipelineError` of category inputOutput.
    func write(toModel folder: String) throws {
        let path = folder + "/" + ModelFolder.File.card
        do {
            let card =
                FileManager.default.fileExists(atPath: path)
                ? try String(contentsOfFile: path, encoding: .utf8) : ""
            try Data(put(into: card).utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw PipelineError(.inputOutput, "cannot write '\(path)': \(error.localizedDescription)")
        }
    }

    /// The card with this section.
    func put(into card: String) -> String {
        let text = "## \(title)\n\n" + lines.map { "- \($0)\n" }.joined()
        guard let start = card.range(of: "## \(title)\n")?.lowerBound else {
            return card.isEmpty ? text : card + "\n" + text
        }
        let end = card.range(of: "\n## ", range: start..<card.endIndex)?.lowerBound ?? card.endIndex
        return card[..<start] + text + card[end...]
    }
}
