internal import GalaxyModels

/// The card of a model: what it was trained on, what it is worth, where it ends.
struct ModelCard {
    let name: String
    let plan: TrainingPlan
    let rowCounts: [(part: String, count: Int)]
    /// Rows whose cutouts could not be used; they stand in no part.
    let unusedRows: Int
    let bestEpoch: Int
    let lines: [String]

    /// The card as Markdown.
    var text: String {
        let rows = rowCounts.map { "\($0.count) \($0.part)" }.joined(separator: ", ")
        let unused =
            unusedRows == 0
            ? "" : " \(unusedRows) more, whose cutouts could not be used, stand in none."
        let metrics = lines.map { "- \($0)" }.joined(separator: "\n")
        return """
            # \(name)

            Made by galatea \(Version.number) from the configuration in `config.toml`, seed \(plan.recipe.seed).

            Objective `\(plan.recipe.objective.rawValue)`; Adam at learning rate \(plan.recipe.learningRate) \
            (\(plan.recipe.schedule.rawValue)), \(plan.recipe.epochs) epochs in batches of \(plan.recipe.batchSize).

            ## Data

            Rows: \(rows); whole groups of cutouts that share pixels stand in one part.\(unused) Epoch \(bestEpoch) of \
            \(plan.recipe.epochs) had the best validation score.

            ## Metrics on the test rows, against the reported labels

            \(metrics)

            With e = (z_phot - z) / (1 + z): sigma_MAD = 1.4826 median |e - median e|, bias = median e. \
            Recall and false-positive rate are those of `class_pred`; a flagged object is a candidate. \
            Intervals are Wilson's.

            ## Limits

            The model knows what its training rows show: their survey, depth, seeing, pixel scale and the labels' \
            systematic errors. Estimates outside that range carry no warranty.

            """
    }
}
