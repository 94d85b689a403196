import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Inspecting files and folders")
struct InspectionTests {
    @Test("A model's card is shown, may be absent, and says why when it cannot be read")
    func modelCard() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let (model, card) = (folder.path("model"), folder.path("model/card.md"))
        try FileManager.default.copyItem(atPath: survey.model, toPath: model)
        let text = try String(contentsOfFile: card, encoding: .utf8)
        #expect(try await Inspection(path: model).lines().contains(text))
        try FileManager.default.removeItem(atPath: card)
        let without = try await Inspection(path: model).lines()
        #expect(!without.contains { $0.contains("card.md") })
        try FileManager.default.createDirectory(atPath: card, withIntermediateDirectories: true)
        let unreadable = try await Inspection(path: model).lines()
        #expect(Array(unreadable.dropLast(2)) == without)
        #expect(unreadable.last?.hasPrefix("cannot read '\(card)': ") == true)
    }
}
