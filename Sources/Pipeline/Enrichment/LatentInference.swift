internal import Astronomy
package import Computing
package import Discovery
package import GalaxyModels

/// A model folder and its parts by themselves: what benchmarks measure one by one.
package struct LatentInference: Sendable {
    /// The model that `enrich` uses.
    package let model: GalaxyModel
    /// Its encoder alone.
    package let encoder: EncoderPlan
    /// Its classifier, if it has one.
    package let classifier: ClassifierModel?
    /// Its reference set, if it has one.
    package let reference: ReferenceSet?
    private let folder: ModelFolder

    /// Opens a model folder.
    ///
    /// - Throws: `PipelineError` of category model or inputOutput.
    package init(model path: String, instructionSet: InstructionSet = .detected) throws {
        folder = try ModelFolder(path: path, instructionSet: instructionSet)
        model = folder.model
        classifier = folder.classifier
        reference = folder.reference
        encoder = EncoderPlan(
            try Self.network(of: folder).encoder, configuration: folder.description.configuration,
            instructionSet: instructionSet)
    }

    /// The whole network with its trained weights, for training on.
    package func network() throws -> GalaxyVAE { try Self.network(of: folder) }

    private static func network(of folder: ModelFolder) throws -> GalaxyVAE {
        try ModelFolder.network(folder.description, path: folder.path + "/" + ModelFolder.File.weights)
    }

    /// Latents of all cutouts by the path that `enrich` takes, without the rest of a row.
    ///
    /// - Parameters:
    ///   - cutouts: Packed files, or folders of cutouts.
    ///   - threads: Worker threads.
    /// - Returns: Means of the latents, `[cutouts, latents]`; NaN for a cutout that cannot be used.
    package func latents(of cutouts: [String], threads: Int) throws -> [Float] {
        let collection = try CutoutCollection(paths: cutouts, isLocated: false)
        let grid = ModelGrid(model.configuration)
        let missing = [Float](repeating: .nan, count: encoder.latentCount)
        return try ParallelLoop(threads: threads).mapChunks(count: collection.count, chunk: 8) { range, _ in
            var workspace = GalaxyModel.Workspace(for: model)
            return range.flatMap { index in
                let reading = collection.read(index)
                guard case .success(let placement) = grid.place(reading, around: reading.position) else {
                    return missing
                }
                return model.estimate(
                    placement.image.pixels, sky: placement.sky, reddening: reading.reddening,
                    workspace: &workspace
                ).latents
            }
        }.flatMap { $0 }
    }

    /// What the encoder takes: scaled images `[cutouts, side, side, bands]` and standardised features
    /// `[cutouts, features]` of a packed file.
    package func inputs(of cutouts: String, threads: Int) throws -> (images: [Float], features: [Float]) {
        let collection = try CutoutCollection(paths: [cutouts], isLocated: false)
        let grid = ModelGrid(model.configuration)
        let parts = try ParallelLoop(threads: threads).mapChunks(count: collection.count, chunk: 8) {
            range, _ in
            var workspace = ModelInputPreparation.Workspace(for: model.preparation)
            return try range.map { index in
                let reading = collection.read(index)
                let placement = try grid.place(reading, around: reading.position).get()
                let input = model.preparation.prepare(
                    placement.image.pixels, sky: placement.sky, reddening: reading.reddening,
                    workspace: &workspace)
                return (
                    input.image,
                    ModelInputPreparation.standardised(input.features, by: model.constants)
                )
            }
        }.flatMap { $0 }
        return (parts.flatMap(\.0), parts.flatMap(\.1))
    }
}
