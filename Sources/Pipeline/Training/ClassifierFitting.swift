internal import Computing
internal import Discovery
internal import Foundation
internal import GalaxyModels

/// Fits class candidates on the latents of training rows and measures them on the test rows.
struct ClassifierFitting {
    let rows: TrainingRows
    let latents: RowLatents
    let seed: UInt64
    let threads: Int?

    /// The class that a row falls back to when no other passes its threshold.
    static let ordinaryClass = "normal"
    /// False-positive rate that thresholds may cost on validation rows, per class; others 2 %.
    static let falsePositiveRates = ["red_spiral": 0.03, "green_pea": 0.01]

    /// Fits on training rows; thresholds come from the validation rows.
    func fit(training: [Int], validation: [Int], scaler: FeatureScaler) throws -> ClassifierModel.Fit {
        let classes = rows.classes ?? []
        let hasOrdinary = classes.contains(Self.ordinaryClass)
        var options = ClassifierOptions()
        options.fallbackClass = hasOrdinary ? Self.ordinaryClass : nil
        options.falsePositiveRates = Self.falsePositiveRates.filter { classes.contains($0.key) }
        options.seed = seed
        return try ClassifierModel.fit(
            training: labelled(training, scaler: scaler), validation: labelled(validation, scaler: scaler),
            options: options, loop: ParallelLoop(threads: threads))
    }

    /// Confusion counts of the test rows, a line a class.
    func testLines(_ model: ClassifierModel, test: [Int], scaler: FeatureScaler) throws -> [String] {
        let rows = labelled(test, scaler: scaler)
        let confusion = try model.confusion(on: rows, loop: ParallelLoop(threads: threads))
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

    private func labelled(_ records: [Int], scaler: FeatureScaler) -> LabelledRows {
        let known = records.filter { !(rows.classes?[$0] ?? "").isEmpty }
        let features = FeatureMatrix(
            dimension: scaler.dimension, floats: known.flatMap { latents.estimates[$0]?.latents ?? [] })
        let names = Set((rows.classes ?? []).filter { !$0.isEmpty }).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        return LabelledRows(
            features: scaler.scaled(features), classes: names,
            labels: known.map { numbers[rows.classes?[$0] ?? ""] ?? 0 },
            groups: known.map { rows.groups[$0] })
    }
}
