import Catalogs
import FITS
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Catalogues of other layouts")
struct CatalogLayoutTests {
    /// How the catalogue of `write` is laid out.
    private static let layout = """
        [catalog]
        delimiter = ";"
        comment = "%"
        header = "comment"
        mass_scale = "linear"
        sfr_per = "Gyr"
        coordinate_unit = "rad"
        missing = { redshift = [-7.0] }
        classes = { 1 = "green_pea", 0 = "normal" }

        [columns]
        id = "NAME"
        ra = "RAJ2000"
        dec = "DEJ2000"
        redshift = "Z_SPEC"
        redshift_err = "Z_ERR"
        logmstar = "MASS"
        logmstar_err = "E_MASS"
        logsfr = "SFR"
        ebv = "EBV"
        class = "CODE"
        """

    /// The survey's catalogue as somebody else would write it.
    private func write(_ survey: SmallSurvey, to path: String) throws {
        let table = try CatalogTable(path: survey.catalog)
        let columns = try ["ra", "dec", "redshift", "logmstar", "logsfr", "ebv"].map(table.numbers)
        let ids = try #require(table.column("id")?.values.integers)
        let classes = try table.texts("class")
        var text = "% a survey\n%NAME;RAJ2000;DEJ2000;Z_SPEC;Z_ERR;MASS;E_MASS;SFR;EBV;CODE\n"
        for row in 0..<table.rowCount {
            let values = columns.map { $0[row] }
            func number(_ value: Double) -> String { value.isNaN ? "" : "\(value)" }
            let redshift = values[2].isNaN ? "-7.0" : "\(values[2])"
            let mass = pow(10, values[3])
            text +=
                [
                    "\(ids[row])", number(values[0] * .pi / 180), number(values[1] * .pi / 180), redshift,
                    "0.001", number(mass), number(mass * 0.1), number(values[4] + 9), number(values[5]),
                    classes[row] == "green_pea" ? "1" : "0",
                ].joined(separator: ";") + "\n"
        }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    @Test("Names, units, sentinels and classes of the configuration give the labels of the plain catalogue")
    func labels() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        try write(survey, to: folder.path("other.txt"))
        let plan = try TrainingPlan(toml: Self.layout, path: "c.toml")
        let other = try LabelCatalog(path: folder.path("other.txt"), configuration: plan.labels)
        let plain = try LabelCatalog(path: survey.catalog)
        #expect(other.identifiers == plain.identifiers)
        let (right, expected) = (try #require(other.rightAscension), try #require(plain.rightAscension))
        expectClose(right, expected, absolute: 1e-9)
        expectClose(other.redshift?.values ?? [], plain.redshift?.values ?? [])
        #expect(other.redshift?.values.contains(where: \.isNaN) == true)
        expectClose(
            other.log10StellarMass?.values ?? [], plain.log10StellarMass?.values ?? [], absolute: 1e-4)
        let sigmas = try #require(other.log10StellarMass?.sigma).filter(\.isFinite)
        #expect(!sigmas.isEmpty && sigmas.allSatisfy { abs($0 - 0.0434) < 1e-3 })
        expectClose(
            other.log10StarFormationRate?.values ?? [], plain.log10StarFormationRate?.values ?? [],
            absolute: 1e-4)
        #expect(Set(other.classes ?? []) == ["normal", "green_pea"])
        #expect(try TrainingPlan(toml: plan.toml, path: "c.toml") == plan)
    }

    @Test("A model trains on it, keeps its layout, and enriches it to the values of the plain catalogue")
    func training() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        try write(survey, to: folder.path("other.txt"))
        var plan = survey.plan(epochs: 1)
        plan.labels = try TrainingPlan(toml: Self.layout, path: "c.toml").labels
        var training = survey.training(plan, catalog: folder.path("other.txt"), to: folder.path("model"))
        training.threads = 2
        let summary = try await training.run(logger: .silent)
        #expect(summary.rows == survey.training.rows)
        let stored = try String(contentsOfFile: folder.path("model/config.toml"), encoding: .utf8)
        #expect(stored.contains("redshift = \"Z_SPEC\"") && stored.contains("sfr_per = \"Gyr\""))

        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.catalog = folder.path("other.txt")
        enrichment.layout = plan.labels
        _ = try await enrichment.run(logger: .silent)
        let enriched = try CatalogTable(path: folder.path("e.fits"))
        let plain = try CatalogTable(path: try await SmallSurvey.enriched())
        #expect(enriched.column("id")?.values == plain.column("id")?.values)
        expectClose(try enriched.numbers("z_phot"), try plain.numbers("z_phot"), absolute: 1e-5)
        #expect(enriched.names.contains("MASS") && enriched.names.contains("RAJ2000"))
        // Only objects count here: a catalogue without the labels that the layout names is no error.
        try Data("%NAME;RAJ2000;DEJ2000;EBV\n5;1.0;0.5;0.1\n".utf8).write(
            to: URL(fileURLWithPath: folder.path("targets.txt")))
        enrichment.catalog = folder.path("targets.txt")
        enrichment.outputs = [folder.path("t.fits")]
        #expect(try await enrichment.run(logger: .silent).rows == 1)
    }
}
