public import Computing

/// What a classifier says of a block of rows, with the memory that it takes: used again, it costs no new memory.
public struct PredictionBlock: Sendable {
    /// Number of rows.
    public private(set) var count = 0
    /// Number of classes.
    public private(set) var classCount = 0
    /// Probability of each row and class, shape `[count, classCount]` and beyond it what earlier blocks left.
    private var probabilities: [Double] = []
    /// Class of each row; -1 for a row with a feature that is not finite.
    private var labels: [Int] = []
    private var scaled: [Double] = []
    private var decisions: [Double] = []
    private var workspace: [Double] = []
    private var system: [Double] = []

    /// An empty block.
    public init() {}

    /// Index of the class of a row; `nil` for one with a feature that is not finite.
    public func label(_ row: Int) -> Int? {
        precondition((0..<count).contains(row), "PredictionBlock: row \(row) of \(count)")
        return labels[row] >= 0 ? labels[row] : nil
    }

    /// Class and probabilities of a row.
    public func prediction(_ row: Int) -> ClassifierModel.Prediction {
        ClassifierModel.Prediction(label: label(row), probabilities: Array(probabilities(row)))
    }

    /// Probability of each class for a row, summing to 1; NaN for one with a feature that is not finite.
    public func probabilities(_ row: Int) -> ArraySlice<Double> {
        precondition((0..<count).contains(row), "PredictionBlock: row \(row) of \(count)")
        return probabilities[row * classCount..<(row + 1) * classCount]
    }

    /// Replaces the block by what `model` says of `features`, whose width has been checked.
    mutating func fill(_ features: FeatureMatrix, model: ClassifierModel, level: InstructionSet) {
        let pairs = model.decision.pairCount
        count = features.count
        classCount = model.classes.count
        Self.grow(&probabilities, to: count * classCount)
        Self.grow(&decisions, to: count * pairs)
        Self.grow(&workspace, to: model.decision.packed.workspaceCount)
        Self.grow(&system, to: PairwiseCoupling.systemCount(classes: classCount))
        if labels.count < count { labels += [Int](repeating: 0, count: count - labels.count) }
        scaled.removeAll(keepingCapacity: true)
        scaled += features.values
        model.scaler.scale(&scaled)
        model.decision.packed.decide(scaled, level: level, into: &decisions, workspace: &workspace)
        for row in 0..<count {
            let start = row * classCount
            let values = scaled[row * features.dimension..<(row + 1) * features.dimension]
            guard values.allSatisfy(\.isFinite) else {
                labels[row] = -1
                for index in start..<start + classCount { probabilities[index] = .nan }
                continue
            }
            for pair in 0..<pairs {
                let index = row * pairs + pair
                decisions[index] = model.sigmoids[pair].probability(decisions[index])
            }
            PairwiseCoupling.couple(
                decisions[row * pairs..<(row + 1) * pairs], classes: classCount, into: &probabilities,
                at: start,
                system: &system)
            labels[row] = model.rule.label(probabilities[start..<start + classCount])
        }
    }

    private static func grow(_ memory: inout [Double], to count: Int) {
        if memory.count < count { memory += [Double](repeating: 0, count: count - memory.count) }
    }
}

extension ClassifierModel {
    /// Probabilities and class of every row, on this thread; a row's result depends on that row alone.
    ///
    /// - Parameters:
    ///   - features: Unscaled, shape `[N, dimension]`; some hundred rows keep everything in the cache.
    ///   - block: Memory to use and the place of the result; the model of an earlier use does not matter.
    ///   - level: Instruction set of the decision kernel.
    /// - Throws: `DiscoveryError.wrongDimension`.
    public func predict(
        _ features: FeatureMatrix, into block: inout PredictionBlock, level: InstructionSet = .detected
    ) throws {
        guard features.dimension == dimension else {
            throw DiscoveryError.wrongDimension(expected: dimension, found: features.dimension)
        }
        block.fill(features, model: self, level: level)
    }
}
