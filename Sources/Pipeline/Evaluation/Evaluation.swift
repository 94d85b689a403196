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

    /// An evaluation of an enriched catalogue.
    public init(catalog: String) { self.catalog = catalog }

    /// The figures, a line each.
    ///
    /// - Throws: `PipelineError` when the catalogue holds no truth.
    public func lines() async throws -> [String] {
        try await BackgroundWork.run { _ in try evaluate() }
    }

    /// Columns that are read, where they are there.
    private static let wanted = [
        "z_phot", "logmstar", "logsfr", "posang", "class_pred", "class", "true_redshift", "true_logmstar",
        "true_logsfr", "true_posang", "true_half_light_radius", "true_axis_ratio",
    ]

    private func evaluate() throws -> [String] {
        let reader = try CatalogReader(path: catalog)
        var parts: [CatalogTable] = []
        while let block = try reader.next(100_000) { parts.append(block.selecting(Self.wanted)) }
        guard !parts.isEmpty else { throw PipelineError(.input, "'\(catalog)' has no rows") }
        let table = CatalogTable(joining: parts)
        var lines = redshiftLines(table) + regressionLines(table) + angleLines(table)
        lines += classLines(table)
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
            let members = known.indices.filter { known[$0] == name }
            let recovered = members.count { predicted[$0] == name }
            let wrong = known.indices.count { known[$0] != name && predicted[$0] == name }
            let others = known.count - members.count
            let interval = BinomialInterval(successes: recovered, trials: max(1, members.count))
            return String(
                format:
                    "%@ candidates: %d of %d recovered (%.0f %%, 95 %% interval %.0f to %.0f %%), %d false of %d (%.2f %%)",
                name, recovered, members.count, 100 * Double(recovered) / Double(max(1, members.count)),
                100 * interval.lower, 100 * interval.upper, wrong, others,
                100 * Double(wrong) / Double(max(1, others)))
        }
    }
}
