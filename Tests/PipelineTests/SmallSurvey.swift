import Astronomy
import Catalogs
import FITS
import Foundation
import GalaxyModels
import Logging
import MockSurvey
import Pipeline
import TestSupport
import Testing

/// A small mock survey on disk and a tiny model trained on it, made once for all suites.
struct SmallSurvey: Sendable {
    /// Objects of the survey.
    static let count = 140
    /// Packed cutouts.
    let cutouts: String
    /// Their catalogue.
    let catalog: String
    /// The model folder.
    let model: String
    /// Seed of a split in which every class has members to train, validate and test on.
    let seed: UInt64
    /// What training it told.
    let training: ModelTraining.Summary

    /// The folder of everything that is shared, removed when the process ends.
    private static let place = Result {
        let folder = try TemporaryFolder()
        atexit { SmallSurvey.removeFolder() }
        return folder
    }

    private static func removeFolder() {
        if case .success(let folder) = place { try? FileManager.default.removeItem(at: folder.url) }
    }

    private static let survey = Task {
        let folder = try place.get()
        return try await Simulation(survey: configuration(), output: folder.path("survey")).run()
    }

    private static let shared = Task {
        let folder = try place.get()
        let files = try await survey.value
        let model = folder.path("model")
        let seed = try balancedSeed(for: files.catalog)
        let training = try await ModelTraining(
            plan: plan(seed: seed), catalog: files.catalog, cutouts: [files.cutouts], output: model
        ).run(logger: .silent)
        return SmallSurvey(
            cutouts: files.cutouts, catalog: files.catalog, model: model, seed: seed,
            training: training)
    }

    private static let paperTraining = Task {
        let folder = try place.get()
        let files = try await survey.value
        let model = folder.path("paper")
        _ = try await ModelTraining(
            plan: paperPlan(seed: try balancedSeed(for: files.catalog)), catalog: files.catalog,
            cutouts: [files.cutouts], output: model
        ).run(logger: .silent)
        return model
    }

    private static let wholeEnrichment = Task {
        let folder = try place.get()
        let path = folder.path("enriched.fits")
        let survey = try await SmallSurvey.load()
        var enrichment = survey.enrichment(to: path, folder.path("enriched.csv"))
        enrichment.threads = 3
        _ = try await enrichment.run(logger: .silent)
        return path
    }

    /// Survey and model.
    static func load() async throws -> SmallSurvey { try await shared.value }

    /// A model of the paper's objective, of five latents instead of six.
    static func paperModel() async throws -> String { try await paperTraining.value }

    /// The whole survey enriched by three threads: the FITS file, with a CSV file beside it.
    static func enriched() async throws -> String { try await wholeEnrichment.value }

    /// A bright survey in which every class has some ten members.
    static func configuration(count: Int = count, seed: UInt64 = 11) -> MockSurveyConfiguration {
        var fractions: [MockClass: Double] = [:]
        for name in MockClass.allCases where name != .normal { fractions[name] = 0.095 }
        return MockSurveyConfiguration(count: count, seed: seed, limit: 20, classFractions: fractions)
    }

    /// The first seed whose split leaves members of every class in every part: a few dozen
    /// objects a part are too few to leave that to chance.
    private static func balancedSeed(for catalog: String) throws -> UInt64 {
        let labels = try LabelCatalog(path: catalog)
        let positions = (0..<labels.rowCount).map(labels.position)
        let recipe = plan(seed: 0).recipe
        return try #require(
            (1..<200 as Range<UInt64>).first { seed in
                let split = DataSplit(
                    positions: positions, validation: recipe.validationFraction,
                    test: recipe.testFraction, seed: seed)
                func smallest(_ part: DataSplit.Part) -> Int {
                    let classes = split.rows(of: part).compactMap { labels.classes?[$0] }
                    return MockClass.allCases.map { name in classes.count { $0 == name.rawValue } }.min() ?? 0
                }
                return smallest(.training) >= 5 && smallest(.validation) >= 3 && smallest(.test) >= 1
            })
    }

    /// A network that trains in a second.
    func plan(epochs: Int = 2) -> TrainingPlan { Self.plan(seed: seed, epochs: epochs) }

    private static func plan(seed: UInt64, epochs: Int = 2) -> TrainingPlan {
        var plan = TrainingPlan(preset: .default)
        plan.model.inputSize = 32
        plan.model.channels = [4, 8]
        plan.model.imageFeatures = 8
        plan.model.jointFeatures = 8
        plan.model.latents = plan.model.latents.filter { !$0.isFree } + [.free(0)]
        plan.recipe.epochs = epochs
        plan.recipe.batchSize = 32
        plan.recipe.warmUpEpochs = 1
        plan.recipe.seed = seed
        plan.recipe.validationFraction = 0.3
        return plan
    }

    /// The paper's objective on a network as tiny.
    private static func paperPlan(seed: UInt64) -> TrainingPlan {
        var plan = TrainingPlan(preset: .paper)
        plan.model.inputSize = 32
        plan.model.channels = [4, 8]
        plan.recipe.epochs = 2
        plan.recipe.batchSize = 32
        plan.recipe.learningRate = 1e-3
        plan.recipe.seed = seed
        plan.recipe.validationFraction = 0.3
        return plan
    }

    /// An enrichment of the survey.
    func enrichment(to outputs: String...) -> Enrichment {
        Enrichment(model: model, cutouts: [cutouts], catalog: catalog, outputs: outputs)
    }

    /// A training on the survey.
    func training(_ plan: TrainingPlan? = nil, catalog: String? = nil, to output: String) -> ModelTraining {
        ModelTraining(
            plan: plan ?? self.plan(), catalog: catalog ?? self.catalog, cutouts: [cutouts], output: output)
    }

    /// Writes the catalogue of the first objects alone, for trainings that need no more.
    func excerpt(_ count: Int, to path: String) throws {
        try CatalogTable(path: catalog).rows(0..<count).write(to: path)
    }

    /// Writes the first objects as single files, named by identifier, as the survey's server would.
    ///
    /// - Parameter bands: Which bands are written.
    /// - Returns: The names without suffix, in the survey's order.
    func export(_ objects: Range<Int>, bands: [String] = ["g", "r", "z"], to folder: String) throws
        -> [String]
    {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let packed = try PackedCutouts(path: cutouts)
        let names = try packed.objects(in: objects).map(\.id.description)
        for (index, name) in zip(objects, names) {
            let image = try packed.image(at: index).selecting(bands: bands)
            guard let plane = image.plane else { continue }
            let writer = try FITSWriter(path: "\(folder)/\(name).fits")
            try writer.append(
                image: image.pixels, axes: [image.width, image.height, bands.count], name: "CUTOUT",
                cards: [
                    HeaderCard("BANDS", .string(bands.joined())), HeaderCard("CTYPE1", "RA---TAN"),
                    HeaderCard("CTYPE2", "DEC--TAN"),
                    HeaderCard("CRVAL1", .real(plane.tangentPoint.rightAscension)),
                    HeaderCard("CRVAL2", .real(plane.tangentPoint.declination)),
                    HeaderCard("CRPIX1", .real(plane.referencePixel.x + 1)),
                    HeaderCard("CRPIX2", .real(plane.referencePixel.y + 1)),
                    HeaderCard("CD1_1", .real(plane.eastPerPixel.x)), HeaderCard("CD1_2", 0.0),
                    HeaderCard("CD2_1", 0.0), HeaderCard("CD2_2", .real(plane.northPerPixel.y)),
                ])
            try writer.finish()
        }
        return names
    }
}
