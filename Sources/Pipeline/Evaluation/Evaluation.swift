internal import Astronomy
internal import Catalogs
internal import Discovery
internal import FITS
internal import Foundation
internal import GalaxyModels

/// Holds an enriched catalogue against the truth that stands in the same table, as that of a mock survey does.
public struct Evaluation: Sendable {
    /// The enriched catalogue, with the columns `true_redshift`, `true_logmstar`, ..., `class` passed through.
    public let catalog: String
    /// The natural fractions of classes.
    public var classifier = ClassifierRecipe()

    /// An evaluation of an enriched catalogue.
    public init(catalog: String) { self.catalog = catalog }

    /// The figures, a line each.
    ///
    /// - Throws: `PipelineError` when the catalogue holds no truth.
    public func lines() async throws -> [String] {
        try await BackgroundWork.run { _ in try evaluate() }
    }

    /// Puts figures into the card of a model, in the place of earlier ones of this title.
    ///
    /// - Throws: `PipelineError`: model when there is no such model folder, inputOutput.
    public func write(_ lines: [String], toCardOf model: String, title: String) throws {
        _ = try ModelFolder(path: model)
        try CardSection(title: title, lines: lines).write(toModel: model)
    }

    /// Columns that are read, where they are there.
    private static let wanted = [
        "z_phot", "logmstar", "logsfr", "posang", "class_pred", "class", "true_redshift", "true_logmstar",
        "true_logsfr", "true_posang", "true_half_light_radius", "true_axis_ratio", "state", "true_flux_r",
        "p_red_spiral",
    ]

    private func evaluate() throws -> [String] {
        let reader = try CatalogReader(path: catalog)
        var parts: [CatalogTable] = []
        while let block = try reader.next(100_000) { parts.append(block.selecting(Self.wanted)) }
        guard !parts.isEmpty else { throw PipelineError(.input, "'\(catalog)' has no rows") }
        let table = CatalogTable(joining: parts)
        var lines = redshiftLines(table) + regressionLines(table) + angleLines(table)
        lines += try classLines(table) + matchedLines(table)
        guard !lines.isEmpty else {
            throw PipelineError(
                .input, "'\(catalog)' holds no truth to compare with",
                hint: "it needs true_redshift, true_logmstar, true_logsfr, true_posang or class")
        }
        return lines
    }

    private func pair(_ table: CatalogTable, _ estimate: String, _ truth: String) -> (Column, Column)? {
        guard let estimated = table.column(estimate)?.numbers, let known = table.column(truth)?.numbers else {
            return nil
        }
        return (estimated, known)
    }

    private typealias Column = [Double]

    private func redshiftLines(_ table: CatalogTable) -> [String] {
        guard let (estimated, known) = pair(table, "z_phot", "true_redshift") else { return [] }
        let metrics = RedshiftMetrics(estimated: estimated, true: known)
        return [
            String(
                format:
                    "photo-z: %d galaxies, sigma_MAD %.4f, median bias %+.4f (worst third %.4f), |e| > 0.15: %.1f %%",
                metrics.count, metrics.sigmaMAD, metrics.medianBias, metrics.worstThirdBias,
                100 * metrics.outlierFraction)
        ]
    }

    private func regressionLines(_ table: CatalogTable) -> [String] {
        [("log10 stellar mass", "logmstar", "true_logmstar"), ("log10 SFR", "logsfr", "true_logsfr")]
            .compactMap {
                name, estimate, truth in
                guard let (estimated, known) = pair(table, estimate, truth) else { return nil }
                let metrics = RegressionMetrics(estimated: estimated, true: known)
                return String(
                    format: "%@: RMSE %.3f dex, median bias %+.3f, r^2 %.3f, 1 - SS_res/SS_tot %.3f", name,
                    metrics.rootMeanSquare, metrics.medianBias, metrics.squaredCorrelation,
                    metrics.determination)
            }
    }

    private func angleLines(_ table: CatalogTable) -> [String] {
        guard let (estimated, known) = pair(table, "posang", "true_posang"),
            let radius = table.column("true_half_light_radius")?.numbers,
            let ratio = table.column("true_axis_ratio")?.numbers
        else { return [] }
        let errors = estimated.indices.compactMap { row -> Double? in
            guard radius[row] > 1, ratio[row] < 0.6, estimated[row].isFinite, known[row].isFinite else {
                return nil
            }
            return Angle(degrees: estimated[row]).axisSeparation(Angle(degrees: known[row])).degrees
        }
        guard !errors.isEmpty else { return [] }
        return [
            String(
                format:
                    "position angle: median error %.1f deg of %d galaxies with R_e > 1 arcsec and q < 0.6",
                OrderStatistics(errors).median, errors.count)
        ]
    }

    private func classLines(_ table: CatalogTable) -> [String] {
        guard let predicted = table.column("class_pred")?.values.texts,
            let known = table.column("class")?.values.texts
        else { return [] }
        return Set(known).subtracting([""]).sorted().map { name in
            let counts = ConfusionMatrix(
                classes: ["other", name], truth: known.map { $0 == name ? 1 : 0 },
                predicted: predicted.map { $0 == name ? 1 : 0 }
            ).counts(of: 1)
            return ClassSummary(name: name, counts: counts, prevalence: classifier.prevalences[name]).line
        }
    }

    /// Red Spirals against quiescent galaxies matched in redshift and magnitude: by `class_pred`, and at the
    /// threshold on `p_red_spiral` that 5 % of those galaxies pass.
    private func matchedLines(_ table: CatalogTable) throws -> [String] {
        let name = "red_spiral"
        guard let predicted = table.column("class_pred")?.values.texts,
            let known = table.column("class")?.values.texts, let states = table.column("state")?.values.texts,
            let redshifts = table.column("true_redshift")?.numbers,
            let fluxes = table.column("true_flux_r")?.numbers,
            let scores = table.column("p_" + name)?.numbers
        else { return [] }
        let matched = MatchedControls(
            members: known.indices.filter { known[$0] == name },
            candidates: known.indices.filter { known[$0] == "normal" && states[$0] == "quiescent" },
            redshifts: redshifts, magnitudes: fluxes.map { $0 > 0 ? 22.5 - 2.5 * log10($0) : .nan })
        guard !matched.members.isEmpty else { return [] }
        let counts = matched.counts { predicted[$0] == name }
        var line = ClassSummary(
            name: "\(name) against quiescent galaxies of the same redshift and magnitude", counts: counts,
            prevalence: nil
        ).line
        let rows = (matched.members + matched.controls).filter { scores[$0].isFinite }
        let isMember = rows.map { known[$0] == name }
        if isMember.contains(true), isMember.contains(false) {
            let curve = try ROCCurve(scores: rows.map { scores[$0] }, isMember: isMember)
            let point = curve.bestPoint(falsePositiveRate: 0.05)
            line += String(
                format: "; recall %.3f where 5 %% of them pass",
                Double(point.truePositives) / Double(curve.members))
        }
        return [line]
    }
}
