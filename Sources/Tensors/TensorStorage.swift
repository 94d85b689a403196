/// The numbers of a tensor, wherever its backend keeps them.
///
/// Opaque on purpose: only the backend that made it looks inside. Never changes once an operator returned it.
public protocol TensorStorage: AnyObject, Sendable {
    /// How many float32 numbers it holds.
    var count: Int { get }
}
