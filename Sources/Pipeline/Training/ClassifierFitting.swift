internal import Computing
internal import Discovery
internal import Foundation

/// Fits class candidates on standardised latents of training rows and measures them on the test rows.
struct ClassifierFitting {
    /// Class of each record; empty where it is not known.
    let classes: [String]
    /// Groups of records that share pixels.
    let groups: [Int]
    /// Standardised latents of each record; empty for one that cannot be used.
    let latents: [[Float]]
    let recipe: ClassifierRecipe
    let seed: UInt64
    let threads: Int?

    /// A fitted classifier.
    struct Result {
        let model: ClassifierModel
        /// What the user should know: classes left out, classes with few members.
        let notes: [String]
    }

    /// Fits on training rows; thresholds come from the validation rows.
    ///
    /// A class without members enough is left out, and the others keep their classifier.
    ///
    /// - Throws: `PipelineError` when fewer than two classes are left; `DiscoveryError`.
    func fit(training: [Int], validation: [Int]) throws -> Result {
        let all = Set(classes.filter { !$0.isEmpty }).sorted()
        let reasons = all.map { (name: $0, reason: shortage(of: $0, training, validation)) }
        let names = reasons.filter { $0.reason == nil }.map(\.name)
        guard names.count >= 2 else { throw tooFewClasses(names, reasons) }
        var options = ClassifierOptions()
        options.machine.cost = recipe.cost
        options.oversampling = SMOTE(ratio: recipe.smallestShare, largestClass: recipe.largestClass)
        options.fallbackClass = names.contains(recipe.ordinaryClass) ? recipe.ordinaryClass : nil
        options.falsePositiveRate = recipe.falsePositiveRate
        options.falsePositiveRates = recipe.falsePositiveRates.filter { names.contains($0.key) }
        options.seed = seed
        let fit = try ClassifierModel.fit(
            training: labelled(training, names), validation: labelled(validation, names), options: options,
            loop: ParallelLoop(threads: threads))
        let leftOut = reasons.compactMap { name, reason in
            names.contains(name) ? nil : "class '\(name)' is left out: \(reason ?? "")"
        }
        return Result(model: fit.model, notes: leftOut + fit.report.smallClasses.map(\.description))
    }

    private func tooFewClasses(
        _ names: [String], _ reasons: [(name: String, reason: String?)]
    ) -> PipelineError {
        let found =
            names.first.map { "only class '\($0)' has members enough" } ?? "no class has members enough"
        let rest = reasons.compactMap { name, reason in reason.map { "class '\(name)': \($0)" } }
        return PipelineError(
            .input,
            "\(found) to tell two classes apart" + (rest.isEmpty ? "" : "; ")
                + rest.joined(separator: "; "))
    }

    /// Why a class cannot be learnt; `nil` when it can.
    private func shortage(of name: String, _ training: [Int], _ validation: [Int]) -> String? {
        func members(_ records: [Int]) -> [Int] {
            records.filter { classes[$0] == name && !latents[$0].isEmpty }
        }
        let places = Set(members(training).map { groups[$0] })
        if places.count < 2 { return "its training members stand in \(places.count) groups of 2 needed" }
        return members(validation).isEmpty ? "it has no validation member to choose its threshold on" : nil
    }

    /// Confusion counts of the test rows, a line a class of the classifier.
    func testLines(_ model: ClassifierModel, test: [Int]) throws -> [String] {
        let confusion = try model.confusion(
            on: labelled(test, model.classes), loop: ParallelLoop(threads: threads))
        return model.classes.indices.map { label in
            let name = model.classes[label]
            return ClassSummary(
                name: name, counts: confusion.counts(of: label), prevalence: recipe.prevalences[name]
            ).line
        }
    }

    /// The records whose class is one of `names`.
    private func labelled(_ records: [Int], _ names: [String]) -> LabelledRows {
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        let known = records.filter { numbers[classes[$0]] != nil && !latents[$0].isEmpty }
        return LabelledRows(
            features: FeatureMatrix(
                dimension: latents.lazy.map(\.count).max() ?? 1, floats: known.flatMap { latents[$0] }),
            classes: names, labels: known.map { numbers[classes[$0]] ?? 0 }, groups: known.map { groups[$0] })
    }
}
