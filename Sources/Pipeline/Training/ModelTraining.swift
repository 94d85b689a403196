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
        let part = output + ".part"
        try prepareFolder(part)
        do {
            return try train(in: part, logger: logger, flag: flag, progress: progress)
        } catch let error where !(error is CancellationError) {
            removeUnlessResumable(part)
            throw error
        }
    }

    private func train(
        in part: String, logger: Logger, flag: CancellationFlag, progress: ProgressHandler
    ) throws -> Summary {
        let labels = try LabelCatalog(path: catalog, configuration: plan.labels)
        for line in labels.report.lines { logger.info("\(line)") }
        let collection = try CutoutCollection(paths: cutouts)
        let match = try CatalogMatch(
            rows: labels.objects, cutouts: collection.objects, loop: ParallelLoop(threads: threads))
        for line in match.report.lines { logger.info("\(line)") }
        let rows = TrainingRows(labels, match: match, plan: plan)
        guard rows.count > 0 else {
            throw PipelineError(
                .input, "no row of '\(catalog)' has a cutout", hint: "check identifiers and positions")
        }
        let cachePath = part + "/" + Self.cacheName
        let key = try inputKey(collection)
        try requireSameInputs(part, key: key, count: rows.count)
        let preparation = try preparation(
            rows, cutouts: collection, in: part, key: key, logger: logger, flag: flag, progress: progress)
        let maker = TrainingSampleMaker(
            rows, preparation: preparation, configuration: plan.model, recipe: plan.recipe)
        var constants = try maker.constants()
        let sample = maker.sample(constants)
        logger.info(
            "\(sample.training.count) rows to train on, \(sample.validation.count) to choose the epoch, \(maker.usable(.test).count) to test"
        )
        let cache = try InputCache(
            path: cachePath, key: key, count: rows.count, recordLength: recordLength)
        let backend = CPUBackend(threads: threads)
        var generator = CounterGenerator(seed: plan.recipe.seed, stream: 0x5745_4947_4854)
        let network = GalaxyVAE(plan.model, using: &generator, on: backend)
        let result = try fit(
            GalaxyTrainee(
                network: network, sample: sample, cache: cache, recipe: plan.recipe, backend: backend,
                threads: threads), part: part, flag: flag, logger: logger, progress: progress)
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
        let lines = try finish.write(network, history: result.history, bestEpoch: result.bestEpoch, to: part)
        try publish(part)
        return Summary(
            output: output, bestEpoch: result.bestEpoch,
            rows: [sample.training.count, sample.validation.count, maker.usable(.test).count], lines: lines)
    }

    /// What the pixels of the rows give: from an interrupted run's files when these are whole, else computed.
    private func preparation(
        _ rows: TrainingRows, cutouts: CutoutCollection, in part: String, key: String, logger: Logger,
        flag: CancellationFlag, progress: ProgressHandler
    ) throws -> TrainingPreparation {
        let cachePath = part + "/" + Self.cacheName
        let path = part + "/" + Self.preparationName
        let manager = FileManager.default
        if resume, manager.fileExists(atPath: path), manager.fileExists(atPath: cachePath),
            let earlier = try TrainingPreparation(contentsOf: path, key: key, count: rows.count)
        {
            logger.info("inputs of \(rows.count) rows are there from before")
            return earlier
        }
        let preparation = try TrainingPreparation(
            rows, cutouts: cutouts, configuration: plan.model, cachePath: cachePath, key: key,
            threads: threads, flag: flag, progress: progress)
        try preparation.write(to: path, key: key)
        return preparation
    }

    /// The part folder, with what an earlier run left only if it is to be gone on with.
    private func prepareFolder(_ part: String) throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: output) {
            throw PipelineError(
                .usage, "the model '\(output)' exists already", hint: "remove it or choose another --output")
        }
        if manager.fileExists(atPath: part), !resume {
            throw PipelineError(
                .usage, "'\(part)' is left from an interrupted training",
                hint: "go on with --resume, or remove it")
        }
        try manager.makeFolder(part)
    }

    /// Refuses to go on with the checkpoint of a training on other data or of another configuration.
    private func requireSameInputs(_ part: String, key: String, count: Int) throws {
        let manager = FileManager.default
        let cachePath = part + "/" + Self.cacheName
        guard manager.fileExists(atPath: part + "/" + Self.checkpointName),
            manager.fileExists(atPath: cachePath)
        else { return }
        do throws(InputCache.CacheError) {
            _ = try InputCache(
                path: cachePath, key: key, count: count, recordLength: recordLength)
        } catch .mismatch {
            throw PipelineError(
                .usage, "'\(part)' is of a training on other data or with another configuration",
                hint: "give the same files and options, or remove it")
        }
    }

    /// Floats of one cached input.
    private var recordLength: Int { plan.model.inputSize * plan.model.inputSize * plan.model.bands.count }

    /// Removes a part folder of a failed training that has nothing to go on with, so that the next one, with
    /// the fault mended, may start.
    private func removeUnlessResumable(_ part: String) {
        guard !FileManager.default.fileExists(atPath: part + "/" + Self.checkpointName) else { return }
        for name in [Self.cacheName, Self.cacheName + ".part", Self.preparationName] {
            unlink(part + "/" + name)
        }
        rmdir(part)  // stays when somebody put a file of their own there
    }

    private static let cacheName = "inputs.cache"
    private static let preparationName = "preparation.safetensors"
    private static let checkpointName = "checkpoint.safetensors"

    /// What the cached inputs were computed from, in 32 characters.
    private func inputKey(_ collection: CutoutCollection) throws -> String {
        var hash = ContentHash()
        for source in collection.sources {
            hash.update(text: source.path)
            hash.update(text: "\(source.size ?? 0) \(source.dataSum ?? "") \(source.listing ?? "")")
        }
        hash.update(text: try ContentHash.ofFile(catalog))
        // How long training lasts may change when it is gone on with.
        var plan = plan
        (plan.recipe.epochs, plan.recipe.patience) = (0, 0)
        hash.update(text: plan.toml)
        return String(hash.hexadecimal().prefix(32))
    }

    private func fit(
        _ trainee: GalaxyTrainee, part: String, flag: CancellationFlag, logger: Logger,
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
        let trainer = Trainer(configuration, checkpointPath: part + "/" + Self.checkpointName)
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
                        to: URL(fileURLWithPath: part + "/" + ModelFolder.File.history), options: .atomic)
                } catch {
                    logger.warning("cannot write the history: \(error.localizedDescription)")
                }
                let best = record.validation.first { $0.name == (configuration.selection ?? "loss") }
                detail = best.map { "  validation \(Self.short($0.value))" } ?? ""
            }
        }
    }

    private static func short(_ value: Double) -> String { String(format: "%.4g", value) }

    /// Removes what only training needed and gives the folder its name.
    private func publish(_ part: String) throws {
        let manager = FileManager.default
        do {
            for name in [Self.cacheName, Self.preparationName, Self.checkpointName] {
                let path = part + "/" + name
                if manager.fileExists(atPath: path) { try manager.removeItem(atPath: path) }
            }
            try manager.moveItem(atPath: part, toPath: output)
        } catch {
            throw PipelineError(.inputOutput, "cannot finish '\(output)': \(error.localizedDescription)")
        }
    }
}
