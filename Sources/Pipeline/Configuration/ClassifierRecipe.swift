/// How class candidates are chosen and judged.
public struct ClassifierRecipe: Sendable, Equatable {
    /// The class of rows that no other class claims; empty for none: the most probable class then wins.
    public var ordinaryClass = "normal"
    /// False-positive rate that a class's threshold may cost on validation rows.
    public var falsePositiveRate = 0.02
    /// Other rates for single classes.
    public var falsePositiveRates = ["green_pea": 0.015, "red_spiral": 0.03]
    /// Penalty C of a training row on the wrong side.
    public var cost = 10.0
    /// Most training rows of a class that the machine sees; training time grows with their square.
    public var largestClass = 4000
    /// Rows to which small classes are raised by synthetic ones (SMOTE), as a share of the largest.
    public var smallestShare = 0.125
    /// Natural fraction of classes among a survey's objects, at which their precision is given as well.
    ///
    /// Green Peas: about 2 per square degree to r = 20.5 beside 2,000 galaxies. Red Spirals: the 294 face-on
    /// ones of Masters et al. 2010 in some 5,700 square degrees, beside as many galaxies.
    public var prevalences = ["green_pea": 1e-3, "red_spiral": 3e-5]

    /// The recipe for the classes of the mock survey.
    public init() {}

    /// What makes the recipe impossible; `nil` when nothing does.
    var fault: String? {
        let rates =
            [("false_positive_rate", falsePositiveRate)]
            + falsePositiveRates.map { ("false_positive_rates.\($0)", $1) }
        if let rate = rates.first(where: { !(0...1).contains($0.1) }) {
            return "\(rate.0): \(rate.1) is outside 0 to 1"
        }
        if !(cost > 0 && cost.isFinite) { return "cost: \(cost) is not above 0" }
        if !(10...1_000_000).contains(largestClass) {
            return "largest_class: \(largestClass) is outside 10 to 1000000"
        }
        if !(0...1).contains(smallestShare) {
            return "smallest_share: \(smallestShare) is outside 0 to 1"
        }
        if let entry = prevalences.first(where: { !(0...1).contains($0.value) }) {
            return "prevalence.\(entry.key): \(entry.value) is outside 0 to 1"
        }
        return nil
    }
}

extension TrainingPlan {
    /// Keys of the classifier.
    static var classifierKeys: [ConfigurationKey<TrainingPlan>] {
        typealias Key = ConfigurationKey<TrainingPlan>
        return [
            Key(
                "classifier", "ordinary_class", \.classifier.ordinaryClass,
                "Class of rows that no other class claims; \"\" gives every row its most probable class."),
            Key(
                "classifier", "false_positive_rate", \.classifier.falsePositiveRate,
                "False-positive rate that a class's threshold may cost on validation rows."),
            Key(
                "classifier", "false_positive_rates", \.classifier.falsePositiveRates,
                "Other rates for single classes."),
            Key("classifier", "cost", \.classifier.cost, "Penalty C of a training row on the wrong side."),
            Key(
                "classifier", "largest_class", \.classifier.largestClass,
                "Most training rows of a class that the machine sees."),
            Key(
                "classifier", "smallest_share", \.classifier.smallestShare,
                "Size to which SMOTE raises small classes, as a share of the largest; 0 leaves them."),
            Key(
                "classifier", "prevalence", \.classifier.prevalences,
                "Natural fraction of classes among all objects, for the precision on a real sky."),
        ]
    }
}
