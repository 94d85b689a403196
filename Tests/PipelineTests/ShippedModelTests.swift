import Astronomy
import Catalogs
import Foundation
import GalaxyModels
import MockSurvey
import Photometry
import Pipeline
import TestSupport
import Testing

@Suite("The models that are shipped")
struct ShippedModelTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("models").path
    private static let names = ["mock-grz-v1", "mock-grz-paper"]

    @Test("Each is whole, has a card and stays below 10 MB a file", arguments: names)
    func whole(name: String) throws {
        let model = Self.folder + "/" + name
        for file in [
            "weights.safetensors", "classifier.safetensors", "reference.safetensors", "model.json",
            "config.toml", "history.csv", "card.md",
        ] {
            let size = try FileManager.default.attributesOfItem(atPath: "\(model)/\(file)")[.size] as? Int
            #expect((1..<10_000_000).contains(try #require(size)), "\(file)")
        }
        let card = try String(contentsOfFile: model + "/card.md", encoding: .utf8)
        for word in ["sigma_MAD", "green_pea", "red_spiral", "learning rate", "simulated"] {
            #expect(card.contains(word), "\(word)")
        }
        #expect(!FileManager.default.fileExists(atPath: model + "/checkpoint.safetensors"))
    }

    /// Loose bounds, far from the figures of the cards: they catch a fault in reading the weights or in the
    /// kernels, not a worse training.
    @Test("On a small survey of another seed each recovers redshifts, masses and rare classes")
    func estimates() async throws {
        let folder = try TemporaryFolder()
        let files = try await Simulation(
            survey: MockSurveyConfiguration(count: 400, seed: 4711), output: folder.path("survey")
        ).run()
        let bounds = ["mock-grz-v1": (0.08, 0.45), "mock-grz-paper": (0.14, 1.1)]
        for (name, limits) in bounds.sorted(by: { $0.key < $1.key }) {
            var enrichment = Enrichment(
                model: Self.folder + "/" + name, cutouts: [files.cutouts], catalog: files.catalog,
                outputs: [folder.path(name + ".fits")])
            enrichment.photometry = .none
            _ = try await enrichment.run(logger: .silent)
            let table = try CatalogTable(path: folder.path(name + ".fits"))
            let redshift = RedshiftMetrics(
                estimated: try table.numbers("z_phot"), true: try table.numbers("true_redshift"))
            let mass = RegressionMetrics(
                estimated: try table.numbers("logmstar"), true: try table.numbers("true_logmstar"))
            #expect(redshift.count > 350 && redshift.sigmaMAD < limits.0, "\(name): \(redshift)")
            #expect(mass.rootMeanSquare < limits.1, "\(name): \(mass)")
            guard name == "mock-grz-v1" else { continue }
            let (truth, predicted) = (try table.texts("class"), try table.texts("class_pred"))
            for rare in ["green_pea", "red_spiral"] {
                let members = truth.indices.filter { truth[$0] == rare }
                let found = members.count { predicted[$0] == rare }
                #expect(
                    members.count >= 10 && found * 5 >= members.count * 4,
                    "\(rare): \(found) of \(members.count)")
            }
        }
    }

    /// Angles of the same pixels by photutils 3.0.0: sources above 1.5 sigma of the summed bands, smoothed by
    /// a Gaussian of 3 pixels, second moments of the one nearest the centre, turned through the WCS.
    @Test(
        "Real cutouts: angles as photutils measures them, one galaxy at two scales with equal fluxes",
        .enabled(if: RealData.isAvailable))
    func realCutouts() async throws {
        let angles = ["example": 172.6, "example_a": 29.1, "example_c": 167.0, "temp_small": 28.0]
        let folder = try TemporaryFolder()
        let data = try #require(RealData.folder).appendingPathComponent("images/legacy_survey_fits").path
        _ = try await Enrichment(
            model: Self.folder + "/mock-grz-v1", cutouts: [data], outputs: [folder.path("e.fits")]
        ).run(logger: .silent)
        let table = try CatalogTable(path: folder.path("e.fits"))
        let (ids, found) = (try table.texts("id"), try table.numbers("posang"))
        #expect(Set(ids) == Set(angles.keys))
        for (id, angle) in zip(ids, found) {
            let separation = Angle(degrees: angle).axisSeparation(Angle(degrees: try #require(angles[id])))
            #expect(separation.degrees < 12, "\(id): \(angle)")
        }
        let (fine, coarse) = (
            try #require(ids.firstIndex(of: "example_a")), try #require(ids.firstIndex(of: "temp_small"))
        )
        for band in ["g", "r", "z"] {
            let fluxes = try table.numbers("flux_" + band)
            #expect(abs(fluxes[fine] / fluxes[coarse] - 1) < 0.03, "\(band): \(fluxes)")
        }
        #expect(abs(found[fine] - found[coarse]) < 6)
    }
}
