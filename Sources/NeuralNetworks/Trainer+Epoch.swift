internal import Tensors

extension Trainer {
    /// One pass over the training items, then validation; the state is complete again afterwards.
    func epoch(
        _ trainee: some Trainee, _ state: inout TrainingState, isCancelled: () -> Bool,
        progress: (TrainingProgress) -> Void
    ) throws -> EpochRecord {
        let randomness = TrainingRandomness(seed: configuration.seed)
        let order = randomness.order(epoch: state.epoch, count: trainee.trainingCount)
        let batches = Self.batches(order, size: configuration.batchSize)
        var averages = TermAverages()
        var norms = 0.0
        var rate = 0.0
        var termNorms: [EpochRecord.Term] = []
        for (index, items) in batches.enumerated() {
            if isCancelled() { throw CancellationError() }
            let step = state.adam.step
            let context = ForwardContext(
                .training, on: trainee.backend, generator: randomness.generator(step: step))
            let batch = TrainingBatch(source: .training, items: items, epoch: state.epoch, step: step)
            let loss = try trainee.loss(of: batch, in: context)
            let value = Double(loss.objective.scalar)
            try checkLoss(value, &state)
            if index == 0, configuration.measuresTerms {
                termNorms = Self.norms(loss, of: state.adam.parameters)
            }
            rate =
                configuration.learningRate
                * configuration.schedule.factor(
                    at: Double(state.epoch) + Double(index) / Double(batches.count),
                    stepLength: 1 / Double(batches.count))
            norms += try move(loss, &state, rate: rate, value: value)
            context.commitStatistics()
            averages.add(loss)
            progress(.step(epoch: state.epoch + 1, step: index + 1, of: batches.count, loss: value))
        }
        let validation = try validate(
            trainee, epoch: state.epoch, step: state.adam.step, isCancelled: isCancelled)
        state.epoch += 1
        return try close(
            &state,
            EpochRecord(
                epoch: state.epoch, step: state.adam.step, learningRate: rate,
                gradientNorm: norms / Double(batches.count), training: averages.terms,
                validation: validation, termGradientNorms: termNorms, isBest: false))
    }

    /// Cuts an order into full batches; a single one may be smaller.
    static func batches(_ order: [Int], size: Int) -> [[Int]] {
        if order.count < size { return [order] }
        return stride(from: 0, through: order.count - size, by: size).map { Array(order[$0..<$0 + size]) }
    }

    /// Moves the parameters; returns the gradients' norm before clipping.
    private func move(
        _ loss: BatchLoss, _ state: inout TrainingState, rate: Double, value: Double
    ) throws -> Double {
        let gradients = loss.objective.gradients(withRespectTo: state.adam.parameters.map(\.value))
        let norm = GradientNorm.of(gradients)
        guard norm.isFinite else {
            throw TrainingError.diverged(
                epoch: state.epoch + 1, step: state.adam.step + 1, loss: value,
                reason: "a gradient is not finite")
        }
        let factor = GradientNorm.clippingFactor(norm: norm, limit: configuration.gradientLimit)
        state.adam.update(gradients, learningRate: rate, gradientScale: factor)
        return norm
    }

    /// The gradient norm of each term by itself.
    private static func norms(_ loss: BatchLoss, of parameters: [Parameter]) -> [EpochRecord.Term] {
        loss.terms.filter(\.value.isTracked).map { term in
            let gradients = term.value.gradients(withRespectTo: parameters.map(\.value))
            return EpochRecord.Term(name: term.name, value: GradientNorm.of(gradients))
        }
    }

    /// Refuses a loss that is no number or ran away.
    private func checkLoss(_ value: Double, _ state: inout TrainingState) throws {
        func fail(_ reason: String) -> TrainingError {
            .diverged(epoch: state.epoch + 1, step: state.adam.step + 1, loss: value, reason: reason)
        }
        guard value.isFinite else { throw fail("the loss is not finite") }
        let first = state.firstLoss ?? value
        state.firstLoss = first
        if value > first + configuration.explosionFactor * max(1, abs(first)) {
            throw fail("the loss exploded from \(first)")
        }
    }

    /// Decides whether the epoch is the best, and enters it into the history.
    private func close(_ state: inout TrainingState, _ record: EpochRecord) throws -> EpochRecord {
        var record = record
        let selection = configuration.selection ?? "loss"
        guard let value = record.validation.first(where: { $0.name == selection })?.value else {
            throw TrainingError.unknownSelection(term: selection, known: record.validation.map(\.name))
        }
        guard value.isFinite else {
            throw TrainingError.diverged(
                epoch: record.epoch, step: record.step, loss: value,
                reason: "the validation \(selection) is not finite")
        }
        if value < state.bestValue {
            record.isBest = true
            state.bestValue = value
            state.bestEpoch = record.epoch
            state.bestParameters = state.network.allParameters.map { $0.value.value.detached() }
        }
        if state.history.rows.isEmpty { state.history.columns = record.columns }
        state.history.rows.append(record.row)
        return record
    }
}
