public import Tensors

/// A tensor of a network that training changes: a weight that gradients move, or a running statistic.
///
/// A reference, shared between a layer and what trains it; not Sendable, so it never leaves the thread that
/// trains. Other threads see networks as frozen plans only.
public final class Parameter {
    /// What changes a parameter.
    public enum Role: Sendable {
        /// An optimiser, along gradients.
        case weight
        /// The forward passes of training, as a running mean; PyTorch calls it a buffer.
        case statistic
    }

    /// What changes it.
    public let role: Role
    /// Its numbers now; a weight is tracked, so that gradients can be taken with respect to it.
    public private(set) var value: Tensor

    /// A parameter of these numbers.
    public init(_ value: Tensor, role: Role = .weight) {
        self.role = role
        self.value = role == .weight ? value.detached().tracked() : value.detached()
    }

    /// Shape of its tensor; never changes.
    public var shape: [Int] { value.shape }

    /// Puts other numbers of the same shape in its place.
    public func replace(with value: Tensor) {
        precondition(value.shape == shape, "parameter: shape \(value.shape) in place of \(shape)")
        self.value = role == .weight ? value.detached().tracked() : value.detached()
    }
}
