internal import Foundation

/// How class probabilities become one class.
///
/// Without a fallback: the most probable class, the first of equal ones. With one: of the other classes
/// whose probability reaches their threshold, the one farthest above it in log odds,
/// `logit p - logit t`, the first of equal ones; the fallback where none does. A threshold below the
/// most probable class's probability lets a rare class be flagged although another is more probable: a
/// flagged object is a candidate.
public struct DecisionRule: Sendable, Equatable {
    /// Index of the class given to rows that no other class claims.
    public let fallback: Int?
    /// Smallest probability of each class to be flagged; above 1 it never is. Not used without a fallback.
    public let thresholds: [Double]

    /// A rule for as many classes as there are thresholds.
    public init(fallback: Int?, thresholds: [Double]) {
        precondition(
            fallback.map(thresholds.indices.contains) ?? true,
            "DecisionRule: fallback \(fallback ?? -1) of \(thresholds.count) classes")
        precondition(thresholds.allSatisfy { $0 >= 0 }, "DecisionRule: a threshold below 0")
        self.fallback = fallback
        self.thresholds = thresholds
    }

    /// The class of a row of these probabilities.
    public func label(_ probabilities: [Double]) -> Int { label(probabilities[...]) }

    /// The class of a row of these probabilities.
    func label(_ row: ArraySlice<Double>) -> Int {
        row.withUnsafeBufferPointer(label)
    }

    private func label(_ probabilities: UnsafeBufferPointer<Double>) -> Int {
        precondition(
            probabilities.count == thresholds.count,
            "DecisionRule: \(probabilities.count) probabilities of \(thresholds.count) classes")
        guard let fallback else {
            return probabilities.indices.reduce(0) { probabilities[$1] > probabilities[$0] ? $1 : $0 }
        }
        var best: (label: Int, margin: Double)?
        for label in probabilities.indices where label != fallback {
            guard probabilities[label] >= thresholds[label] else { continue }
            let margin = Self.logOdds(probabilities[label]) - Self.logOdds(thresholds[label])
            if margin > best?.margin ?? -.infinity { best = (label, margin) }
        }
        return best?.label ?? fallback
    }

    /// `log(p / (1 - p))`, bounded so that certainty can be compared.
    private static func logOdds(_ probability: Double) -> Double {
        let bounded = min(max(probability, 1e-15), 1 - 1e-15)
        return log(bounded) - log1p(-bounded)
    }

    /// The rule whose thresholds give each class the highest recall on `rows` within its limit.
    ///
    /// - Parameter probabilities: Of each row and class, shape `[N][K]`.
    /// - Throws: `DiscoveryError.tooFewMembers` for a class without members among the rows.
    static func chosen(
        probabilities: [[Double]], rows: LabelledRows, fallback: Int?, options: ClassifierOptions
    ) throws -> DecisionRule {
        let thresholds = try rows.classes.enumerated().map { label, name in
            guard fallback != nil, label != fallback else { return 0.0 }
            guard rows.labels.contains(label) else {
                throw DiscoveryError.tooFewMembers(
                    name: name, count: 0, needed: 1, purpose: "choosing its threshold on validation rows")
            }
            let curve = try ROCCurve(
                scores: probabilities.map { $0[label] }, isMember: rows.labels.map { $0 == label })
            let limit = options.falsePositiveRates[name] ?? options.falsePositiveRate
            let threshold = curve.bestPoint(falsePositiveRate: limit).threshold
            return min(threshold, 2)
        }
        return DecisionRule(fallback: fallback, thresholds: thresholds)
    }
}
