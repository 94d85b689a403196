import Catalogs
import FITS
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Evaluating an enriched mock survey")
struct EvaluationTests {
    private func lines(_ columns: [TableColumn]) async throws -> [String] {
        let folder = try TemporaryFolder()
        try CatalogTable(columns: columns).write(to: folder.path("e.fits"))
        return try await Evaluation(catalog: folder.path("e.fits")).lines()
    }

    @Test("Redshift, mass and angle figures of a table worked out by hand; rows without truth stay out")
    func regressions() async throws {
        let lines = try await lines([
            // (z_phot - z) / (1 + z) = 0, 0.1, 0.2: median 0.1, MAD 0.1, one beyond 0.15.
            TableColumn("z_phot", .double([0.5, 0.21, 1.4, 0.3])),
            TableColumn("true_redshift", .double([0.5, 0.1, 1.0, .nan])),
            TableColumn("logmstar", .double([10, 11, 9, 9])),
            TableColumn("true_logmstar", .double([10.3, 11.4, 9, .nan])),
            // 179 and 1 degree are 2 degrees apart; the round, the small and the unknown do not count.
            TableColumn("posang", .double([179, 90, 10, .nan])),
            TableColumn("true_posang", .double([1, 0, 30, 5])),
            TableColumn("true_half_light_radius", .double([2, 0.5, 2, 2])),
            TableColumn("true_axis_ratio", .double([0.3, 0.3, 0.9, 0.3])),
        ])
        #expect(
            lines == [
                "photo-z: 3 galaxies, sigma_MAD 0.1483, median bias +0.1000 (worst third 0.2000), |e| > 0.15: 33.3 %",
                "log10 stellar mass: RMSE 0.289 dex, median bias -0.300, r^2 0.998, 1 - SS_res/SS_tot 0.913",
                "position angle: median error 2.0 deg of 1 galaxies with R_e > 1 arcsec and q < 0.6",
            ])
    }

    @Test("Classes: counts, Wilson intervals, and the precision where the class is rare")
    func classes() async throws {
        // 4 Green Peas, 3 of them found; 16 others, 1 of them taken for one.
        let truth = Array(repeating: "green_pea", count: 4) + Array(repeating: "normal", count: 16)
        var predicted = truth
        predicted[0] = "normal"
        predicted[10] = "green_pea"
        let lines = try await lines([
            TableColumn("class", .text(truth)), TableColumn("class_pred", .text(predicted)),
        ])
        #expect(
            lines[0].hasPrefix(
                "green_pea: 3 of 4 recovered (recall 0.750, 0.301 to 0.954), 1 false of 16 others "
                    + "(0.0625, 0.0111 to 0.2833), precision 0.750, 0.301 to 0.954"))
        // 0.001 x 0.75 / (0.001 x 0.75 + 0.999 x 0.0625) = 0.0119.
        #expect(lines[0].hasSuffix("; on a sky with one in 1000: precision 0.012 (0.0011 to 0.079)"))
        #expect(lines[1].hasPrefix("normal: 15 of 16 recovered") && !lines[1].contains("sky"))
    }

    @Test("Red Spirals are held against quiescent galaxies of the same redshift and magnitude only")
    func matched() async throws {
        // Two pairs: (0, 3) and (1, 4). Row 2 finds nobody near; row 5 is no quiescent galaxy; row 6 is 0.6
        // mag fainter than all.
        let lines = try await lines([
            TableColumn(
                "class",
                .text([
                    "red_spiral", "red_spiral", "red_spiral", "normal", "normal", "normal", "normal",
                ])),
            TableColumn(
                "class_pred",
                .text(["red_spiral", "red_spiral", "normal", "red_spiral", "normal", "normal", "normal"])),
            TableColumn(
                "state",
                .text([
                    "quiescent", "quiescent", "quiescent", "quiescent", "quiescent", "star_forming",
                    "quiescent",
                ])),
            TableColumn("true_redshift", .double([0.05, 0.08, 0.3, 0.055, 0.081, 0.05, 0.05])),
            TableColumn("true_flux_r", .double([100, 120, 100, 110, 120, 100, 57])),
            TableColumn("p_red_spiral", .double([0.9, 0.4, 0.1, 0.6, 0.1, 0.1, 0.1])),
            TableColumn("z_phot", .double([0.05, 0.08, 0.3, 0.05, 0.08, 0.05, 0.05])),
        ])
        let line = try #require(lines.last)
        #expect(line.contains("against quiescent galaxies of the same redshift and magnitude: 2 of 2"))
        #expect(line.contains("1 false of 2 others (0.5000"))
        // No control may pass at 5 % of two: only the first spiral lies above the better control.
        #expect(line.hasSuffix("recall 0.500 where 5 % of them pass"))
    }

    @Test(
        "Figures go into a model's card, in the place of earlier ones; a folder that is no model is refused")
    func card() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: survey.model, toPath: folder.path("model"))
        let before = try String(contentsOfFile: folder.path("model/card.md"), encoding: .utf8)
        let evaluation = Evaluation(catalog: try await SmallSurvey.enriched())
        let lines = try await evaluation.lines()
        try evaluation.write(["old"], toCardOf: folder.path("model"), title: "Elsewhere")
        try evaluation.write(["kept"], toCardOf: folder.path("model"), title: "Later")
        try evaluation.write(lines, toCardOf: folder.path("model"), title: "Elsewhere")
        let card = try String(contentsOfFile: folder.path("model/card.md"), encoding: .utf8)
        let items = lines.map { "- \($0)\n" }.joined()
        #expect(card == before + "\n## Elsewhere\n\n" + items + "\n## Later\n\n- kept\n")
        let error = #expect(throws: PipelineError.self) {
            try evaluation.write(lines, toCardOf: folder.path("nothing"), title: "Elsewhere")
        }
        #expect(error?.category == .model)
    }

    @Test("A catalogue without truth, or without rows, is an input error that says what is needed")
    func nothing() async throws {
        for columns in [
            [TableColumn("z_phot", .double([0.1]))],
            [TableColumn("z_phot", .double([])), TableColumn("true_redshift", .double([]))],
        ] {
            let error = await #expect(throws: PipelineError.self) { try await lines(columns) }
            #expect(error?.category == .input)
        }
    }
}
