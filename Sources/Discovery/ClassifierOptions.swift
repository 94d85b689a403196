/// How a classifier is fitted.
public struct ClassifierOptions: Sendable, Equatable {
    /// Settings of the support vector machine; cost and gamma are starting points where a grid is given.
    public var machine: SVMParameters
    /// Costs to choose from by cross-validation; empty keeps the machine's.
    public var costs: [Double]
    /// Gammas to choose from; empty keeps the machine's.
    public var gammas: [SVMParameters.Gamma]
    /// How class sizes are evened in training; `nil` leaves them.
    ///
    /// The default cuts large classes to 2000 and raises small ones to 500: training time grows with the
    /// square of these, while on 14,000 rows of seven overlapping classes three times as many changed no
    /// recall beyond its error.
    public var oversampling: SMOTE?
    /// Folds of the cross-validation that chooses the settings and fits the probabilities.
    public var folds: Int
    /// Class given to rows that no other class claims; `nil` means the most probable class always.
    public var fallbackClass: String?
    /// Highest false-positive rate that a class's threshold may have on the validation rows.
    public var falsePositiveRate: Double
    /// Limits for single classes, by name, instead of `falsePositiveRate`.
    public var falsePositiveRates: [String: Double]
    /// Seed of folds and synthetic rows.
    public var seed: UInt64

    /// Options with defaults for a survey with rare classes.
    public init(
        machine: SVMParameters = SVMParameters(), costs: [Double] = [], gammas: [SVMParameters.Gamma] = [],
        oversampling: SMOTE? = SMOTE(ratio: 0.25, largestClass: 2000), folds: Int = 5,
        fallbackClass: String? = nil,
        falsePositiveRate: Double = 0.02, falsePositiveRates: [String: Double] = [:], seed: UInt64 = 0
    ) {
        precondition(folds >= 2, "ClassifierOptions: at least 2 folds, got \(folds)")
        self.machine = machine
        self.costs = costs
        self.gammas = gammas
        self.oversampling = oversampling
        self.folds = folds
        self.fallbackClass = fallbackClass
        self.falsePositiveRate = falsePositiveRate
        self.falsePositiveRates = falsePositiveRates
        self.seed = seed
    }
}
