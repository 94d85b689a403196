public import Computing

/// What is worth knowing about a fit beside the model.
public struct ClassifierReport: Sendable, Equatable {
    /// A class with so few members that its figures say little.
    public struct SmallClass: Sendable, Equatable, CustomStringConvertible {
        /// Name of the class.
        public var name: String
        /// Members among the rows.
        public var members: Int
        /// Which rows: training or validation.
        public var role: String
        /// The recall that may still be true, at 95 % (Clopper-Pearson), if every member were found.
        public var lowestRecall: Double

        /// One line for the user.
        public var description: String {
            let percent = Int((100 * lowestRecall).rounded(.down))
            return """
                class '\(name)' has \(members) \(role) members: even if all are found, the recall may be as \
                low as \(percent) %
                """
        }
    }

    /// Settings of the machine, gamma as a value.
    public var parameters: SVMParameters
    /// Settings tried, with their balanced accuracy on held-out rows; empty without a grid.
    public var trials: [Trial]
    /// Classes with few members.
    public var smallClasses: [SmallClass]
    /// Confusion on the training rows, each judged by the machine of its fold, by vote of the pairs.
    public var crossValidation: ConfusionMatrix
    /// Confusion on the validation rows by the final rule; `nil` without such rows.
    public var validation: ConfusionMatrix?

    /// One point of the grid.
    public struct Trial: Sendable, Equatable {
        /// Settings of the machine.
        public var parameters: SVMParameters
        /// Mean recall of the classes on held-out rows.
        public var balancedAccuracy: Double
    }
}

extension ClassifierModel {
    /// A fitted model and what is worth knowing about the fit.
    public struct Fit: Sendable, Equatable {
        /// The model.
        public var model: ClassifierModel
        /// How it came about.
        public var report: ClassifierReport
    }

    /// Members below which a class is reported as small.
    public static let smallClassSize = 50

    /// Fits a classifier.
    ///
    /// Cross-validation on the training rows chooses cost and gamma (if several are given) and fits the
    /// sigmoids; in each fold scaling and SMOTE see the training part alone. Then the machine is trained on
    /// all training rows, and thresholds are chosen on the validation rows. The same rows, options and seed
    /// give the same bits, whatever the number of threads.
    ///
    /// - Parameters:
    ///   - training: At least two members of each class; one class alone is an error.
    ///   - validation: Rows apart from training; needed where `options.fallbackClass` asks for thresholds,
    ///     which without it stay at 0.5.
    /// - Throws: `DiscoveryError`.
    public static func fit(
        training: LabelledRows, validation: LabelledRows? = nil, options: ClassifierOptions,
        loop: ParallelLoop = ParallelLoop()
    ) throws -> Fit {
        try training.requireClasses(members: 2, purpose: "training")
        let classes = training.classes
        let fallback = try options.fallbackClass.map { name in
            guard let index = classes.firstIndex(of: name) else {
                throw DiscoveryError.unknownClass(name: name, known: classes)
            }
            return index
        }
        let folds = try CrossValidation(training, options: options, loop: loop)
        let choice = try chooseParameters(folds, options: options, loop: loop)
        let values = try folds.decisionValues(choice.parameters, loop: loop)
        let preparation = try TrainingPreparation(
            training, oversampling: options.oversampling,
            generator: CounterGenerator(seed: options.seed, stream: 2))
        let decision = try SupportVectorMachine(training: preparation.rows, parameters: choice.parameters)
            .decision
        let draft = ClassifierModel(
            classes: classes, scaler: preparation.scaler, decision: decision,
            sigmoids: folds.sigmoids(values),
            rule: DecisionRule(
                fallback: fallback, thresholds: [Double](repeating: 0.5, count: classes.count)))
        let model = try draft.withThresholds(on: validation, options: options, loop: loop)
        var parameters = choice.parameters
        parameters.gamma = .value(decision.gamma)
        let report = ClassifierReport(
            parameters: parameters, trials: choice.trials,
            smallClasses: smallClasses(training, role: "training")
                + (validation.map { smallClasses($0, role: "validation") } ?? []),
            crossValidation: folds.confusion(values),
            validation: try validation.map { try model.confusion(on: $0, loop: loop) })
        return Fit(model: model, report: report)
    }

    /// This classifier with thresholds chosen on `validation`; itself without such rows or a fallback.
    public func withThresholds(
        on validation: LabelledRows?, options: ClassifierOptions, loop: ParallelLoop = ParallelLoop()
    ) throws -> ClassifierModel {
        guard let validation, rule.fallback != nil else { return self }
        try validation.features.requireFinite()
        let rows = try adopted(validation)
        let chosen = try DecisionRule.chosen(
            probabilities: try predictions(for: rows.features, loop: loop).map(\.probabilities), rows: rows,
            fallback: rule.fallback, options: options)
        return ClassifierModel(
            classes: classes, scaler: scaler, decision: decision, sigmoids: sigmoids, rule: chosen)
    }

    private static func chooseParameters(
        _ folds: CrossValidation, options: ClassifierOptions, loop: ParallelLoop
    ) throws -> (parameters: SVMParameters, trials: [ClassifierReport.Trial]) {
        let costs = options.costs.isEmpty ? [options.machine.cost] : options.costs
        let gammas = options.gammas.isEmpty ? [options.machine.gamma] : options.gammas
        let candidates = costs.flatMap { cost in
            gammas.map { gamma in
                var parameters = options.machine
                parameters.cost = cost
                parameters.gamma = gamma
                return parameters
            }
        }
        if candidates.count == 1 { return (candidates[0], []) }
        let result = try folds.best(of: candidates, loop: loop)
        let trials = zip(candidates, result.scores).map {
            ClassifierReport.Trial(parameters: $0, balancedAccuracy: $1)
        }
        return (candidates[result.index], trials)
    }

    private static func smallClasses(_ rows: LabelledRows, role: String) -> [ClassifierReport.SmallClass] {
        zip(rows.classes, rows.memberCounts).filter { $0.1 > 0 && $0.1 < smallClassSize }.map {
            name, members in
            let interval = BinomialInterval(successes: members, trials: members, method: .clopperPearson)
            return .init(name: name, members: members, role: role, lowestRecall: interval.lower)
        }
    }
}
