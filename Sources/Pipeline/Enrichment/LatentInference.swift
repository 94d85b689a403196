internal import Astronomy
package import Computing
package import Discovery
internal import FITS
package import GalaxyModels
internal import Photometry

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

    /// Cutouts that are opened once and read as often as asked for.
    package struct Source: Sendable {
        fileprivate let collection: CutoutCollection

        /// Opens packed files and folders.
        package init(_ cutouts: [String]) throws {
            collection = try CutoutCollection(paths: cutouts, isLocated: false)
        }
    }

    /// Latents of all cutouts by the path that `enrich` takes, without the rest of a row.
    ///
    /// - Parameters:
    ///   - source: The cutouts.
    ///   - threads: Worker threads.
    ///   - keepsPages: Whether the mapped pages stay for another time; `enrich` gives them back.
    /// - Returns: Means of the latents, `[cutouts, latents]`; NaN for a cutout that cannot be used.
    package func latents(of source: Source, threads: Int, keepsPages: Bool = true) throws -> [Float] {
        let loop = ParallelLoop(threads: threads)
        let grid = ModelGrid(model.configuration)
        let memory = WorkerMemory(for: loop) { Workspace(model: GalaxyModel.Workspace(for: model)) }
        let chunk = (keepsPages ? 1 : 4) * GalaxyModel.batch
        return try loop.mapChunks(count: source.collection.count, chunk: chunk) { range, worker in
            defer { if !keepsPages { source.collection.release(range) } }
            return memory.withState(of: worker) { workspace in
                stride(from: range.lowerBound, to: range.upperBound, by: GalaxyModel.batch).flatMap { start in
                    let batch = start..<min(range.upperBound, start + GalaxyModel.batch)
                    if !keepsPages { source.collection.expect(batch) }
                    return latents(batch, source.collection, grid, &workspace)
                }
            }
        }.flatMap { $0 }
    }

    /// Memory of one thread.
    private struct Workspace {
        var reader = CutoutReader()
        var model: GalaxyModel.Workspace
    }

    /// Latents of at most `GalaxyModel.batch` cutouts.
    private func latents(
        _ range: Range<Int>, _ collection: CutoutCollection, _ grid: ModelGrid,
        _ workspace: inout Workspace
    ) -> [Float] {
        var inputs: [PreparedInput] = []
        var slots: [Int?] = []
        inputs.reserveCapacity(range.count)
        slots.reserveCapacity(range.count)
        for index in range {
            let input = load(
                collection.find(index, on: grid, around: nil, reader: &workspace.reader),
                slot: inputs.count, grid, &workspace.model)
            slots.append(input.map { _ in inputs.count })
            if let input { inputs.append(input) }
        }
        let found = inputs.isEmpty ? [] : model.estimates(inputs, workspace: &workspace.model)
        var latents: [Float] = []
        latents.reserveCapacity(range.count * encoder.latentCount)
        for slot in slots {
            if let slot {
                latents += found[slot].latents
            } else {
                latents += repeatElement(.nan, count: encoder.latentCount)
            }
        }
        return latents
    }

    /// Passes a cutout through the convolutions; `nil` for one that cannot be used.
    private func load(
        _ cutout: FoundCutout, slot: Int, _ grid: ModelGrid, _ workspace: inout GalaxyModel.Workspace
    ) -> PreparedInput? {
        switch cutout {
        case .stored(let stored):
            do throws(FITSError) {
                return try stored.withPixels {
                    model.load(
                        bigEndian: $0, reddening: stored.reddening, slot: slot,
                        isFollowed: stored.isFollowed, workspace: &workspace)
                }
            } catch { return nil }
        case .read(let reading):
            guard case .success(let placement) = grid.place(reading, around: reading.position) else {
                return nil
            }
            return model.load(
                placement.image.pixels, sky: placement.sky, reddening: reading.reddening, slot: slot,
                workspace: &workspace)
        }
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
