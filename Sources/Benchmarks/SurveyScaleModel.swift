import Computing
import Discovery
import Foundation

/// A shipped model with a classifier and a reference set of chosen sizes: what a survey would have.
struct SurveyScaleModel {
    /// Support vectors of the classifier, at most those of the shipped one.
    var supportVectors: Int
    /// Objects of the reference set, standard normal in every latent.
    var references: Int

    /// Copies a model folder and puts classifier and reference set in place; a folder that is there stays.
    func write(_ model: String, to folder: String) throws {
        guard !FileManager.default.fileExists(atPath: folder) else { return }
        try FileManager.default.copyItem(atPath: model, toPath: folder)
        let classifier = try ClassifierModel(contentsOf: folder + "/classifier.safetensors")
        try reduced(classifier).write(to: folder + "/classifier.safetensors")
        let shipped = try ReferenceSet(contentsOf: folder + "/reference.safetensors")
        try drawn(like: shipped).write(to: folder + "/reference.safetensors")
    }

    /// The classifier with each class's first support vectors, in proportion; its time is that of their number,
    /// its decisions mean nothing.
    func reduced(_ classifier: ClassifierModel) -> ClassifierModel {
        let machine = classifier.decision
        let total = machine.supportVectors.count
        let wanted = min(supportVectors, total)
        // Whole numbers that sum to what is wanted: rounded sums up to each class, and their differences.
        var rows: [Int] = []
        var counts: [Int] = []
        var start = 0
        for count in machine.memberCounts {
            let kept = (start + count) * wanted / total - start * wanted / total
            rows += start..<start + kept
            counts.append(kept)
            start += count
        }
        let decision = SVMDecision(
            gamma: machine.gamma, supportVectors: machine.supportVectors.rows(rows), memberCounts: counts,
            coefficients: (0..<machine.classCount - 1).flatMap { line in
                rows.map { machine.coefficients[line * total + $0] }
            }, offsets: machine.offsets, labels: machine.labels)
        return ClassifierModel(
            classes: classifier.classes, scaler: classifier.scaler, decision: decision,
            sigmoids: classifier.sigmoids, rule: classifier.rule)
    }

    private func drawn(like shipped: ReferenceSet) throws -> ReferenceSet {
        var generator = CounterGenerator(seed: 5)
        let (mean, deviation) = (shipped.scaler.mean, shipped.scaler.deviation)
        var latents: [Double] = []
        latents.reserveCapacity(references * mean.count)
        for _ in 0..<references {
            for column in mean.indices {
                latents.append(mean[column] + deviation[column] * generator.normal())
            }
        }
        return try ReferenceSet(
            identifiers: .numbers(Array(0..<Int64(references))),
            latents: FeatureMatrix(dimension: mean.count, values: latents), scaler: shipped.scaler)
    }
}
