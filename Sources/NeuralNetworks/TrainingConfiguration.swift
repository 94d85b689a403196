/// How a network is trained.
public struct TrainingConfiguration: Sendable, Equatable, Codable {
    /// Passes over the training items.
    public var epochs: Int
    /// Items of a step. A last batch that is not full is left out, unless it is the only one.
    public var batchSize: Int
    /// Base learning rate.
    public var learningRate: Double
    /// Its course.
    public var schedule: LearningRateSchedule
    /// The optimiser's constants.
    public var adam: Adam.Configuration
    /// Gradients are scaled down to this norm; `nil` leaves them alone.
    public var gradientLimit: Double?
    /// Training stops when this many epochs in a row brought no better one; `nil` never stops early.
    public var patience: Int?
    /// The validation term that chooses the best epoch; `nil` for the objective.
    public var selection: String?
    /// Training has diverged when a loss exceeds the first one by this many times its size (at least 1).
    public var explosionFactor: Double
    /// Whether the gradient norm of each term is measured, in the first step of each epoch.
    public var measuresTerms: Bool
    /// Seed of batch order and noise.
    public var seed: UInt64

    /// A configuration; without a schedule, clipping, or early stopping unless asked for.
    public init(
        epochs: Int, batchSize: Int = 128, learningRate: Double = 1e-3,
        schedule: LearningRateSchedule = .constant, adam: Adam.Configuration = Adam.Configuration(),
        gradientLimit: Double? = nil, patience: Int? = nil, selection: String? = nil,
        explosionFactor: Double = 1000, measuresTerms: Bool = false, seed: UInt64 = 0
    ) {
        precondition(epochs >= 0 && batchSize > 0, "training: \(epochs) epochs of batches of \(batchSize)")
        self.epochs = epochs
        self.batchSize = batchSize
        self.learningRate = learningRate
        self.schedule = schedule
        self.adam = adam
        self.gradientLimit = gradientLimit
        self.patience = patience
        self.selection = selection
        self.explosionFactor = explosionFactor
        self.measuresTerms = measuresTerms
        self.seed = seed
    }
}
