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

    /// Fits on training rows; thresholds come from the validation rows.
    func fit(training: [Int], validation: [Int]) throws -> ClassifierModel.Fit {
        var options = ClassifierOptions()
        options.machine.cost = recipe.cost
        options.oversampling = SMOTE(ratio: recipe.smallestShare, largestClass: recipe.largestClass)
        options.fallbackClass = classes.contains(recipe.ordinaryClass) ? recipe.ordinaryClass : nil
        options.falsePositiveRate = recipe.falsePositiveRate
        options.falsePositiveRates = recipe.falsePositiveRates.filter { classes.contains($0.key) }
        options.seed = seed
        return try ClassifierModel.fit(
            training: labelled(training), validation: labelled(validation), options: options,
            loop: ParallelLoop(threads: threads))
    }

    /// Confusion counts of the test rows, a line a class.
    func testLines(_ model: ClassifierModel, test: [Int]) throws -> [String] {
        let confusion = try model.confusion(on: labelled(test), loop: ParallelLoop(threads: threads))
        return model.classes.indices.map { label in
            let name = model.classes[label]
            return ClassSummary(
                name: name, counts: confusion.counts(of: label), prevalence: recipe.prevalences[name]
            ).line
        }
    }

    private func labelled(_ records: [Int]) -> LabelledRows {
        let known = records.filter { !classes[$0].isEmpty && !latents[$0].isEmpty }
        let names = Set(classes.filter { !$0.isEmpty }).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        return LabelledRows(
            features: FeatureMatrix(
                dimension: latents.lazy.map(\.count).max() ?? 1, floats: known.flatMap { latents[$0] }),
            classes: names, labels: known.map { numbers[classes[$0]] ?? 0 }, groups: known.map { groups[$0] })
    }
}
