public import Tensors

/// What the training loop trains: a network, items to learn from and a loss.
///
/// The loop knows items by their index only; whatever they are, their data stays with the trainee.
public protocol Trainee {
    /// What is trained.
    var network: any Module { get }

    /// What computes.
    var backend: any Backend { get }

    /// Number of items to learn from.
    var trainingCount: Int { get }

    /// Number of items that choose the best epoch and tell when to stop.
    var validationCount: Int { get }

    /// The loss of a batch.
    ///
    /// A pure function of the batch and the context's generator, so that a resumed training repeats it.
    func loss(of batch: TrainingBatch, in context: ForwardContext) throws -> BatchLoss
}

/// A batch of items, by index.
public struct TrainingBatch: Sendable, Equatable {
    /// Where items come from.
    public enum Source: Sendable {
        /// The items to learn from.
        case training
        /// The items that choose the best epoch.
        case validation
    }

    /// Where the items come from.
    public var source: Source
    /// Indices of the items there.
    public var items: [Int]
    /// Epochs finished before, for losses that change in the course of training.
    public var epoch: Int
    /// Steps taken before.
    public var step: Int

    /// A batch.
    public init(source: Source, items: [Int], epoch: Int = 0, step: Int = 0) {
        self.source = source
        self.items = items
        self.epoch = epoch
        self.step = step
    }
}

/// The loss of a batch, and its parts for the history.
public struct BatchLoss {
    /// A part of the loss, for the history.
    public struct Term {
        /// Name in the history; letters, digits and underscores.
        public var name: String
        /// A single number, the average over `weight` items or labels.
        public var value: Tensor
        /// How much it counts in an epoch's average: usually how many items or labels it averages.
        public var weight: Double

        /// A part.
        public init(_ name: String, _ value: Tensor, weight: Double) {
            self.name = name
            self.value = value
            self.weight = weight
        }
    }

    /// What is minimised: a single number, the history's term `loss`.
    public var objective: Tensor
    /// How much it counts in an epoch's average.
    public var weight: Double
    /// Parts, in the order of the history; the same names in every batch of a source.
    public var terms: [Term]

    /// A loss.
    public init(objective: Tensor, weight: Double, terms: [Term] = []) {
        self.objective = objective
        self.weight = weight
        self.terms = terms
    }
}
