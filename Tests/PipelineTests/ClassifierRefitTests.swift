import Foundation
import Logging
import Pipeline
import TestSupport
import Testing

@Suite("A classifier fitted anew")
struct ClassifierRefitTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("On the catalogue of its training a model gets the same classifier, to the bit")
    func same() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let copy = folder.path("model")
        try FileManager.default.copyItem(atPath: survey.model, toPath: copy)
        try FileManager.default.removeItem(atPath: copy + "/classifier.safetensors")
        let lines = try await ClassifierRefit(
            model: copy, catalog: survey.catalog, cutouts: [survey.cutouts], classColumn: "class", threads: 3
        ).run(logger: logger)
        #expect(lines.contains { $0.hasPrefix("green_pea: ") })
        let name = "/classifier.safetensors"
        #expect(try bytes(copy + name) == bytes(survey.model + name))
        let card = try String(contentsOfFile: copy + "/card.md", encoding: .utf8)
        #expect(card.contains("fitted anew on the column `class`"))
    }

    @Test("A class column that is not there is an input error and leaves the model alone")
    func missingColumn() async throws {
        let survey = try await SmallSurvey.load()
        let name = survey.model + "/classifier.safetensors"
        let before = try bytes(name)
        let refit = ClassifierRefit(
            model: survey.model, catalog: survey.catalog, cutouts: [survey.cutouts], classColumn: "morphology"
        )
        await #expect {
            try await refit.run(logger: logger)
        } throws: { error in
            guard let error = error as? PipelineError else { return false }
            return error.category == .input && error.message.contains("morphology")
        }
        #expect(try bytes(name) == before)
    }
}
