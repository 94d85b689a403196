import Computing
import Foundation
import NeuralNetworks
import Safetensors
import Tensors
import TestSupport
import Testing

/// Fits a small network to a known function of two numbers, with noise from the context.
private struct Toy: Trainee {
    let model: Sequential
    let backend: any Backend
    let trainingCount: Int
    let validationCount: Int
    /// Called with each batch, to watch or to spoil.
    var watch: (TrainingBatch) throws -> Float = { _ in 0 }

    init(training: Int = 50, validation: Int = 21, threads: Int = 1) {
        let backend = CPUBackend(threads: threads)
        var generator = CounterGenerator(seed: 77)
        self.backend = backend
        model = Sequential(
            Linear(inputs: 2, outputs: 16, using: &generator, on: backend),
            BatchNorm(channels: 16, isRectified: true, on: backend),
            Linear(inputs: 16, outputs: 1, using: &generator, on: backend))
        trainingCount = training
        validationCount = validation
    }

    var network: any Module { model }

    func loss(of batch: TrainingBatch, in context: ForwardContext) throws -> BatchLoss {
        let offset: UInt64 = batch.source == .training ? 0 : 1000
        let inputs = batch.items.flatMap { item -> [Float] in
            var generator = CounterGenerator(seed: 3, stream: UInt64(item) + offset)
            return [Float(generator.normal()), Float(generator.normal())]
        }
        let x = Tensor(inputs, shape: [batch.items.count, 2], on: backend)
        let target = Tensor(
            stride(from: 0, to: inputs.count, by: 2).map { inputs[$0] * inputs[$0 + 1] },
            shape: [batch.items.count, 1], on: backend)
        let noise = context.mode == .training ? context.normal(shape: target.shape) * 0.05 : target * 0
        let error = Loss.squaredError(model(x, in: context), target + noise)
        let spoil = try watch(batch)
        let weight = Double(batch.items.count)
        return BatchLoss(
            objective: error + spoil, weight: weight,
            terms: [.init("error", error, weight: weight), .init("double", error * 2, weight: weight)])
    }

    var bits: [[UInt32]] { model.allParameters.map { $0.value.value.values.map(\.bitPattern) } }
}

private struct Stop: Error {}

@Suite("Training loop")
struct TrainerTests {
    private func configuration(epochs: Int = 8) -> TrainingConfiguration {
        TrainingConfiguration(
            epochs: epochs, batchSize: 8, learningRate: 0.02,
            schedule: .cosine(warmUp: 1, total: 8, floor: 0.1), gradientLimit: 1, measuresTerms: true,
            seed: 42)
    }

    @Test("A killed training resumed from its checkpoint continues the same curve to the bit")
    func resume() throws {
        let folder = try TemporaryFolder()
        let whole = Toy()
        let expected = try Trainer(configuration()).train(whole)
        #expect(expected.history.rows.count == 8)

        let path = folder.path("checkpoint.safetensors")
        var seen = 0
        var killed = Toy()
        killed.watch = { batch in
            if batch.source == .training { seen += 1 }
            if seen > 20 { throw Stop() }  // in the middle of the fourth epoch, of six steps each
            return 0
        }
        #expect(throws: Stop.self) { _ = try Trainer(configuration(), checkpointPath: path).train(killed) }
        var epochs: [Int] = []
        let resumed = Toy()
        let result = try Trainer(configuration(), checkpointPath: path).train(
            resumed, resume: true,
            progress: { if case .epoch(let record, _) = $0 { epochs.append(record.epoch) } })
        #expect(epochs == [4, 5, 6, 7, 8])
        #expect(result == expected)
        #expect(result.history.csv == expected.history.csv)
        #expect(resumed.bits == whole.bits)
    }

    @Test("One thread and several train to the same bits")
    func threads() throws {
        let (one, three) = (Toy(threads: 1), Toy(threads: 3))
        let a = try Trainer(configuration(epochs: 3)).train(one)
        let b = try Trainer(configuration(epochs: 3)).train(three)
        #expect(a == b)
        #expect(one.bits == three.bits)
    }

    @Test("It learns, and the network ends with the best epoch's parameters")
    func best() throws {
        let toy = Toy(training: 400)
        var configuration = configuration(epochs: 30)
        configuration.schedule = .constant
        let result = try Trainer(configuration).train(toy)
        let course = try #require(result.history.column("validation_loss"))
        #expect(result.bestValue == course.min())
        #expect(course[result.bestEpoch - 1] == result.bestValue)
        #expect(result.bestValue < 0.3 * course[0])
        let context = ForwardContext(.inference, on: toy.backend)
        var total = 0.0
        for start in stride(from: 0, to: 21, by: 8) {
            let items = Array(start..<min(start + 8, 21))
            let loss = try toy.loss(
                of: TrainingBatch(source: .validation, items: items, epoch: 0, step: 0), in: context)
            total += Double(loss.objective.scalar) * Double(items.count)
        }
        #expect(total / 21 == result.bestValue)
        let marked = try #require(result.history.column("is_best"))
        #expect(marked.lastIndex(of: 1) == result.bestEpoch - 1)
    }

    @Test("Each epoch visits the items in an order of its own, full batches only")
    func order() throws {
        var batches: [[[Int]]] = Array(repeating: [], count: 3)
        var toy = Toy()
        toy.watch = { batch in
            if batch.source == .training { batches[batch.epoch].append(batch.items) }
            return 0
        }
        _ = try Trainer(configuration(epochs: 3)).train(toy)
        for epoch in batches {
            #expect(epoch.map(\.count) == [8, 8, 8, 8, 8, 8])
            let items = epoch.flatMap { $0 }
            #expect(Set(items).count == 48 && items.allSatisfy { (0..<50).contains($0) })
        }
        #expect(batches[0] != batches[1] && batches[1] != batches[2])
    }

    @Test("Fewer items than a batch make one batch")
    func small() throws {
        let result = try Trainer(configuration(epochs: 2)).train(Toy(training: 3, validation: 1))
        #expect(result.history.rows.count == 2)
    }

    @Test("Training without items is refused")
    func empty() {
        #expect(throws: TrainingError.noItems(set: "training")) {
            _ = try Trainer(configuration()).train(Toy(training: 0))
        }
        #expect(throws: TrainingError.noItems(set: "validation")) {
            _ = try Trainer(configuration()).train(Toy(validation: 0))
        }
    }

    @Test("A loss that is not finite or runs away is a typed error", arguments: [Float.nan, .infinity, 1e6])
    func divergence(spoil: Float) {
        var toy = Toy()
        toy.watch = { $0.step == 9 ? spoil : 0 }
        do {
            _ = try Trainer(configuration()).train(toy)
            Issue.record("a diverged training ended well")
        } catch let TrainingError.diverged(epoch, step, loss, reason) {
            #expect(epoch == 2 && step == 10)
            #expect(spoil.isFinite ? loss >= 1e6 : !loss.isFinite)
            #expect(reason.contains(spoil.isFinite ? "exploded" : "not finite"))
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("Training stops when patience runs out, and the selection term decides")
    func patience() throws {
        var configuration = configuration(epochs: 50)
        configuration.patience = 3
        configuration.selection = "error"
        var toy = Toy()
        var epochs = 0
        toy.watch = { batch in
            epochs = batch.epoch
            return batch.source == .validation && batch.epoch >= 5 ? -100 : 0
        }
        let result = try Trainer(configuration).train(toy)
        #expect(result.stoppedEarly && result.history.rows.count == result.bestEpoch + 3)
        #expect(epochs == result.history.rows.count - 1)
        #expect(result.bestValue == result.history.column("validation_error")?.min())
        configuration.selection = "likelihood"
        #expect(
            throws: TrainingError.unknownSelection(term: "likelihood", known: ["loss", "error", "double"])
        ) { _ = try Trainer(configuration).train(Toy()) }
    }

    @Test("Cancellation leaves the last epoch's checkpoint, from which training goes on")
    func cancellation() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("checkpoint.safetensors")
        var steps = 0
        #expect(throws: CancellationError.self) {
            _ = try Trainer(configuration(), checkpointPath: path).train(
                Toy(), isCancelled: { steps >= 14 },
                progress: { if case .step = $0 { steps += 1 } })
        }
        #expect(steps == 14)
        let resumed = try Trainer(configuration(), checkpointPath: path).train(Toy(), resume: true)
        let whole = try Trainer(configuration()).train(Toy())
        #expect(resumed == whole)
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(files == ["checkpoint.safetensors"])
    }

    @Test("A checkpoint of another training is refused by name, and so is a spoiled one")
    func otherTraining() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("checkpoint.safetensors")
        _ = try Trainer(configuration(epochs: 1), checkpointPath: path).train(Toy())
        func refusal(_ configuration: TrainingConfiguration, _ toy: Toy = Toy()) -> String {
            do {
                _ = try Trainer(configuration, checkpointPath: path).train(toy, resume: true)
                return "accepted"
            } catch {
                return "\(error)"
            }
        }
        var other = configuration()
        other.seed = 43
        #expect(refusal(other).contains("cannot resume") && refusal(other).contains("seed was 42, is now 43"))
        other = configuration()
        other.learningRate = 1
        #expect(refusal(other).contains("configuration was"))
        #expect(refusal(configuration(), Toy(training: 51)).contains("training_count was 50, is now 51"))
        let file = try SafetensorsFile(contentsOf: path)
        #expect(file.metadata["dtype"] == "float32" && file.metadata["epoch"] == "1")
        for field in file.metadata.keys {
            var spoiled = file
            spoiled.metadata[field] = nil
            try spoiled.write(to: path)
            #expect(refusal(configuration()).contains("checkpoint entry '\(field)' is missing"))
        }
        for tensor in file.tensors.indices {
            var spoiled = file
            spoiled.tensors.remove(at: tensor)
            try spoiled.write(to: path)
            #expect(refusal(configuration()).contains("\(file.tensors[tensor].name)"))
        }
        var newer = file
        newer.metadata["format"] = "2"
        try newer.write(to: path)
        #expect(refusal(configuration()).contains("newer than this version reads"))
        let bytes = try file.encoded()
        try Data(bytes[..<(bytes.count / 2)]).write(to: URL(fileURLWithPath: path))
        #expect(refusal(configuration()).contains("cannot read"))
    }

    @Test("More epochs and another patience may be asked for on resume")
    func extending() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("checkpoint.safetensors")
        _ = try Trainer(configuration(epochs: 3), checkpointPath: path).train(Toy())
        var longer = configuration(epochs: 8)
        longer.patience = 100
        let result = try Trainer(longer, checkpointPath: path).train(Toy(), resume: true)
        let whole = try Trainer(configuration()).train(Toy())
        #expect(result == whole)
    }

    @Test("The history names its columns, and the gradient norm of a doubled term is double")
    func history() throws {
        let result = try Trainer(configuration(epochs: 2)).train(Toy())
        #expect(
            result.history.columns == [
                "epoch", "step", "learning_rate", "gradient_norm", "training_loss", "training_error",
                "training_double", "validation_loss", "validation_error", "validation_double",
                "gradient_norm_error", "gradient_norm_double", "is_best",
            ])
        #expect(result.history.column("step") == [6, 12])
        let single = try #require(result.history.column("gradient_norm_error"))
        let double = try #require(result.history.column("gradient_norm_double"))
        expectClose(double, single.map { 2 * $0 }, relative: 1e-6)
        let lines = result.history.csv.split(separator: "\n")
        #expect(lines.count == 3 && lines[1].hasPrefix("1,6,"))
        let back = lines[2].split(separator: ",").compactMap { Double($0) }
        #expect(back == result.history.rows[1])
    }
}
