internal import Computing
internal import Foundation
internal import Safetensors
internal import Tensors

// A checkpoint is one safetensors file, written at once or not at all.
//
// Tensors: `parameter.<name>`, `best.<name>`, `first_moment.<name>`, `second_moment.<name>` (F32), `history`
// (F64, epochs x columns), `order` (I64, the items in the order of the coming epoch). Metadata: see `Field`.
extension TrainingState {
    /// Names in a checkpoint's metadata.
    private enum Field: String {
        case format, dtype, epoch, step, seed, configuration
        case bestEpoch = "best_epoch"
        case bestValue = "best_value"
        case firstLoss = "first_loss"
        case historyColumns = "history_columns"
        case trainingCount = "training_count"
        case validationCount = "validation_count"
    }

    /// The version that is written, and the newest that is read.
    private static let format = 1

    /// Writes everything to a file.
    func write(
        to path: String, configuration: TrainingConfiguration, trainingCount: Int, validationCount: Int
    ) throws {
        let weights = network.allParameters.filter { $0.value.role == .weight }
        var tensors = network.storedParameters(prefix: "parameter.")
        for (parameter, value) in zip(network.allParameters, bestParameters) {
            tensors.append(
                SafetensorsTensor(name: "best." + parameter.name, shape: value.shape, floats: value.values))
        }
        for (parameter, moments) in zip(weights, adam.moments) {
            let (first, second) = (moments.first, moments.second)
            tensors.append(
                SafetensorsTensor(
                    name: "first_moment." + parameter.name, shape: first.shape, floats: first.values))
            tensors.append(
                SafetensorsTensor(
                    name: "second_moment." + parameter.name, shape: second.shape, floats: second.values))
        }
        tensors.append(
            SafetensorsTensor(
                name: "history", shape: [history.rows.count, history.columns.count],
                doubles: history.rows.flatMap { $0 }))
        let order = TrainingRandomness(seed: configuration.seed).order(epoch: epoch, count: trainingCount)
        tensors.append(
            SafetensorsTensor(name: "order", shape: [order.count], int64s: order.map(Int64.init)))
        let metadata: [Field: String] = [
            .format: "\(Self.format)", .dtype: "float32", .epoch: "\(epoch)", .step: "\(adam.step)",
            .seed: "\(configuration.seed)", .bestEpoch: "\(bestEpoch)", .bestValue: "\(bestValue)",
            .firstLoss: firstLoss.map { "\($0)" } ?? "", .trainingCount: "\(trainingCount)",
            .validationCount: "\(validationCount)",
            .historyColumns: history.columns.joined(separator: ","),
            .configuration: try Self.text(configuration),
        ]
        let texts = Dictionary(uniqueKeysWithValues: metadata.map { ($0.key.rawValue, $0.value) })
        try SafetensorsFile(metadata: texts, tensors: tensors).write(to: path)
    }

    /// Continues from a file that a training of the same network, data and configuration wrote.
    ///
    /// The number of epochs and the patience may differ: they decide when to stop, not what happens before.
    mutating func read(
        from path: String, configuration: TrainingConfiguration, trainingCount: Int, validationCount: Int
    ) throws {
        let file = try SafetensorsFile(contentsOf: path)
        func text(_ field: Field) throws -> String {
            guard let value = file.metadata[field.rawValue] else {
                throw TrainingError.checkpointField(path: path, field: field.rawValue, reason: "is missing")
            }
            return value
        }
        func number<Number: LosslessStringConvertible>(_ field: Field, _: Number.Type) throws -> Number {
            guard let value = Number(try text(field)) else {
                throw TrainingError.checkpointField(
                    path: path, field: field.rawValue, reason: "is no number: '\(try text(field))'")
            }
            return value
        }
        func require(_ field: Field, _ current: String) throws {
            let stored = try text(field)
            if stored != current {
                throw TrainingError.otherTraining(
                    path: path, field: field.rawValue, stored: stored, current: current)
            }
        }
        let format = try number(.format, Int.self)
        guard format <= Self.format else {
            throw TrainingError.checkpointField(
                path: path, field: "format", reason: "is \(format), newer than this version reads")
        }
        try require(.dtype, "float32")
        try require(.trainingCount, "\(trainingCount)")
        try require(.validationCount, "\(validationCount)")
        try require(.seed, "\(configuration.seed)")
        try require(.configuration, try Self.text(configuration))
        let epoch = try number(.epoch, Int.self)
        let step = try number(.step, Int.self)
        guard epoch >= 0, step >= 0 else {
            throw TrainingError.checkpointField(path: path, field: "epoch", reason: "is negative")
        }
        let order = TrainingRandomness(seed: configuration.seed).order(epoch: epoch, count: trainingCount)
        guard try file.int64s("order") == order.map(Int64.init) else {
            throw TrainingError.checkpointField(
                path: path, field: "order", reason: "is not the order that the seed gives")
        }
        let history = try Self.history(file, columns: try text(.historyColumns))
        let all = network.allParameters
        let best = try all.map { try file.finiteTensor("best." + $0.name, like: $0.value.value) }
        let moments = try all.filter { $0.value.role == .weight }.map {
            Adam.Moments(
                first: try file.finiteTensor("first_moment." + $0.name, like: $0.value.value),
                second: try file.finiteTensor("second_moment." + $0.name, like: $0.value.value))
        }
        let bestEpoch = try number(.bestEpoch, Int.self)
        let bestValue = try number(.bestValue, Double.self)
        let firstLoss = try text(.firstLoss).isEmpty ? nil : try number(.firstLoss, Double.self)
        try network.loadParameters(from: file, prefix: "parameter.")
        adam.restore(moments, step: step)
        (self.epoch, self.bestEpoch, self.bestValue, self.firstLoss) = (
            epoch, bestEpoch, bestValue, firstLoss
        )
        (self.bestParameters, self.history) = (best, history)
    }

    private static func history(_ file: SafetensorsFile, columns: String) throws -> TrainingHistory {
        var history = TrainingHistory()
        history.columns = columns.split(separator: ",").map(String.init)
        let stored = try file.tensor("history")
        let width = history.columns.count
        guard stored.shape.count == 2, stored.shape[1] == width else {
            throw TrainingError.checkpointField(
                path: file.path, field: "history", reason: "has shape \(stored.shape) for \(width) columns")
        }
        let numbers = try file.doubles("history")
        history.rows = (0..<stored.shape[0]).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
        return history
    }

    /// The configuration without what may change on resume.
    private static func text(_ configuration: TrainingConfiguration) throws -> String {
        var configuration = configuration
        configuration.epochs = 0
        configuration.patience = nil
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(configuration), as: UTF8.self)
    }
}
