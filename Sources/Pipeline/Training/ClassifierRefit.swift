internal import Astronomy
public import Catalogs
internal import Computing
internal import Discovery
internal import Foundation
internal import GalaxyModels
public import Logging
internal import Photometry

/// Fits the classifier of a trained model anew, on a class column of the user's choice.
///
/// Rows keep the part of the sky that the model's own training gave them, so that no row that the network
/// learnt from chooses a threshold.
public struct ClassifierRefit: Sendable {
    /// The model folder.
    public var model: String
    /// The catalogue with the class column.
    public var catalog: String
    /// How the classifier is fitted; as the model's own training did when `nil`.
    public var recipe: ClassifierRecipe?
    /// Layout and column names of the catalogue.
    public var layout = LabelCatalogConfiguration()
    /// Packed files or folders of cutouts.
    public var cutouts: [String]
    /// Name of the class column.
    public var classColumn: String
    /// Worker threads; all cores when `nil`.
    public var threads: Int?

    /// A fit of this model's classifier.
    public init(model: String, catalog: String, cutouts: [String], classColumn: String, threads: Int? = nil) {
        self.model = model
        self.catalog = catalog
        self.cutouts = cutouts
        self.classColumn = classColumn
        self.threads = threads
    }

    /// Fits and puts the classifier into the model folder; the model's identifier changes.
    ///
    /// - Returns: What the test rows say, a line each.
    /// - Throws: `PipelineError`; `CancellationError` when the task is cancelled, the model untouched.
    public func run(logger: Logger, progress: @escaping ProgressHandler = { _ in }) async throws -> [String] {
        try await BackgroundWork.run { flag in try fit(logger: logger, flag: flag, progress: progress) }
    }

    private func fit(logger: Logger, flag: CancellationFlag, progress: ProgressHandler) throws -> [String] {
        let folder = try ModelFolder(path: model)
        var layout = layout.objectsOnly
        layout.names[.classification] = classColumn
        let labels = try LabelCatalog(path: catalog, configuration: layout)
        try labels.require([.classification])
        let collection = try CutoutCollection(paths: cutouts)
        let rows = try EnrichmentRows(labels, cutouts: collection, threads: threads)
        for line in rows.reportLines { logger.info("\(line)") }
        let latents = try latents(of: rows, collection, folder, flag: flag, progress: progress)
        let plan = try plan()
        let recipe = plan.recipe
        let positions = (0..<rows.count).map(rows.position)
        let split = DataSplit(
            positions: positions, validation: recipe.validationFraction, test: recipe.testFraction,
            seed: recipe.seed)
        let fitting = ClassifierFitting(
            classes: labels.classes ?? [], groups: TrainingRows.groups(of: positions), latents: latents,
            recipe: self.recipe ?? plan.classifier, seed: recipe.seed, threads: threads)
        let fitted = try fitting.fit(
            training: split.rows(of: .training), validation: split.rows(of: .validation))
        for note in fitted.notes { logger.warning("\(note)") }
        let lines = try fitting.testLines(fitted.model, test: split.rows(of: .test)) + fitted.notes
        try flag.check()
        try fitted.model.write(to: model + "/" + ModelFolder.File.classifier)
        try CardSection(title: "Classifier, fitted anew on the column `\(classColumn)`", lines: lines)
            .write(toModel: model)
        return lines
    }

    /// Standardised latents of each row; empty for one that cannot be used.
    private func latents(
        of rows: EnrichmentRows, _ collection: CutoutCollection, _ folder: ModelFolder,
        flag: CancellationFlag,
        progress: ProgressHandler
    ) throws -> [[Float]] {
        let estimator = RowEstimator(folder, .latents)
        let unusable: QualityFlags = [.unreadable, .bandMissing, .bandAllZero]
        let loop = ParallelLoop(threads: threads)
        let memory = WorkerMemory(for: loop) { estimator.workspace() }
        var latents: [[Float]] = []
        for start in stride(from: 0, to: rows.count, by: Enrichment.blockSize) {
            let block = start..<min(rows.count, start + Enrichment.blockSize)
            latents += try loop.mapChunks(
                count: block.count, chunk: 8, isCancelled: { flag.isRaised }
            ) { range, worker in
                let part = start + range.lowerBound..<start + range.upperBound
                let estimates = try memory.withState(of: worker) { workspace in
                    try estimator.estimates(part, of: rows, in: collection, workspace: &workspace)
                }
                return estimates.map {
                    let isUsable = $0.flags.isDisjoint(with: unusable) && $0.latents.allSatisfy(\.isFinite)
                    return isUsable ? $0.latents : []
                }
            }.flatMap { $0 }
            progress(
                WorkProgress(
                    activity: "encoding", completed: block.upperBound, total: rows.count, unit: "galaxies"))
        }
        return latents
    }

    /// The configuration that the model was trained by: its seed and fractions deal the sky.
    private func plan() throws -> TrainingPlan {
        let path = model + "/" + ModelFolder.File.configuration
        guard FileManager.default.fileExists(atPath: path) else { return TrainingPlan(preset: .default) }
        do {
            return try TrainingPlan(toml: String(contentsOfFile: path, encoding: .utf8), path: path)
        } catch let error as PipelineError {
            throw PipelineError(.model, error.message)
        } catch {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(error.localizedDescription)")
        }
    }
}
