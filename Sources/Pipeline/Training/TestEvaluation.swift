internal import Foundation
internal import GalaxyModels

/// What a model's estimates are worth on rows that it has not seen.
struct TestEvaluation {
    let rows: TrainingRows
    let test: [Int]
    let latents: RowLatents
    let model: GalaxyModel
    let objective: TrainingRecipe.Objective

    /// The metrics against the reported labels, a line each.
    var lines: [String] {
        if objective == .baseline {
            return ["no estimates: the latents of a baseline are free, none of them means a label"]
        }
        let properties = test.map { record in latents.estimates[record].map(model.properties) }
        func estimates(_ value: (GalaxyProperties) -> Double?) -> [Double] {
            properties.map { $0.flatMap(value) ?? .nan }
        }
        let redshift = RedshiftMetrics(
            estimated: estimates { $0.redshift?.value }, true: test.map { rows.redshift[$0] })
        let mass = RegressionMetrics(
            estimated: estimates { $0.log10StellarMass?.value }, true: test.map { rows.stellarMass[$0] })
        let rate = RegressionMetrics(
            estimated: estimates { $0.log10StarFormationRate?.value },
            true: test.map { rows.starFormationRate[$0] })
        var lines: [String] = []
        if redshift.count > 0 {
            lines.append(
                String(
                    format:
                        "redshift: %d rows, sigma_MAD %.4f, median bias %+.4f (worst third %.4f), |e| > 0.15: %.2f %%, MSE %.5f",
                    redshift.count, redshift.sigmaMAD, redshift.medianBias, redshift.worstThirdBias,
                    100 * redshift.outlierFraction, redshift.meanSquaredError))
        }
        lines += [("log10 stellar mass", mass), ("log10 SFR", rate)].compactMap { name, metrics in
            metrics.count > 0 ? line(name, metrics) : nil
        }
        return lines.isEmpty ? ["no estimates: no test row has both a label and an estimate of it"] : lines
    }

    private func line(_ name: String, _ metrics: RegressionMetrics) -> String {
        String(
            format:
                "%@: %d rows, RMSE %.3f, median bias %+.3f, sigma_MAD %.3f, r^2 %.3f, 1 - SS_res/SS_tot %.3f",
            name,
            metrics.count, metrics.rootMeanSquare, metrics.medianBias, metrics.sigmaMAD,
            metrics.squaredCorrelation, metrics.determination)
    }
}
