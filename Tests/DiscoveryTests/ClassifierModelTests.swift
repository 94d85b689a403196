import Computing
import Discovery
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite("Classifier")
struct ClassifierModelTests {
    static let sizes = [
        (name: "normal", count: 150), (name: "green_pea", count: 12), (name: "star", count: 25),
    ]
    static let training = Samples.clouds(sizes)
    static let validation = Samples.clouds(sizes.map { (name: $0.name, count: 2 * $0.count) }, seed: 5)
    static let test = Samples.clouds(sizes.map { (name: $0.name, count: 4 * $0.count) }, seed: 7)
    static let options = ClassifierOptions(
        costs: [1, 10], gammas: [.scale, .value(0.1)], oversampling: SMOTE(ratio: 0.5),
        fallbackClass: "normal", seed: 11)

    static func fit(threads: Int = 2, seed: UInt64 = 11) throws -> ClassifierModel.Fit {
        var options = options
        options.seed = seed
        return try ClassifierModel.fit(
            training: training, validation: validation, options: options, loop: ParallelLoop(threads: threads)
        )
    }

    @Test("Rare classes among many are found on rows apart, within the limit set on validation rows")
    func learns() throws {
        let fit = try Self.fit()
        let model = fit.model
        let validated = try #require(fit.report.validation)
        let matrix = try model.confusion(on: Self.test)
        for name in ["green_pea", "star"] {
            let label = try #require(model.classes.firstIndex(of: name))
            #expect(validated.counts(of: label).falsePositiveRate <= 0.02)
            #expect(matrix.counts(of: label).recall >= 0.9)
            #expect(matrix.counts(of: label).falsePositiveRate <= 0.05)
        }
        #expect(fit.report.trials.count == 4)
        let best = try #require(fit.report.trials.map(\.balancedAccuracy).max())
        #expect(best > 0.85)
        let chosen = try #require(fit.report.trials.first { $0.balancedAccuracy == best })
        #expect(chosen.parameters.cost == fit.report.parameters.cost)
        #expect(fit.report.crossValidation.balancedAccuracy == best)
    }

    @Test("Probabilities sum to 1 and mean what they say")
    func calibrated() throws {
        // Clouds that overlap much, no synthetic rows: of rows with p near 0.5 about half are members.
        let rows = Samples.clouds([("a", 400), ("b", 400)], dimension: 2, spread: 2)
        let options = ClassifierOptions(oversampling: nil, seed: 1)
        let model = try ClassifierModel.fit(training: rows, options: options).model
        let fresh = Samples.clouds([("a", 3000), ("b", 3000)], dimension: 2, spread: 2, seed: 8)
        let predictions = try model.predictions(for: fresh.features)
        expectClose(
            predictions.map { $0.probabilities.reduce(0, +) }, [Double](repeating: 1, count: fresh.count),
            absolute: 1e-12)
        for low in [0.2, 0.35, 0.5, 0.65] {
            let inside = predictions.indices.filter {
                (low..<low + 0.15).contains(predictions[$0].probabilities[0])
            }
            let fraction =
                Double(inside.count { fresh.labels[$0] == 0 }) / Double(inside.count)
            let mean = inside.reduce(0) { $0 + predictions[$1].probabilities[0] } / Double(inside.count)
            #expect(inside.count > 100)
            #expect(abs(fraction - mean) < 0.1, "\(low): \(fraction) of \(inside.count), said \(mean)")
        }
    }

    @Test("Threads change no bit, the seed does, and the same seed gives the same model")
    func determinism() throws {
        let one = try Self.fit(threads: 1)
        #expect(try Self.fit(threads: 4) == one)
        #expect(try Self.fit(seed: 12).model != one.model)
    }

    @Test("A row's prediction depends on that row alone")
    func batches() throws {
        let model = try Self.fit().model
        let all = try model.predictions(for: Self.test.features, loop: ParallelLoop(threads: 3))
        let single = try (0..<Self.test.count).flatMap {
            try model.predictions(for: Self.test.features.rows([$0]), loop: ParallelLoop(threads: 1))
        }
        #expect(single == all)
    }

    @Test("A row with a NaN has no class, the others keep theirs")
    func notFiniteRows() throws {
        let model = try Self.fit().model
        let clean = try model.predictions(for: Self.test.features.rows([0, 1]))
        var values = Self.test.features.rows([0, 1, 2]).values
        values[9] = .nan
        let found = try model.predictions(for: FeatureMatrix(dimension: 4, values: values))
        #expect(Array(found.prefix(2)) == clean)
        #expect(found[2].label == nil)
        #expect(found[2].probabilities.allSatisfy { $0.isNaN })
        #expect(throws: DiscoveryError.wrongDimension(expected: 4, found: 3)) {
            try model.predictions(for: FeatureMatrix(dimension: 3, values: [1, 2, 3]))
        }
    }

    @Test(
        "One class, a class of one, an empty class, groups of one kind and NaN rows are errors with numbers")
    func impossibleTraining() {
        func message(_ rows: LabelledRows) -> String {
            do {
                _ = try ClassifierModel.fit(training: rows, options: ClassifierOptions())
                return "fitted"
            } catch { return "\(error)" }
        }
        #expect(
            message(Samples.clouds([("a", 30)]))
                == "all 30 training rows are of class 'a': a classifier needs at least two classes")
        #expect(
            message(Samples.clouds([("a", 30), ("b", 1)]))
                == "class 'b' has 1 members, training needs at least 2")
        #expect(
            message(
                LabelledRows(
                    features: FeatureMatrix(dimension: 1, values: [1, 2, 3, 4]), classes: ["a", "b", "c"],
                    labels: [0, 0, 1, 1])) == "class 'c' has 0 members, training needs at least 2")
        let rows = Samples.clouds([("a", 10), ("b", 4)])
        let grouped = LabelledRows(
            features: rows.features, classes: rows.classes, labels: rows.labels,
            groups: (0..<14).map { $0 < 10 ? $0 : 99 })
        #expect(
            message(grouped)
                == "the members of class 'b' lie in 1 groups, cross-validation needs at least 2")
        let nan = LabelledRows(
            features: FeatureMatrix(dimension: 1, values: [1, 2, .nan, 4]), classes: ["a", "b"],
            labels: [0, 0, 1, 1])
        #expect(message(nan) == "row 2: feature 0 is nan; only finite features can be used")
        #expect(
            message(LabelledRows(features: FeatureMatrix(dimension: 1, values: []), classes: [], labels: []))
                == "no rows for training")
    }

    @Test("Classes of few members fit, and are reported with what their recall may still be")
    func smallClasses() throws {
        let rows = Samples.clouds([("normal", 60), ("pea", 3)])
        let options = ClassifierOptions(fallbackClass: "normal")
        let fit = try ClassifierModel.fit(training: rows, validation: rows, options: options)
        #expect(fit.report.smallClasses.map(\.name) == ["pea", "pea"])
        #expect(
            fit.report.smallClasses[0].description
                == "class 'pea' has 3 training members: even if all are found, the recall may be as low as 29 %"
        )
        // Validation rows without the class cannot choose its threshold.
        let without = Samples.clouds([("normal", 10)])
        #expect(throws: DiscoveryError.self) {
            try ClassifierModel.fit(training: rows, validation: without, options: options)
        }
        #expect(throws: DiscoveryError.unknownClass(name: "odd", known: ["normal", "pea"])) {
            try ClassifierModel.fit(training: rows, options: ClassifierOptions(fallbackClass: "odd"))
        }
    }

    @Test("The rule by hand: the class farthest above its threshold in log odds, else the fallback")
    func rule() {
        let rule = DecisionRule(fallback: 0, thresholds: [0, 0.1, 0.5])
        #expect(rule.label([0.85, 0.05, 0.10]) == 0)
        #expect(rule.label([0.80, 0.15, 0.05]) == 1)
        // logit 0.2 - logit 0.1 = 0.811; logit 0.55 - logit 0.5 = 0.201.
        #expect(rule.label([0.25, 0.20, 0.55]) == 1)
        #expect(rule.label([0.01, 0.11, 0.88]) == 2)
        #expect(DecisionRule(fallback: nil, thresholds: [0, 0, 0]).label([0.4, 0.2, 0.4]) == 0)
        #expect(DecisionRule(fallback: 0, thresholds: [0, 2]).label([0, 1]) == 0)
        #expect(DecisionRule(fallback: 0, thresholds: [0, 0.5, 0.5]).label([0, 0.5, 0.5]) == 1)
    }
}
