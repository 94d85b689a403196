import Catalogs
import Foundation
import Photometry
import Pipeline
import TestSupport
import Testing

@Suite("Model folders, whole and damaged")
struct ModelFolderTests {
    /// What happens to a model folder, and what the message must name.
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let names: [String]
        let inflict: @Sendable (_ folder: String) async throws -> Void

        init(
            _ description: String, names: String...,
            inflict: @escaping @Sendable (_ folder: String) async throws -> Void
        ) {
            testDescription = description
            self.names = names
            self.inflict = inflict
        }

        /// The same with one file's bytes changed.
        init(
            _ description: String, _ file: String, names: String...,
            change: @escaping @Sendable (inout Data) throws -> Void
        ) {
            testDescription = description
            self.names = [file] + names
            inflict = { folder in
                var data = try bytes(folder + "/" + file)
                try change(&data)
                try data.write(to: URL(fileURLWithPath: folder + "/" + file))
            }
        }

        /// The same with a text replaced that stands in the file.
        init(_ description: String, _ text: String, by other: String, names: String...) {
            testDescription = description
            self.names = ["model.json"] + names
            inflict = { folder in
                let path = folder + "/model.json"
                let json = try String(contentsOfFile: path, encoding: .utf8)
                try #require(json.contains(text))
                let range = try #require(json.range(of: text))
                try json.replacingCharacters(in: range, with: other)
                    .write(toFile: path, atomically: true, encoding: .utf8)
            }
        }
    }

    private static let weights = "weights.safetensors"

    static let damages = [
        Damage("truncated weights", weights) { $0.removeLast(100) },
        Damage("a header cut off", weights) { $0 = $0.prefix(40) },
        Damage("no bytes", weights) { $0 = Data() },
        Damage("a web page", weights) { $0 = Data("<html><body>not found</body></html>".utf8) },
        Damage("bytes behind the tensors", weights) { $0.append(contentsOf: [1, 2, 3, 4]) },
        Damage("a weight that is NaN", weights) { data in
            data.replaceSubrange(data.count - 4..<data.count, with: [0, 0, 0xc0, 0x7f])
        },
        Damage("an infinite weight", weights) { data in
            data.replaceSubrange(data.count - 4..<data.count, with: [0, 0, 0x80, 0x7f])
        },
        Damage("weights of another type", weights, names: "F32") { data in
            // As many bytes of another meaning.
            while let type = data.range(of: Data("\"F32\"".utf8)) {
                data.replaceSubrange(type, with: "\"I32\"".utf8)
            }
        },
        Damage("a hole between two tensors", weights) { data in
            // Every tensor but the first begins a byte too late.
            let header = try #require(data.range(of: Data("\"data_offsets\":[0,".utf8)))
            let end = try #require(data[header.upperBound...].firstIndex(of: UInt8(ascii: "]")))
            let first = try #require(Int(String(decoding: data[header.upperBound..<end], as: UTF8.self)))
            let next = try #require(data.range(of: Data("[\(first),".utf8)))
            data.replaceSubrange(next, with: "[\(first + 4),".utf8)
        },
        Damage("a truncated reference set", "reference.safetensors") { $0.removeLast(8) },
        Damage("a truncated classifier", "classifier.safetensors") { $0.removeLast(8) },
        Damage("another architecture", "\"image_features\" : 8", by: "\"image_features\" : 9"),
        Damage("a newer format", "\"format\" : 1", by: "\"format\" : 2", names: "newer"),
        Damage("no format", "\"format\"", by: "\"fromat\"", names: "format"),
        Damage(
            "a key that stands twice", "\"format\" : 1", by: "\"format\" : 1, \"format\" : 1",
            names: "format"),
        Damage("a wrong type", "\"image_size\" : 128", by: "\"image_size\" : \"128\""),
        Damage("an impossible size", "\"image_size\" : 128", by: "\"image_size\" : -1"),
        Damage(
            "units beyond memory", "\"image_features\" : 8", by: "\"image_features\" : 4000000000000000000",
            names: "image_features"),
        Damage("weights beyond memory", "model.json", names: "2^28") { data in
            let text = String(decoding: data, as: UTF8.self)
                .replacingOccurrences(of: "\"image_features\" : 8", with: "\"image_features\" : 65536")
                .replacingOccurrences(of: "\"input_size\" : 32", with: "\"input_size\" : 512")
            data = Data(text.utf8)
        },
        Damage("no JSON", "{", by: "["),
        Damage("no weights", names: weights) { folder in
            try FileManager.default.removeItem(atPath: folder + "/weights.safetensors")
        },
        Damage("no description", names: "model.json") { folder in
            try FileManager.default.removeItem(atPath: folder + "/model.json")
        },
        Damage("another model's classifier", names: "classifier of 5 latents", "model of 10") { folder in
            try await replace("classifier.safetensors", in: folder)
        },
        Damage("another model's reference set", names: "reference of 5 latents", "model of 10") { folder in
            try await replace("reference.safetensors", in: folder)
        },
    ]

    /// Puts in the file of a model of five latents.
    private static func replace(_ name: String, in folder: String) async throws {
        let other = try await SmallSurvey.paperModel()
        try FileManager.default.removeItem(atPath: folder + "/" + name)
        try FileManager.default.copyItem(atPath: other + "/" + name, toPath: folder + "/" + name)
    }

    /// Two cutouts enriched by a model.
    private func identifier(_ model: String, in folder: TemporaryFolder) async throws -> String {
        let survey = try await SmallSurvey.load()
        let path = folder.path("\(UUID()).fits")
        if !exists(folder.path("cutouts")) { _ = try survey.export(0..<2, to: folder.path("cutouts")) }
        var enrichment = Enrichment(model: model, cutouts: [folder.path("cutouts")], outputs: [path])
        enrichment.photometry = .none
        _ = try await enrichment.run(logger: .silent)
        return try CatalogTable(path: path).texts("model_id")[0]
    }

    @Test("A damaged model is refused as a model, and the message names the file", arguments: damages)
    func damaged(damage: Damage) async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let model = folder.path("model")
        try FileManager.default.copyItem(atPath: survey.model, toPath: model)
        try await damage.inflict(model)
        let error = await failure { try await identifier(model, in: folder) }
        #expect(error?.category == .model, "\(error?.message ?? "")")
        // The other architecture shows in the weights, which then have the wrong shape.
        let message = error?.message ?? ""
        let names = damage.testDescription == "another architecture" ? [Self.weights, "shape"] : damage.names
        for name in names { #expect(message.contains(name), "\(message)") }
        #expect(message.contains(model))
        #expect(!message.contains("\n"))
    }

    @Test("A model that is not there, or not yet finished, is refused with what helps")
    func missing() async throws {
        let folder = try TemporaryFolder()
        let missing = await failure { try await identifier(folder.path("none"), in: folder) }
        #expect(missing?.category == .model && missing?.hint == nil)
        try FileManager.default.createDirectory(
            atPath: folder.path("half.part"), withIntermediateDirectories: true)
        let half = await failure { try await identifier(folder.path("half"), in: folder) }
        #expect(half?.hint?.contains("--resume") == true)
    }

    @Test("The identifier follows every byte that can change a value, and no other")
    func identifiers() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let model = folder.path("model")
        try FileManager.default.copyItem(atPath: survey.model, toPath: model)
        let original = try await identifier(survey.model, in: folder)
        #expect(original.count == 16 && original.allSatisfy(\.isHexDigit))
        for name in ["card.md", "history.csv"] {
            try Data("rewritten\n".utf8).write(to: URL(fileURLWithPath: model + "/" + name))
        }
        #expect(try await identifier(model, in: folder) == original)
        var weights = try bytes(model + "/" + Self.weights)
        weights[weights.count - 4] ^= 1
        try weights.write(to: URL(fileURLWithPath: model + "/" + Self.weights))
        let changed = try await identifier(model, in: folder)
        #expect(changed != original)
        try FileManager.default.removeItem(atPath: model + "/classifier.safetensors")
        let without = try await identifier(model, in: folder)
        #expect(without != original && without != changed)
    }
}
