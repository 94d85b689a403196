internal import Tensors

/// What happened in each epoch: a table of numbers, the same whether training was interrupted or not.
public struct TrainingHistory: Sendable, Equatable {
    /// Names of the columns: `epoch` (from 1), `step`, `learning_rate`, `gradient_norm`,
    /// `training_<term>`, `validation_<term>`, `gradient_norm_<term>` if measured, `is_best`.
    public internal(set) var columns: [String] = []
    /// One row an epoch.
    public internal(set) var rows: [[Double]] = []

    /// An empty history.
    public init() {}

    /// The numbers of a column; `nil` when there is none of that name.
    public func column(_ name: String) -> [Double]? {
        columns.firstIndex(of: name).map { index in rows.map { $0[index] } }
    }

    /// The table as comma-separated text with a header, each number as short as it reads back exactly.
    public var csv: String {
        ([columns.joined(separator: ",")] + rows.map { $0.map(Self.text).joined(separator: ",") })
            .joined(separator: "\n") + "\n"
    }

    private static func text(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}

/// The numbers of one finished epoch.
public struct EpochRecord: Sendable, Equatable {
    /// An average over an epoch.
    public struct Term: Sendable, Equatable {
        /// Its name; `loss` is the objective.
        public var name: String
        /// Its value.
        public var value: Double
    }

    /// Which epoch, from 1.
    public var epoch: Int
    /// Steps taken since the start.
    public var step: Int
    /// Learning rate of the last step.
    public var learningRate: Double
    /// Mean norm of the gradients before clipping.
    public var gradientNorm: Double
    /// Averages over the training batches, the objective first.
    public var training: [Term]
    /// Averages over the validation batches, the objective first.
    public var validation: [Term]
    /// Gradient norm of each training term in the first step, if measured.
    public var termGradientNorms: [Term]
    /// Whether it is the best epoch so far.
    public var isBest: Bool

    /// The names of its columns in a history.
    var columns: [String] {
        ["epoch", "step", "learning_rate", "gradient_norm"] + training.map { "training_" + $0.name }
            + validation.map { "validation_" + $0.name }
            + termGradientNorms.map { "gradient_norm_" + $0.name } + ["is_best"]
    }

    /// Its row in a history.
    var row: [Double] {
        [Double(epoch), Double(step), learningRate, gradientNorm] + training.map(\.value)
            + validation.map(\.value) + termGradientNorms.map(\.value) + [isBest ? 1 : 0]
    }
}

/// News from the training loop.
public enum TrainingProgress: Sendable {
    /// A step was taken: which of how many in this epoch (from 1), and its loss.
    case step(epoch: Int, step: Int, of: Int, loss: Double)
    /// An epoch ended, and its checkpoint is on disk; with all epochs so far.
    case epoch(EpochRecord, history: TrainingHistory)
}

/// Averages of terms over batches.
struct TermAverages {
    private var names: [String] = []
    private var sums: [Double] = []
    private var weights: [Double] = []

    /// Counts a batch's terms in.
    mutating func add(_ loss: BatchLoss) {
        let terms =
            [("loss", Double(loss.objective.scalar), loss.weight)]
            + loss.terms.map { ($0.name, Double($0.value.scalar), $0.weight) }
        if names.isEmpty {
            names = terms.map(\.0)
            sums = Array(repeating: 0, count: names.count)
            weights = sums
        }
        precondition(names == terms.map(\.0), "training: terms \(terms.map(\.0)) after \(names)")
        for (index, term) in terms.enumerated() where term.2 > 0 {
            sums[index] += term.1 * term.2
            weights[index] += term.2
        }
    }

    /// The averages; 0 for a term that never counted.
    var terms: [EpochRecord.Term] {
        names.indices.map { .init(name: names[$0], value: weights[$0] > 0 ? sums[$0] / weights[$0] : 0) }
    }
}
