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
    let seed: UInt64
    let threads: Int?

    /// The class that a row falls back to when no other passes its threshold.
    static let ordinaryClass = "normal"
    /// False-positive rate that thresholds may cost on validation rows, per class; others 2 %.
    static let falsePositiveRates = ["red_spiral": 0.03, "green_pea": 0.015]

    /// Fits on training rows; thresholds come from the validation rows.
    func fit(training: [Int], validation: [Int]) throws -> ClassifierModel.Fit {
        var options = ClassifierOptions()
        options.fallbackClass = classes.contains(Self.ordinaryClass) ? Self.ordinaryClass : nil
        options.falsePositiveRates = Self.falsePositiveRates.filter { classes.contains($0.key) }
        options.seed = seed
        return try ClassifierModel.fit(
            training: labelled(training), validation: labelled(validation), options: options,
            loop: ParallelLoop(threads: threads))
    }

    /// Confusion counts of the test rows, a line a class.
    func testLines(_ model: ClassifierModel, test: [Int]) throws -> [String] {
        let confusion = try model.confusion(on: labelled(test), loop: ParallelLoop(threads: threads))
        return model.classes.indices.map { label in
            let counts = confusion.counts(of: label)
            let recall = BinomialInterval(successes: counts.truePositives, trials: max(1, counts.members))
            return String(
                format:
                    "%@: %d of %d recovered (recall %.3f, 95 %% interval %.3f to %.3f), %d false of %d others (%.4f), precision %.3f",
                model.classes[label], counts.truePositives, counts.members, counts.recall, recall.lower,
                recall.upper, counts.falsePositives, counts.others, counts.falsePositiveRate, counts.precision
            )
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
