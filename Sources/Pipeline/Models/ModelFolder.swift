internal import Computing
internal import Discovery
internal import Foundation
internal import GalaxyModels
internal import NeuralNetworks
internal import Safetensors
internal import Tensors

/// A trained model on disk, read and checked.
struct ModelFolder: Sendable {
    /// The folder.
    let path: String
    /// What `model.json` says.
    let description: ModelDescription
    /// The frozen network with its constants.
    let model: GalaxyModel
    /// Class candidates; absent when none was fitted.
    let classifier: ClassifierModel?
    /// Training rows for neighbours; absent when none was stored.
    let reference: ReferenceSet?
    /// The search among these rows where it was asked for.
    let search: NeighborSearch?
    /// SHA-256 over names and bytes of all files that can change a value, 64 hexadecimal digits.
    let identifier: String

    /// File names inside the folder.
    enum File {
        static let description = "model.json"
        static let weights = "weights.safetensors"
        static let classifier = "classifier.safetensors"
        static let reference = "reference.safetensors"
        static let configuration = "config.toml"
        static let history = "history.csv"
        static let card = "card.md"
        /// Files that the model's identifier covers, where they are there.
        static let identifying = [classifier, configuration, description, reference, weights]
    }

    /// Digits of the identifier in the column `model_id`.
    static let shortIdentifierLength = 16
    /// The beginning of the identifier, as rows carry it.
    var shortIdentifier: String { String(identifier.prefix(Self.shortIdentifierLength)) }

    /// Reads a model folder.
    ///
    /// - Parameters:
    ///   - instructionSet: Of the network's kernels.
    ///   - hasSearch: Whether neighbours will be searched for.
    ///   - loop: The threads to use.
    /// - Throws: `PipelineError` of category model or inputOutput.
    init(
        path: String, instructionSet: InstructionSet = .detected, hasSearch: Bool = false,
        loop: ParallelLoop = ParallelLoop(threads: 1)
    ) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            throw PipelineError(
                .model, "cannot open the model '\(path)': no such folder",
                hint: FileManager.default.fileExists(atPath: path + ".part")
                    ? "its training was interrupted; go on with galatea train --resume" : nil)
        }
        self.path = path
        let descriptionPath = path + "/" + File.description
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: descriptionPath))
        } catch {
            throw PipelineError(.model, "cannot read '\(descriptionPath)': \(error.localizedDescription)")
        }
        let description = try ModelDescription(json: data, path: descriptionPath)
        self.description = description
        // A large reference set takes as long as everything else.
        ((model, classifier, identifier), (reference, search)) = try loop.both {
            let network = try Self.network(description, path: path + "/" + File.weights)
            let model = GalaxyModel(
                network.encoder, configuration: description.configuration,
                constants: description.constants, instructionSet: instructionSet)
            let classifier = try Self.optional(path, File.classifier) { try ClassifierModel(contentsOf: $0) }
            return (model, classifier, try Self.identifier(of: path))
        } _: {
            let found = try Self.optional(path, File.reference) { path in
                let reference = try ReferenceSet(contentsOf: path)
                return (set: reference, search: hasSearch ? try reference.search() : nil)
            }
            return (found?.set, found?.search)
        }
        let latents = description.configuration.latents.count
        if let classifier, classifier.dimension != latents {
            throw PipelineError(
                .model, "'\(path)': classifier of \(classifier.dimension) latents for a model of \(latents)")
        }
        if let reference, reference.latents.dimension != latents {
            throw PipelineError(
                .model,
                "'\(path)': reference of \(reference.latents.dimension) latents for a model of \(latents)")
        }
    }

    /// The network of a weights file.
    static func network(_ description: ModelDescription, path: String) throws -> GalaxyVAE {
        var generator = CounterGenerator(seed: 0)
        let network = GalaxyVAE(
            description.configuration, initializer: .zeros, using: &generator, on: CPUBackend(threads: 1))
        do {
            try network.loadParameters(from: SafetensorsFile(contentsOf: path))
        } catch {
            throw PipelineError(.model, "\(error)")
        }
        return network
    }

    /// The identifier of a folder.
    static func identifier(of path: String) throws -> String {
        var hash = ContentHash()
        for name in File.identifying where FileManager.default.fileExists(atPath: path + "/" + name) {
            hash.update(text: name)
            hash.update(text: try ContentHash.ofFile(path + "/" + name))
        }
        return hash.hexadecimal()
    }

    private static func optional<Value>(
        _ folder: String, _ name: String, _ read: (String) throws -> Value
    ) throws -> Value? {
        let path = folder + "/" + name
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try read(path)
        } catch {
            throw PipelineError(.model, "\(error)")
        }
    }
}
