public import Computing

/// A fitted classifier: scaler, support vector machine, probabilities and decision rule.
public struct ClassifierModel: Sendable, Equatable {
    /// Names of the classes.
    public let classes: [String]
    /// Scale of the training rows.
    public let scaler: FeatureScaler
    /// Decision functions of the machine, in scaled features.
    public let decision: SVMDecision
    /// Probability of the first class of each pair, given its decision value.
    public let sigmoids: [PlattScaling]
    /// How probabilities become one class.
    public let rule: DecisionRule

    /// What the classifier says of one row.
    public struct Prediction: Sendable, Equatable {
        /// Index of the class; `nil` for a row with a feature that is not finite.
        public var label: Int?
        /// Probability of each class, summing to 1; NaN for a row with a feature that is not finite.
        public var probabilities: [Double]
    }

    /// A classifier of these parts, whose counts must fit each other.
    public init(
        classes: [String], scaler: FeatureScaler, decision: SVMDecision, sigmoids: [PlattScaling],
        rule: DecisionRule
    ) {
        precondition(
            classes.count == decision.classCount && decision.labels == Array(classes.indices)
                && sigmoids.count == decision.pairCount && rule.thresholds.count == classes.count
                && scaler.dimension == decision.supportVectors.dimension,
            """
            ClassifierModel: \(classes.count) classes, labels \(decision.labels), \(sigmoids.count) sigmoids, \
            \(rule.thresholds.count) thresholds, \(scaler.dimension) features
            """)
        self.classes = classes
        self.scaler = scaler
        self.decision = decision
        self.sigmoids = sigmoids
        self.rule = rule
    }

    /// Number of features of a row.
    public var dimension: Int { scaler.dimension }

    /// Probabilities and class of every row; a row's result depends on that row alone.
    ///
    /// - Parameter features: Unscaled, shape `[N, dimension]`.
    /// - Throws: `DiscoveryError.wrongDimension`.
    public func predictions(
        for features: FeatureMatrix, loop: ParallelLoop = ParallelLoop()
    ) throws -> [Prediction] {
        guard features.dimension == dimension else {
            throw DiscoveryError.wrongDimension(expected: dimension, found: features.dimension)
        }
        return try loop.mapChunks(count: features.count, chunk: 256) { range, _ in
            var block = PredictionBlock()
            try predict(features.rows(range), into: &block)
            return (0..<block.count).map(block.prediction)
        }.flatMap { $0 }
    }

    /// Which classes the classifier takes for which, on rows whose classes are known.
    ///
    /// - Throws: `DiscoveryError.unknownClass` for a class with rows that the classifier does not have;
    ///   `.notFinite` for a feature that is not finite.
    public func confusion(
        on rows: LabelledRows, loop: ParallelLoop = ParallelLoop()
    ) throws -> ConfusionMatrix {
        try rows.features.requireFinite()
        let rows = try adopted(rows)
        let predicted = try predictions(for: rows.features, loop: loop).map { $0.label ?? 0 }
        return ConfusionMatrix(classes: classes, truth: rows.labels, predicted: predicted)
    }

    /// The rows with labels that refer to this classifier's classes.
    func adopted(_ rows: LabelledRows) throws -> LabelledRows { try rows.relabelled(to: classes) }
}

extension LabelledRows {
    /// The same rows with labels that refer to `classes`, found by name.
    func relabelled(to classes: [String]) throws -> LabelledRows {
        let labels = try labels.map { label in
            guard let index = classes.firstIndex(of: self.classes[label]) else {
                throw DiscoveryError.unknownClass(name: self.classes[label], known: classes)
            }
            return index
        }
        return LabelledRows(features: features, classes: classes, labels: labels, groups: groups)
    }
}
