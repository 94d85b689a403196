internal import Astronomy
internal import Catalogs
internal import Computing
internal import Discovery
internal import Foundation
internal import GalaxyModels
public import Logging
internal import NeuralNetworks
internal import Safetensors
internal import Tensors

/// Trains a model on a catalogue and its cutouts and writes its folder.
public struct ModelTraining: Sendable {
    /// Shape of the model and the way it is trained.
    public var plan: TrainingPlan
    /// The label catalogue.
    public var catalog: String
    /// Packed files or folders of cutouts.
    public var cutouts: [String]
    /// The model folder to be.
    public var output: String
    /// Whether to go on with an interrupted training.
    public var resume: Bool
    /// Worker threads; all cores when `nil`.
    public var threads: Int?

    /// What a training reached.
    public struct Summary: Sendable, Equatable {
        /// The model folder.
        public var output: String
        /// The epoch that the model is from, counted from 1.
        public var bestEpoch: Int
        /// Rows in training, validation and test.
        public var rows: [Int]
        /// What the test rows say, a line each.
        public var lines: [String]
    }

    /// A training.
    public init(
        plan: TrainingPlan, catalog: String, cutouts: [String], output: String, resume: Bool = false,
        threads: Int? = nil
    ) {
        self.plan = plan
        self.catalog = catalog
        self.cutouts = cutouts
        self.output = output
        self.resume = resume
        self.threads = threads
    }

    /// Trains to the end.
    ///
    /// Works in `<output>.part`, renamed when done; what is there after a kill is gone on with by `resume`.
    /// After an error the part folder stays only if it holds a checkpoint.
    ///
    /// - Throws: `PipelineError`; `CancellationError` when the task is cancelled, the part folder kept.
    public func run(logger: Logger, progress: @escaping ProgressHandler = { _ in }) async throws -> Summary {
        try await BackgroundWork.run { flag in try train(logger: logger, flag: flag, progress: progress) }
    }

    private func train(logger: Logger, flag: CancellationFlag, progress: ProgressHandler) throws -> Summary {
        let folder = TrainingFolder(output: output)
        try folder.make(resume: resume)
        do {
            return try train(in: folder, logger: logger, flag: flag, progress: progress)
        } catch let error where !(error is CancellationError) {
            folder.removeUnlessResumable()
            throw error
        }
    }

    private func train(
        in folder: TrainingFolder, logger: Logger, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> Summary {
        let labels = try LabelCatalog(path: catalog, configuration: plan.labels)
        for line in labels.report.lines { logger.info("\(line)") }
        try requireLabels(labels)
        let collection = try CutoutCollection(paths: cutouts)
        let match = try CatalogMatch(
            rows: labels.objects, cutouts: collection.objects, loop: ParallelLoop(threads: threads))
        for line in match.report.lines { logger.info("\(line)") }
        let rows = TrainingRows(labels, match: match, plan: plan)
        guard rows.count > 0 else {
            throw PipelineError(
                .input, "no row of '\(catalog)' has a cutout", hint: "check identifiers and positions")
        }
        let key = try inputKey(collection)
        try folder.requireSameInputs(key: key, count: rows.count, recordLength: recordLength)
        let preparation = try preparation(
            rows, cutouts: collection, in: folder, key: key, logger: logger, flag: flag, progress: progress)
        let maker = TrainingSampleMaker(
            rows, preparation: preparation, configuration: plan.model, recipe: plan.recipe)
        var constants = try maker.constants()
        let sample = maker.sample(constants)
        logger.info(
            "\(sample.training.count) rows to train on, \(sample.validation.count) to choose the epoch, \(maker.usable(.test).count) to test"
        )
        let cache = try InputCache(
            path: folder.cache, key: key, count: rows.count, recordLength: recordLength)
        let backend = CPUBackend(threads: threads)
        var generator = CounterGenerator(seed: plan.recipe.seed, stream: 0x5745_4947_4854)
        let network = GalaxyVAE(plan.model, using: &generator, on: backend)
        let result = try fit(
            GalaxyTrainee(
                network: network, sample: sample, cache: cache, recipe: plan.recipe, backend: backend,
                threads: threads), folder: folder, flag: flag, logger: logger, progress: progress)
        let model = GalaxyModel(network.encoder, configuration: plan.model, constants: constants)
        let latents = try RowLatents(
            sample, cache: cache, usable: preparation.records.map(\.isUsable), model: model, threads: threads,
            flag: flag)
        if plan.recipe.objective != .likelihood {
            constants.latentSigmas = latents.scatter(sample, supervised: plan.model.supervisedLatents)
        } else {
            constants.redshiftCorrection = latents.redshiftCorrection(sample, configuration: plan.model)
        }
        let finish = TrainingFinish(
            plan: plan, rows: rows, maker: maker, labels: labels, latents: latents, constants: constants,
            threads: threads, logger: logger)
        let lines = try finish.write(
            network, history: result.history, bestEpoch: result.bestEpoch, to: folder.part)
        try folder.publish()
        return Summary(
            output: output, bestEpoch: result.bestEpoch,
            rows: [sample.training.count, sample.validation.count, maker.usable(.test).count], lines: lines)
    }

    /// Refuses a catalogue without a label that the model is to learn; an orientation is measured where it is
    /// missing.
    private func requireLabels(_ labels: LabelCatalog) throws {
        guard plan.recipe.objective != .baseline else { return }
        let needed = plan.model.latents.compactMap { variable -> LabelColumn? in
            switch variable {
            case .redshift: .redshift
            case .log10StellarMass: .stellarMass
            case .log10StarFormationRate: .starFormationRate
            default: nil
            }
        }
        do throws(CatalogError) {
            try labels.require(needed)
        } catch {
            throw PipelineError(
                .input, error.description,
                hint: "name the column in [columns] of the configuration, or leave it out of model.supervised"
            )
        }
    }

    /// What the pixels of the rows give: from an interrupted run's files when these are whole, else computed.
    private func preparation(
        _ rows: TrainingRows, cutouts: CutoutCollection, in folder: TrainingFolder, key: String,
        logger: Logger, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> TrainingPreparation {
        if resume, folder.isPrepared,
            let earlier = try TrainingPreparation(
                contentsOf: folder.preparation, key: key, count: rows.count)
        {
            logger.info("inputs of \(rows.count) rows are there from before")
            return earlier
        }
        let preparation = try TrainingPreparation(
            rows, cutouts: cutouts, configuration: plan.model, cachePath: folder.cache, key: key,
            threads: threads, flag: flag, progress: progress)
        try preparation.write(to: folder.preparation, key: key)
        return preparation
    }

    /// Floats of one cached input.
    private var recordLength: Int { plan.model.inputSize * plan.model.inputSize * plan.model.bands.count }

    /// What the cached inputs were computed from, in 32 characters.
    private func inputKey(_ collection: CutoutCollection) throws -> String {
        var hash = ContentHash()
        for source in collection.sources {
            // The same file by another way to it is the same file.
            hash.update(text: URL(fileURLWithPath: source.path).standardizedFileURL.path)
            hash.update(text: "\(source.size ?? 0) \(source.dataSum ?? "") \(source.listing ?? "")")
        }
        hash.update(text: try ContentHash.ofFile(catalog))
        hash.update(text: "photometry \(TrainingPreparation.photometryName)")
        // How long training lasts may change when it is gone on with.
        var plan = plan
        (plan.recipe.epochs, plan.recipe.patience) = (0, 0)
        hash.update(text: plan.toml)
        return String(hash.hexadecimal().prefix(32))
    }

    private func fit(
        _ trainee: GalaxyTrainee, folder: TrainingFolder, flag: CancellationFlag, logger: Logger,
        progress: ProgressHandler
    ) throws -> Trainer.Result {
        let recipe = plan.recipe
        let configuration = NeuralNetworks.TrainingConfiguration(
            epochs: recipe.epochs, batchSize: recipe.batchSize, learningRate: recipe.learningRate,
            schedule: recipe.schedule == .constant
                ? .constant
                : .cosine(warmUp: Double(recipe.warmUpEpochs), total: Double(recipe.epochs), floor: 0),
            adam: Adam.Configuration(weightDecay: recipe.weightDecay),
            gradientLimit: recipe.gradientClip > 0 ? recipe.gradientClip : nil,
            patience: recipe.patience > 0 ? recipe.patience : nil,
            selection: GalaxyTrainee.selection(for: recipe), measuresTerms: true, seed: recipe.seed)
        let trainer = Trainer(configuration, checkpointPath: folder.checkpoint)
        let galaxies = trainee.trainingCount / recipe.batchSize * recipe.batchSize
        var detail = ""
        return try trainer.train(trainee, resume: resume, isCancelled: { flag.isRaised }) { news in
            switch news {
            case .step(let epoch, let step, let of, let loss):
                progress(
                    WorkProgress(
                        activity: "training",
                        completed: (epoch - 1) * galaxies + step * galaxies / max(1, of),
                        total: recipe.epochs * galaxies, unit: "galaxies",
                        detail: "epoch \(epoch)  loss \(Self.short(loss))\(detail)"))
            case .epoch(let record, let history):
                // What went wrong with an interrupted training can be read while it runs.
                do {
                    try Data(history.csv.utf8).write(
                        to: URL(fileURLWithPath: folder.history), options: .atomic)
                } catch {
                    logger.warning("cannot write the history: \(error.localizedDescription)")
                }
                let best = record.validation.first { $0.name == (configuration.selection ?? "loss") }
                detail = best.map { "  validation \(Self.short($0.value))" } ?? ""
            }
        }
    }

    private static func short(_ value: Double) -> String { String(format: "%.4g", value) }
}
