/// How often one class was recognised and how often others were taken for it.
public struct ConfusionCounts: Sendable, Equatable {
    /// Members of the class that were called so.
    public var truePositives: Int
    /// Members of the class that were called something else.
    public var falseNegatives: Int
    /// Others that were called the class.
    public var falsePositives: Int
    /// Others that were called something else.
    public var trueNegatives: Int

    /// Counts of the four cases.
    public init(truePositives: Int, falseNegatives: Int, falsePositives: Int, trueNegatives: Int) {
        self.truePositives = truePositives
        self.falseNegatives = falseNegatives
        self.falsePositives = falsePositives
        self.trueNegatives = trueNegatives
    }

    /// Members of the class.
    public var members: Int { truePositives + falseNegatives }
    /// Rows of other classes.
    public var others: Int { falsePositives + trueNegatives }
    /// Rows called the class.
    public var flagged: Int { truePositives + falsePositives }

    /// TP / (TP + FN), also completeness; NaN without members.
    public var recall: Double { Double(truePositives) / Double(members) }
    /// FP / (FP + TN); NaN without others.
    public var falsePositiveRate: Double { Double(falsePositives) / Double(others) }
    /// TP / (TP + FP), also purity, at the sample's own mixture; NaN when nothing was flagged.
    public var precision: Double { Double(truePositives) / Double(flagged) }
    /// Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); NaN when all three are 0.
    public var f1: Double {
        2 * Double(truePositives) / Double(2 * truePositives + falsePositives + falseNegatives)
    }

    /// The precision where the class is a part `prevalence` of all: `p R / (p R + (1 - p) F)`.
    ///
    /// - Parameter prevalence: Natural fraction of the class, 0 to 1.
    public func precision(atPrevalence prevalence: Double) -> Double {
        precondition(
            (0...1).contains(prevalence), "precision: prevalence must be in 0...1, got \(prevalence)")
        let found = prevalence * recall
        return found / (found + (1 - prevalence) * falsePositiveRate)
    }
}

/// Which classes were taken for which.
public struct ConfusionMatrix: Sendable, Equatable {
    /// Names of the classes.
    public let classes: [String]
    /// Rows of true class i called class j, shape `[K, K]` as `counts[i][j]`.
    public let counts: [[Int]]

    /// Counts of pairs of labels, indices into `classes`.
    public init(classes: [String], truth: [Int], predicted: [Int]) {
        precondition(
            truth.count == predicted.count,
            "ConfusionMatrix: \(truth.count) true labels, \(predicted.count) predicted")
        var counts = [[Int]](repeating: [Int](repeating: 0, count: classes.count), count: classes.count)
        for (row, column) in zip(truth, predicted) { counts[row][column] += 1 }
        self.classes = classes
        self.counts = counts
    }

    /// The four cases of one class against all others.
    ///
    /// - Parameter negatives: Classes that count as others; all when `nil`.
    public func counts(of label: Int, against negatives: [Int]? = nil) -> ConfusionCounts {
        let others = (negatives ?? Array(classes.indices)).filter { $0 != label }
        let members = counts[label].reduce(0, +)
        let flagged = others.reduce(0) { $0 + counts[$1][label] }
        return ConfusionCounts(
            truePositives: counts[label][label], falseNegatives: members - counts[label][label],
            falsePositives: flagged,
            trueNegatives: others.reduce(0) { $0 + counts[$1].reduce(0, +) } - flagged)
    }

    /// Fraction of rows called what they are; NaN without rows.
    public var accuracy: Double {
        let right = classes.indices.reduce(0) { $0 + counts[$1][$1] }
        return Double(right) / Double(counts.joined().reduce(0, +))
    }

    /// Mean recall of the classes that have members; NaN without rows.
    public var balancedAccuracy: Double {
        let recalls = classes.indices.map { counts(of: $0).recall }.filter { !$0.isNaN }
        return recalls.reduce(0, +) / Double(recalls.count)
    }
}
