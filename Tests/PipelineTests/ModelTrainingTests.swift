import Astronomy
import Catalogs
import FITS
import Foundation
import GalaxyModels
import Photometry
import Pipeline
import Synchronization
import TestSupport
import Testing

@Suite("Training a model folder")
struct ModelTrainingTests {
    static let files = [
        "card.md", "classifier.safetensors", "config.toml", "history.csv", "model.json",
        "reference.safetensors", "weights.safetensors",
    ]

    @Test("A finished training is a folder with its parts, and nothing that only training needed")
    func folder() async throws {
        let survey = try await SmallSurvey.load()
        #expect(try FileManager.default.contentsOfDirectory(atPath: survey.model).sorted() == Self.files)
        #expect(!exists(survey.model + ".part"))
        // Every object has a cutout that can be used, but for artefacts that lost a band.
        let rows = survey.training.rows
        #expect(rows.count == 3 && rows.allSatisfy { $0 > 0 })
        #expect((SmallSurvey.count * 9 / 10...SmallSurvey.count).contains(rows.reduce(0, +)))
        #expect((1...2).contains(survey.training.bestEpoch))
        let history = try String(contentsOfFile: survey.model + "/history.csv", encoding: .utf8)
        #expect(history.split(separator: "\n").count == 3)
        let plan = try String(contentsOfFile: survey.model + "/config.toml", encoding: .utf8)
        #expect(plan == survey.plan().toml)
        let card = try String(contentsOfFile: survey.model + "/card.md", encoding: .utf8)
        #expect(card.hasPrefix("# model\n"))
        for line in survey.training.lines { #expect(card.contains(line)) }
        #expect(survey.training.lines.contains { $0.hasPrefix("green_pea: ") }, "\(survey.training.lines)")
    }

    @Test("An interrupted training, resumed on another number of threads, ends in the same files")
    func resumed() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var training = survey.training(to: folder.path("model"))
        training.threads = 3
        let first = training
        let error = await interrupted(
            when: { $0.activity == "training" && $0.detail.hasPrefix("epoch 2") }
        ) { progress in _ = try await first.run(logger: .silent, progress: progress) }
        #expect(error is CancellationError)
        #expect(exists(folder.path("model.part/checkpoint.safetensors")))
        #expect(!exists(folder.path("model")))
        let history = try CatalogTable(path: folder.path("model.part/history.csv"))
        #expect(try history.numbers("epoch") == [1] && history.names.contains("validation_loss"))
        let refusal = await failure { try await first.run(logger: .silent) }
        #expect(refusal?.category == .usage)
        #expect(refusal?.message.contains("model.part") == true && refusal?.hint != nil)
        training.resume = true
        let catalog = try CatalogTable(path: survey.catalog)
        let redshifts = try catalog.numbers("redshift").map { $0 + 0.01 }
        try catalog.setting(TableColumn("redshift", .double(redshifts))).write(to: folder.path("c.fits"))
        var other = training
        other.catalog = folder.path("c.fits")
        let changed = other
        #expect(await failure { try await changed.run(logger: .silent) }?.category == .usage)
        other = training
        other.plan.recipe.learningRate *= 2
        let faster = other
        #expect(await failure { try await faster.run(logger: .silent) }?.category == .usage)
        training.threads = 1
        let activities = Mutex<Set<String>>([])
        let summary = try await training.run(logger: .silent) { news in
            _ = activities.withLock { $0.insert(news.activity) }
        }
        // Cutouts are not read again.
        #expect(activities.withLock { $0.contains("training") && !$0.contains("preparing") })
        #expect(summary.lines == survey.training.lines)
        for name in Self.files {
            let (own, other) = (folder.path("model/\(name)"), survey.model + "/" + name)
            #expect(try bytes(own) == bytes(other), "\(name)")
        }
        #expect(!exists(folder.path("model.part")))
    }

    @Test("A model that exists is never written over", arguments: [false, true])
    func existing(resume: Bool) async throws {
        let survey = try await SmallSurvey.load()
        let before = try bytes(survey.model + "/weights.safetensors")
        var training = survey.training(to: survey.model)
        training.resume = resume
        let error = await failure { try await training.run(logger: .silent) }
        #expect(error?.category == .usage)
        #expect(error?.message.contains("exists") == true)
        #expect(try bytes(survey.model + "/weights.safetensors") == before)
        #expect(!exists(survey.model + ".part"))
    }

    @Test("Without classes there is no classifier, and missing labels are left out of the loss")
    func withoutClasses() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: survey.catalog).rows(0..<50)
        let rates = try table.numbers("logsfr").enumerated().map { $0 % 2 == 0 ? $1 : .nan }
        try table.without(["class"]).setting(TableColumn("logsfr", .double(rates)))
            .write(to: folder.path("c.fits"))
        let summary = try await survey.training(
            survey.plan(epochs: 1), catalog: folder.path("c.fits"), to: folder.path("m")
        ).run(logger: .silent)
        #expect((45...50).contains(summary.rows.reduce(0, +)))
        #expect(!exists(folder.path("m/classifier.safetensors")))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.model = folder.path("m")
        enrichment.photometry = .none
        _ = try await enrichment.run(logger: .silent)
        let enriched = try CatalogTable(path: folder.path("e.fits"))
        #expect(!enriched.names.contains { $0.hasPrefix("p_") || $0 == "class_pred" })
        #expect(enriched.rowCount == SmallSurvey.count)
        #expect(try enriched.numbers("logsfr").contains(where: \.isFinite))
    }

    @Test("Classes that no classifier can be fitted on cost the classifier, not the training")
    func oneClass() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: survey.catalog).rows(0..<50)
        try table.setting(
            TableColumn("class", .text(Array(repeating: "normal", count: table.rowCount)))
        ).write(to: folder.path("c.fits"))
        let log = RecordedLog()
        let summary = try await survey.training(
            survey.plan(epochs: 1), catalog: folder.path("c.fits"), to: folder.path("m")
        ).run(logger: log.logger)
        #expect(exists(folder.path("m/weights.safetensors")))
        #expect(!exists(folder.path("m/classifier.safetensors")))
        #expect(summary.lines.contains { $0.contains("no classifier") && $0.contains("normal") })
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("no classifier") })
    }

    @Test("A class too small to be learnt is left out and told; the others keep their classifier")
    func smallClass() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: survey.catalog)
        var classes = try table.texts("class").map { $0 == "red_spiral" ? $0 : "normal" }
        classes[0] = "unicorn"
        try table.setting(TableColumn("class", .text(classes))).write(to: folder.path("c.fits"))
        let log = RecordedLog()
        let summary = try await survey.training(
            survey.plan(epochs: 1), catalog: folder.path("c.fits"), to: folder.path("m")
        ).run(logger: log.logger)
        #expect(exists(folder.path("m/classifier.safetensors")))
        #expect(summary.lines.contains { $0.hasPrefix("class 'unicorn' is left out: ") })
        #expect(summary.lines.contains { $0.hasPrefix("red_spiral: ") })
        #expect(!summary.lines.contains { $0.hasPrefix("unicorn: ") })
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("unicorn") })
        let card = try String(contentsOfFile: folder.path("m/card.md"), encoding: .utf8)
        #expect(card.contains("class 'unicorn' is left out"))
    }

    @Test("A label that the catalogue lacks is an input error that names it and leaves nothing behind")
    func missingLabel() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: survey.catalog).rows(0..<30)
        try table.without(["logsfr", "logsfr_err"]).write(to: folder.path("c.fits"))
        let error = await failure {
            try await survey.training(catalog: folder.path("c.fits"), to: folder.path("m"))
                .run(logger: .silent)
        }
        #expect(error?.category == .input)
        #expect(error?.message.contains("no column 'logsfr' among") == true, "\(error?.message ?? "")")
        #expect(error?.hint?.contains("supervised") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["c.fits"])
        // A model that leaves the label out is trained and estimates none.
        var plan = try TrainingPlan(
            toml: "[model]\nsupervised = [\"redshift\", \"log10_stellar_mass\"]\nfree_latents = 2",
            path: "c.toml")
        #expect(plan.model.latents == [.redshift, .log10StellarMass, .free(0), .free(1)])
        plan.model.latents = survey.plan().model.latents.filter { $0 != .log10StarFormationRate }
        let latents = plan.model.latents
        plan = survey.plan(epochs: 1)
        plan.model.latents = latents
        _ = try await survey.training(plan, catalog: folder.path("c.fits"), to: folder.path("m"))
            .run(logger: .silent)
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.model = folder.path("m")
        enrichment.photometry = .none
        _ = try await enrichment.run(logger: .silent)
        let enriched = try CatalogTable(path: folder.path("e.fits"))
        #expect(!enriched.names.contains("logsfr_std") && enriched.names.contains("logmstar_std"))
    }

    @Test("A redshift column that is the declination is refused and the log says why")
    func redshiftIsDeclination() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: survey.catalog).rows(0..<60)
        try table.setting(TableColumn("redshift", .double(table.numbers("dec"))))
            .write(to: folder.path("c.fits"))
        let log = RecordedLog()
        let error = await failure {
            try await survey.training(catalog: folder.path("c.fits"), to: folder.path("m"))
                .run(logger: log.logger)
        }
        #expect(error?.category == .input)
        #expect(
            error?.message.contains("equals the column 'dec' in 60 of 60 rows: it is no redshift") == true,
            "\(error?.message ?? "")")
        #expect(
            log.lines.contains { $0.contains("equals the column 'dec' in 60 of 60 rows") }, "\(log.lines)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["c.fits"])
    }

    @Test("Label errors of zero are floored: the loss stays finite", arguments: [false, true])
    func zeroErrors(paper: Bool) async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var table = try CatalogTable(path: survey.catalog)
        for name in ["redshift_err", "logmstar_err", "logsfr_err"] {
            table = table.setting(
                TableColumn(name, .double(Array(repeating: 0, count: table.rowCount))))
        }
        try table.write(to: folder.path("c.fits"))
        var plan = survey.plan(epochs: 1)
        if paper {
            plan = TrainingPlan(preset: .paper)
            plan.model.inputSize = 32
            plan.model.channels = [4, 8]
            plan.recipe.epochs = 1
            plan.recipe.batchSize = 32
            plan.recipe.seed = survey.seed
            plan.recipe.validationFraction = 0.3
        }
        _ = try await survey.training(plan, catalog: folder.path("c.fits"), to: folder.path("m"))
            .run(logger: .silent)
        let history = try String(contentsOfFile: folder.path("m/history.csv"), encoding: .utf8)
        let values = history.split(separator: "\n").dropFirst().flatMap { $0.split(separator: ",") }
        #expect(values.count > 4)
        #expect(values.allSatisfy { Double($0)?.isFinite == true }, "\(history)")
    }

    @Test("A catalogue without a single cutout is an input error that leaves nothing behind")
    func nothingMatches() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: survey.catalog)
        let ids = try #require(table.column("id")?.values.integers)
        let declinations = try table.numbers("dec").map { $0 > 0 ? $0 - 60 : $0 + 60 }
        try table.setting(TableColumn("id", .int64(ids.map { $0 + 1_000_000_000 })))
            .setting(TableColumn("dec", .double(declinations))).write(to: folder.path("c.fits"))
        let error = await failure {
            try await survey.training(catalog: folder.path("c.fits"), to: folder.path("m"))
                .run(logger: .silent)
        }
        #expect(error?.category == .input)
        #expect(error?.message.contains("c.fits") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["c.fits"])
    }

    @Test("A catalogue that is not there is an error of input and output")
    func noCatalog() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let error = await failure {
            try await survey.training(catalog: folder.path("none.fits"), to: folder.path("m"))
                .run(logger: .silent)
        }
        #expect(error?.category == .inputOutput)
        #expect(error?.message.contains("none.fits") == true)
    }

    @Test("A training that leaves the finite numbers has diverged, and says what to do")
    func diverged() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var plan = survey.plan(epochs: 200)
        plan.recipe.learningRate = 0.99
        plan.recipe.gradientClip = 0
        plan.recipe.warmUpEpochs = 0
        plan.recipe.schedule = .constant
        plan.recipe.weightDecay = 0
        plan.recipe.batchSize = 8
        try survey.excerpt(50, to: folder.path("c.fits"))
        let training = survey.training(plan, catalog: folder.path("c.fits"), to: folder.path("m"))
        let error = await failure { try await training.run(logger: .silent) }
        #expect(error?.category == .diverged)
        #expect(error?.hint?.contains("learning_rate") == true)
        #expect(!exists(folder.path("m")))
    }

    @Test("Without rows to test on, or with a set too small for a batch, training still ends")
    func withoutTestRows() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var plan = survey.plan(epochs: 1)
        plan.recipe.testFraction = 0
        plan.recipe.batchSize = 500
        try survey.excerpt(50, to: folder.path("c.fits"))
        let summary = try await survey.training(
            plan, catalog: folder.path("c.fits"), to: folder.path("m")
        ).run(logger: .silent)
        #expect(summary.rows[2] == 0)
        #expect(summary.lines.allSatisfy { !$0.isEmpty })
        plan.recipe.validationFraction = 0
        let error = await failure {
            try await survey.training(plan, catalog: folder.path("c.fits"), to: folder.path("n"))
                .run(logger: .silent)
        }
        #expect(error?.category == .input)
        #expect(error?.message.contains("validation") == true)
    }

    @Test("The paper's objective and the baseline train, too; a baseline estimates nothing")
    func objectives() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var paper = survey.enrichment(to: folder.path("paper.fits"))
        paper.model = try await SmallSurvey.paperModel()
        let summary = try await paper.run(logger: .silent)
        let table = try CatalogTable(path: folder.path("paper.fits"))
        #expect(summary.usable == (try table.numbers("z_phot").count(where: \.isFinite)))
        #expect(summary.usable > SmallSurvey.count * 9 / 10)
        #expect(try table.numbers("z_phot_std").contains { $0 > 0 })
        #expect(try table.numbers("posang").allSatisfy { $0.isNaN || (0..<180).contains($0) })
        var plan = survey.plan(epochs: 1)
        plan.recipe.objective = .baseline
        try survey.excerpt(50, to: folder.path("c.fits"))
        _ = try await survey.training(plan, catalog: folder.path("c.fits"), to: folder.path("baseline"))
            .run(logger: .silent)
        let card = try String(
            contentsOfFile: folder.path("baseline/card.md"), encoding: .utf8)
        #expect(card.contains("none of them means a label") && !card.contains("sigma_MAD 0"))
        var baseline = survey.enrichment(to: folder.path("baseline.fits"))
        baseline.model = folder.path("baseline")
        baseline.photometry = .none
        // Without a redshift to go by, a row with latents is usable.
        #expect(try await baseline.run(logger: .silent).usable == SmallSurvey.count)
        let latents = try CatalogTable(path: folder.path("baseline.fits"))
        #expect(!latents.names.contains { ["z_phot", "logmstar_std", "posang"].contains($0) })
        #expect(try latents.numbers("latent_0").allSatisfy(\.isFinite))
        let undefined = try latents.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        #expect(!undefined.contains { $0.contains(.angleUndefined) })
    }
}
