import Discovery
import Foundation
import TestSupport
import Testing

@Suite("Metrics")
struct MetricsTests {
    @Test("Confusion, recall, precision, F1 and accuracies equal scikit-learn's")
    func goldens() throws {
        let golden = try Goldens.load().metrics
        let matrix = ConfusionMatrix(
            classes: ["a", "b", "c"], truth: golden.truth, predicted: golden.called)
        #expect(matrix.counts.flatMap { $0 } == golden.confusion)
        let counts = (0..<3).map { matrix.counts(of: $0) }
        expectClose(counts.map(\.recall), golden.recall, relative: 1e-14)
        expectClose(counts.map(\.precision), golden.precision, relative: 1e-14)
        expectClose(counts.map(\.f1), golden.f1, relative: 1e-14)
        expectClose(
            [matrix.accuracy, matrix.balancedAccuracy], [golden.accuracy, golden.balancedAccuracy],
            relative: 1e-14)
    }

    @Test("The ROC curve and its area equal scikit-learn's, equal scores included")
    func curve() throws {
        let golden = try Goldens.load().metrics
        let curve = try ROCCurve(scores: golden.scores, isMember: golden.truth.map { $0 == 1 })
        expectClose([curve.area], [golden.area], relative: 1e-14)
        expectClose(
            curve.points.map { Double($0.falsePositives) / Double(curve.others) }, golden.falsePositiveRates,
            absolute: 1e-15)
        expectClose(
            curve.points.map { Double($0.truePositives) / Double(curve.members) }, golden.truePositiveRates,
            absolute: 1e-15)
    }

    @Test("2 % false positives among 5,225 with 13 members is a purity of 11 %, and less in nature")
    func purity() {
        let counts = ConfusionCounts(
            truePositives: 13, falseNegatives: 0, falsePositives: 104, trueNegatives: 5121)
        expectClose([counts.precision], [13.0 / 117], relative: 1e-15)
        expectClose([counts.precision(atPrevalence: 13.0 / 5238)], [13.0 / 117], relative: 1e-14)
        // p R / (p R + (1 - p) F) with p = 0.001, F = 104 / 5225.
        expectClose(
            [counts.precision(atPrevalence: 0.001)], [0.001 / (0.001 + 0.999 * 104 / 5225)], relative: 1e-14)
        #expect(counts.precision(atPrevalence: 0) == 0)
    }

    @Test("What is undefined is NaN")
    func undefined() {
        let empty = ConfusionCounts(truePositives: 0, falseNegatives: 0, falsePositives: 0, trueNegatives: 4)
        #expect(empty.recall.isNaN && empty.precision.isNaN && empty.f1.isNaN)
        #expect(empty.falsePositiveRate == 0)
        let matrix = ConfusionMatrix(classes: ["a", "b"], truth: [0, 0], predicted: [0, 1])
        #expect(matrix.balancedAccuracy == 0.5)
        #expect(ConfusionMatrix(classes: ["a"], truth: [], predicted: []).accuracy.isNaN)
    }

    @Test("Counts against chosen negatives leave the other classes out")
    func negatives() {
        let matrix = ConfusionMatrix(
            classes: ["pea", "star", "normal"], truth: [0, 0, 1, 1, 2, 2, 2],
            predicted: [0, 2, 0, 1, 0, 0, 2])
        #expect(
            matrix.counts(of: 0, against: [1])
                == ConfusionCounts(truePositives: 1, falseNegatives: 1, falsePositives: 1, trueNegatives: 1))
        #expect(
            matrix.counts(of: 0)
                == ConfusionCounts(truePositives: 1, falseNegatives: 1, falsePositives: 3, trueNegatives: 2))
    }

    @Test("Intervals equal scipy's, exact and Wilson", arguments: 0..<6)
    func intervals(index: Int) throws {
        let golden = try Goldens.load().intervals[index]
        let exact = BinomialInterval(
            successes: golden.k, trials: golden.n, level: golden.level, method: .clopperPearson)
        expectClose([exact.lower, exact.upper], golden.exact, absolute: 1e-9, relative: 1e-8)
        let wilson = BinomialInterval(
            successes: golden.k, trials: golden.n, level: golden.level, method: .wilson)
        expectClose([wilson.lower, wilson.upper], golden.wilson, absolute: 1e-12, relative: 1e-11)
    }

    @Test("13 of 13 leaves a recall of 75 % possible, no trials leave everything")
    func thirteenPeas() {
        let interval = BinomialInterval(successes: 13, trials: 13, method: .clopperPearson)
        expectClose([interval.lower], [pow(0.025, 1 / 13.0)], absolute: 1e-12)
        expectClose([interval.lower], [0.753], absolute: 5e-4)
        #expect(interval.upper == 1)
        let nothing = BinomialInterval(successes: 0, trials: 0)
        #expect(nothing.lower == 0 && nothing.upper == 1)
    }

    @Test("The best threshold lies below the last member within the limit, above the next score")
    func bestPoint() throws {
        let scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
        let isMember = [true, false, true, false, false, true]
        let curve = try ROCCurve(scores: scores, isMember: isMember)
        let none = curve.bestPoint(falsePositiveRate: 0)
        #expect(none.truePositives == 1 && none.falsePositives == 0)
        expectClose([none.threshold], [0.85], absolute: 1e-15)
        let third = curve.bestPoint(falsePositiveRate: 0.34)
        #expect(third.truePositives == 2 && third.falsePositives == 1)
        expectClose([third.threshold], [0.65], absolute: 1e-15)
        // Two of three others allowed win no further member: the fewest others count.
        #expect(curve.bestPoint(falsePositiveRate: 0.7) == third)
        #expect(curve.bestPoint(falsePositiveRate: 1).threshold == 0.4)
        let hopeless = try ROCCurve(scores: [0.9, 0.1], isMember: [false, true])
        #expect(hopeless.bestPoint(falsePositiveRate: 0.5).threshold == .infinity)
    }

    @Test("Curves need both kinds and numbers")
    func curveErrors() {
        #expect(throws: DiscoveryError.self) { try ROCCurve(scores: [1, 2], isMember: [true, true]) }
        #expect(throws: DiscoveryError.self) { try ROCCurve(scores: [1, .nan], isMember: [true, false]) }
    }

    @Test("Percentiles equal scipy's percentileofscore")
    func percentiles() throws {
        let golden = try Goldens.load().metrics
        let ranks = try PercentileRank(reference: golden.scores)
        expectClose([-1, 0.2, 0.25, 9].map(ranks.percentile), golden.percentiles, relative: 1e-14)
        #expect(ranks.percentile(.nan).isNaN)
        #expect(throws: DiscoveryError.self) { try PercentileRank(reference: []) }
    }
}
