internal import Foundation
internal import GalaxyModels
internal import Safetensors

/// The content of `model.json`.
struct ModelDescription: Codable, Sendable, Equatable {
    /// Version of the folder's format.
    var format: Int
    /// Shape and inputs.
    var configuration: GalaxyModelConfiguration
    /// Numbers from the training rows.
    var constants: ModelConstants
    /// What the network was trained towards.
    var objective: TrainingRecipe.Objective

    /// Whether labels supervised a latent: those of a baseline bear the names and mean nothing.
    func estimates(_ variable: LatentVariable) -> Bool {
        objective != .baseline && configuration.latents.contains(variable)
    }

    /// The newest format that this version reads and the one that it writes.
    static let currentFormat = 1

    /// The file's text: keys in order, the same for the same model.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return try encoder.encode(self)
    }

    /// Reads and checks a file.
    ///
    /// - Throws: `PipelineError` of category model.
    init(json data: Data, path: String) throws {
        let format: Int?
        do throws(JSONError) {
            let tree = try StrictJSON.parse([UInt8](data))
            format = tree.object?["format"]?.number?.int
        } catch {
            throw PipelineError(.model, "cannot read '\(path)': line \(error.line): \(error.reason)")
        }
        guard let format, format >= 1 else {
            throw PipelineError(.model, "cannot read '\(path)': it has no format number")
        }
        guard format <= Self.currentFormat else {
            throw PipelineError(
                .model,
                "cannot read '\(path)': format \(format) is newer than \(Self.currentFormat), which this program reads",
                hint: "use a newer galatea")
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            self = try decoder.decode(Self.self, from: data)
        } catch let error as DecodingError {
            throw PipelineError(.model, "cannot read '\(path)': \(Self.reason(error))")
        }
        if let fault = configuration.fault ?? constants.fault(for: configuration) {
            throw PipelineError(.model, "cannot read '\(path)': \(fault)")
        }
    }

    /// A description of a model that was just trained.
    init(
        configuration: GalaxyModelConfiguration, constants: ModelConstants,
        objective: TrainingRecipe.Objective
    ) {
        format = Self.currentFormat
        self.configuration = configuration
        self.constants = constants
        self.objective = objective
    }

    private static func reason(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(place(context, key)) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(place(context, nil)) has the wrong type"
        case .dataCorrupted(let context): "\(place(context, nil)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    private static func place(_ context: DecodingError.Context, _ key: (any CodingKey)?) -> String {
        let keys = context.codingPath.map(\.stringValue) + (key.map { [$0.stringValue] } ?? [])
        return keys.isEmpty ? "the file" : keys.joined(separator: ".")
    }
}
