internal import Astronomy
internal import Catalogs
internal import Computing
internal import Discovery
internal import Foundation
internal import GalaxyModels
internal import Logging
internal import NeuralNetworks
internal import Safetensors

/// The last step of a training: everything that stands in a model folder, and what the test rows say of it.
struct TrainingFinish {
    let plan: TrainingPlan
    let rows: TrainingRows
    let maker: TrainingSampleMaker
    let labels: LabelCatalog
    let latents: RowLatents
    let constants: ModelConstants
    let threads: Int?
    let logger: Logger

    /// Writes the folder's files.
    ///
    /// - Returns: What the test rows say, a line each.
    func write(
        _ network: GalaxyVAE, history: TrainingHistory, bestEpoch: Int, to folder: String
    ) throws -> [String] {
        let description = ModelDescription(
            configuration: plan.model, constants: constants, objective: plan.recipe.objective)
        try SafetensorsFile(tensors: network.storedParameters()).write(
            to: folder + "/" + ModelFolder.File.weights)
        try text(
            String(decoding: try description.json(), as: UTF8.self) + "\n", folder,
            ModelFolder.File.description)
        try text(plan.toml, folder, ModelFolder.File.configuration)
        try text(history.csv, folder, ModelFolder.File.history)
        let training = maker.usable(.training)
        let scaler = try FeatureScaler(fitting: features(training))
        try reference(training, scaler: scaler).write(to: folder + "/" + ModelFolder.File.reference)
        let evaluation = TestEvaluation(
            rows: rows, test: maker.usable(.test), latents: latents,
            model: GalaxyModel(network.encoder, configuration: plan.model, constants: constants),
            objective: plan.recipe.objective)
        var lines = evaluation.lines
        if rows.classes != nil { lines += try classifier(scaler: scaler, to: folder) }
        let card = ModelCard(
            name: URL(fileURLWithPath: folder).deletingPathExtension().lastPathComponent, plan: plan,
            rowCounts: DataSplit.Part.allCases.map { ($0.rawValue, maker.usable($0).count) },
            unusedRows: rows.count - DataSplit.Part.allCases.reduce(0) { $0 + maker.usable($1).count },
            bestEpoch: bestEpoch, lines: lines)
        try text(card.text, folder, ModelFolder.File.card)
        return lines
    }

    /// Fits and writes the classifier.
    ///
    /// Classes that none can be fitted on (a single one, or with too few members) are told and cost the
    /// classifier, not the network that hours went into.
    ///
    /// - Returns: What the test rows say of it, a line each, or why there is none.
    private func classifier(scaler: FeatureScaler, to folder: String) throws -> [String] {
        let fitting = ClassifierFitting(
            classes: rows.classes ?? [], groups: rows.groups,
            latents: latents.estimates.map { estimate in
                estimate.map { Self.standardised($0.latents, by: scaler) } ?? []
            }, recipe: plan.classifier, seed: plan.recipe.seed, threads: threads)
        let fitted: ClassifierFitting.Result
        do {
            fitted = try fitting.fit(
                training: maker.usable(.training), validation: maker.usable(.validation))
        } catch let error as DiscoveryError {
            return noClassifier(error.description)
        } catch let error as PipelineError where error.category == .input {
            return noClassifier(error.message)
        }
        for note in fitted.notes { logger.warning("\(note)") }
        try fitted.model.write(to: folder + "/" + ModelFolder.File.classifier)
        return try fitting.testLines(fitted.model, test: maker.usable(.test)) + fitted.notes
    }

    private func noClassifier(_ reason: String) -> [String] {
        let line = "no classifier: \(reason)"
        logger.warning("\(line)")
        return [line]
    }

    /// Latents on the scale of the reference set.
    private static func standardised(_ latents: [Float], by scaler: FeatureScaler) -> [Float] {
        scaler.scaled(FeatureMatrix(dimension: latents.count, floats: latents)).values.map { Float($0) }
    }

    /// Latents of records as features.
    private func features(_ records: [Int]) -> FeatureMatrix {
        FeatureMatrix(
            dimension: plan.model.latents.count,
            floats: records.flatMap { latents.estimates[$0]?.latents ?? [] })
    }

    private func reference(_ training: [Int], scaler: FeatureScaler) throws -> ReferenceSet {
        let catalogRows = training.map { rows.catalogRows[$0] }
        let identifiers: ReferenceSet.Identifiers
        switch labels.identifiers?.values {
        case .integers(let numbers): identifiers = .numbers(catalogRows.map { numbers[$0] })
        case .texts(let texts): identifiers = .texts(catalogRows.map { texts[$0] })
        case nil: identifiers = .numbers(catalogRows.map { Int64($0 + 1) })
        }
        return try ReferenceSet(
            identifiers: identifiers, latents: features(training), scaler: scaler)
    }

    private func text(_ text: String, _ folder: String, _ name: String) throws {
        let path = folder + "/" + name
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw PipelineError(.inputOutput, "cannot write '\(path)': \(error.localizedDescription)")
        }
    }
}
