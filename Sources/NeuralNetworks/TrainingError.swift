/// Why a network could not be trained, or its stored numbers were refused.
public enum TrainingError: Error, Sendable, Equatable {
    /// The loss or a gradient is not a number, or ran away.
    case diverged(epoch: Int, step: Int, loss: Double, reason: String)
    /// There is nothing to train or to validate on.
    case noItems(set: String)
    /// The term that chooses the best epoch is not among those that the validation reports.
    case unknownSelection(term: String, known: [String])
    /// A stored tensor belongs to no parameter of this network.
    case unexpectedTensor(path: String, tensor: String)
    /// An entry of a checkpoint is missing or makes no sense.
    case checkpointField(path: String, field: String, reason: String)
    /// A checkpoint belongs to another training: other data, seed or configuration.
    case otherTraining(path: String, field: String, stored: String, current: String)
}

extension TrainingError: CustomStringConvertible {
    /// One line for a user.
    public var description: String {
        switch self {
        case .diverged(let epoch, let step, let loss, let reason):
            "training diverged in epoch \(epoch), step \(step): \(reason), loss \(loss)"
        case .noItems(let set): "no items to train with: the \(set) set is empty"
        case .unknownSelection(let term, let known):
            "cannot choose the best epoch by '\(term)': the terms are \(known.joined(separator: ", "))"
        case .unexpectedTensor(let path, let tensor):
            "cannot read '\(path)': tensor '\(tensor)' belongs to no parameter of this network"
        case .checkpointField(let path, let field, let reason):
            "cannot read '\(path)': checkpoint entry '\(field)' \(reason)"
        case .otherTraining(let path, let field, let stored, let current):
            "cannot resume from '\(path)': \(field) was \(stored), is now \(current)"
        }
    }
}
