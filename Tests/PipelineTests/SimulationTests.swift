import Catalogs
import FITS
import Foundation
import GalaxyModels
import MockSurvey
import Pipeline
import TestSupport
import Testing

@Suite("Simulating a survey on disk")
struct SimulationTests {
    @Test("The same seed gives the same bytes on one thread and on three, another seed others")
    func reproducible() async throws {
        let folder = try TemporaryFolder()
        func simulate(_ name: String, seed: UInt64, threads: Int) async throws -> [Data] {
            var simulation = Simulation(
                survey: SmallSurvey.configuration(count: 30, seed: seed), output: folder.path(name))
            simulation.threads = threads
            let summary = try await simulation.run()
            #expect(summary.counts.reduce(0) { $0 + $1.count } == 30)
            return [try bytes(summary.cutouts), try bytes(summary.catalog)]
        }
        let one = try await simulate("one", seed: 3, threads: 1)
        #expect(try await simulate("three", seed: 3, threads: 3) == one)
        let other = try await simulate("other", seed: 4, threads: 3)
        #expect(other[0] != one[0] && other[1] != one[1])
    }

    @Test("A cancelled simulation leaves nothing behind and an older survey alone")
    func cancelled() async throws {
        let folder = try TemporaryFolder()
        let survey = SmallSurvey.configuration(count: 200)
        try FileManager.default.createDirectory(
            atPath: folder.path("old"), withIntermediateDirectories: true)
        try Data("older".utf8).write(to: URL(fileURLWithPath: folder.path("old/cutouts.fits")))
        for name in ["new/deep", "old"] {
            let output = folder.path(name)
            let error = await interrupted(when: { _ in true }) { progress in
                _ = try await Simulation(survey: survey, output: output, mosaic: output + "/mosaic.png")
                    .run(progress: progress)
            }
            #expect(error is CancellationError)
        }
        #expect(!exists(folder.path("new/deep")))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("old")) == ["cutouts.fits"])
        #expect(try bytes(folder.path("old/cutouts.fits")) == Data("older".utf8))
    }

    @Test("The catalogue has the columns that were promised; what is no galaxy has no labels")
    func columns() async throws {
        let survey = try await SmallSurvey.load()
        let table = try CatalogTable(path: survey.catalog)
        #expect(table.rowCount == SmallSurvey.count)
        let promised = [
            "id", "ra", "dec", "redshift", "redshift_err", "logmstar", "logmstar_err", "logsfr",
            "logsfr_err", "ebv", "true_redshift", "true_logmstar", "true_logsfr", "true_posang",
            "true_flux_g", "true_flux_r", "true_flux_z", "class",
        ]
        #expect(promised.filter { !table.names.contains($0) } == [])
        #expect(table.column("true_flux_g")?.unit == "nanomaggy")
        #expect(table.columns.allSatisfy { $0.description != nil })
        let classes = try table.texts("class")
        for name in MockClass.allCases {
            #expect(classes.count { $0 == name.rawValue } >= 4, "\(name)")
        }
        for label in ["redshift", "logmstar", "logsfr", "true_redshift", "true_logmstar"] {
            let values = try table.numbers(label)
            for (value, name) in zip(values, classes) {
                let isGalaxy = try #require(MockClass(rawValue: name)).isGalaxy
                #expect(value.isFinite == isGalaxy, "\(label) of a \(name)")
            }
        }
        let packed = try PackedCutouts(path: survey.cutouts)
        let ids = try packed.objects(in: 0..<packed.count).map(\.id.description)
        #expect(ids == table.column("id")?.values.integers?.map(String.init))
        #expect((packed.width, packed.height, packed.pixelScale) == (128, 128, 0.262))
    }

    @Test("A mosaic is a PNG of the survey; impossible surveys are refused as such")
    func mosaicAndFaults() async throws {
        let folder = try TemporaryFolder()
        let survey = SmallSurvey.configuration(count: 4)
        _ = try await Simulation(
            survey: survey, output: folder.path("s"), mosaic: folder.path("mosaic.png")
        ).run()
        #expect(try bytes(folder.path("mosaic.png")).prefix(4) == Data([0x89, 0x50, 0x4e, 0x47]))
        var faint = survey
        faint.selection = [.init(limit: 31, share: 1)]
        let error = await failure { try await Simulation(survey: faint, output: folder.path("f")).run() }
        #expect(error?.category == .usage)
        #expect(error?.message.contains("31") == true)
        #expect(!exists(folder.path("f")))
    }

    @Test("Neither a missing HOME nor a locale with decimal commas changes a byte")
    func surroundings() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let survey = MockSurveyConfiguration(count: 3, seed: 5)
            let before = try await Simulation(survey: survey, output: folder.path("a")).run()
            let plan = TrainingPlan(preset: .default).toml
            unsetenv("HOME")
            if GermanLocale.isAvailable { #expect(GermanLocale.set()) }
            let after = try await Simulation(survey: survey, output: folder.path("b")).run()
            #expect(try bytes(after.cutouts) == bytes(before.cutouts))
            #expect(try bytes(after.catalog) == bytes(before.catalog))
            #expect(TrainingPlan(preset: .default).toml == plan)
            #expect(try TrainingPlan(toml: plan, path: "c.toml").toml == plan)
            #expect(
                try TrainingPlan(toml: "[training]\nlearning_rate = 2.5e-4\n", path: "c.toml").recipe
                    .learningRate == 2.5e-4)
        }
    }
}
