internal import Foundation

/// The training loop: shuffled batches, Adam, validation, early stopping, the best epoch kept, and a
/// checkpoint after every epoch from which training goes on to the bit.
public struct Trainer {
    /// How a training ended.
    public struct Result: Sendable, Equatable {
        /// What happened in each epoch.
        public var history: TrainingHistory
        /// The epoch whose parameters the network now has, from 1; 0 if there was none.
        public var bestEpoch: Int
        /// What that epoch reached in validation.
        public var bestValue: Double
        /// Whether patience ran out before the last epoch.
        public var stoppedEarly: Bool
    }

    /// How to train.
    public let configuration: TrainingConfiguration
    /// Where the checkpoint is written after each epoch; `nil` writes none.
    public let checkpointPath: String?

    /// A training loop.
    public init(_ configuration: TrainingConfiguration, checkpointPath: String? = nil) {
        self.configuration = configuration
        self.checkpointPath = checkpointPath
    }

    /// Trains; afterwards the network has the parameters of the best epoch.
    ///
    /// - Parameters:
    ///   - trainee: What is trained.
    ///   - resume: Whether to go on from the checkpoint; without a file there, training starts afresh.
    ///   - isCancelled: Asked before each step.
    ///   - progress: Told of each step and each epoch.
    /// - Throws: `TrainingError`, `SafetensorsError` for the checkpoint, `CancellationError` when cancelled
    ///   (the checkpoint of the last finished epoch stays), and what the trainee throws.
    public func train(
        _ trainee: some Trainee, resume: Bool = false, isCancelled: () -> Bool = { false },
        progress: (TrainingProgress) -> Void = { _ in }
    ) throws -> Result {
        if trainee.trainingCount == 0 { throw TrainingError.noItems(set: "training") }
        if trainee.validationCount == 0 { throw TrainingError.noItems(set: "validation") }
        var state = TrainingState(trainee.network, configuration: configuration)
        if resume, let checkpointPath, FileManager.default.fileExists(atPath: checkpointPath) {
            try state.read(
                from: checkpointPath, configuration: configuration, trainingCount: trainee.trainingCount,
                validationCount: trainee.validationCount)
        }
        while state.epoch < configuration.epochs, !hasRunOutOfPatience(state) {
            let record = try epoch(trainee, &state, isCancelled: isCancelled, progress: progress)
            if let checkpointPath {
                try state.write(
                    to: checkpointPath, configuration: configuration, trainingCount: trainee.trainingCount,
                    validationCount: trainee.validationCount)
            }
            progress(.epoch(record, history: state.history))
        }
        for (parameter, best) in zip(trainee.network.allParameters, state.bestParameters) {
            parameter.value.replace(with: best)
        }
        return Result(
            history: state.history, bestEpoch: state.bestEpoch, bestValue: state.bestValue,
            stoppedEarly: state.epoch < configuration.epochs)
    }

    private func hasRunOutOfPatience(_ state: TrainingState) -> Bool {
        configuration.patience.map { state.epoch - state.bestEpoch >= max(1, $0) } ?? false
    }

    /// Averages over the validation items, with running statistics and nothing tracked.
    func validate(_ trainee: some Trainee, epoch: Int, step: Int, isCancelled: () -> Bool) throws
        -> [EpochRecord.Term]
    {
        var averages = TermAverages()
        let randomness = TrainingRandomness(seed: configuration.seed)
        let starts = stride(from: 0, to: trainee.validationCount, by: configuration.batchSize)
        for (index, start) in starts.enumerated() {
            if isCancelled() { throw CancellationError() }
            let context = ForwardContext(
                .inference, on: trainee.backend, generator: randomness.generator(validationBatch: index))
            let items = start..<min(start + configuration.batchSize, trainee.validationCount)
            averages.add(
                try trainee.loss(
                    of: TrainingBatch(source: .validation, items: Array(items), epoch: epoch, step: step),
                    in: context))
        }
        return averages.terms
    }
}
