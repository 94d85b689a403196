/// One remembered result: the operator, its inputs and its output; a variable has no operator.
///
/// Immutable but for its end, hence safe to share.
final class GraphNode: @unchecked Sendable {
    /// The operator; `nil` for a variable.
    let operation: (any Operation)?
    /// What the operator was applied to.
    private(set) var inputs: [Tensor]
    /// Shape of the output.
    let shape: [Int]
    /// Numbers of the output; `nil` for a variable.
    let storage: (any TensorStorage)?

    /// A variable.
    init() {
        operation = nil
        inputs = []
        shape = []
        storage = nil
    }

    /// The result of an operator.
    init(_ operation: any Operation, _ inputs: [Tensor], shape: [Int], storage: any TensorStorage) {
        self.operation = operation
        self.inputs = inputs
        self.shape = shape
        self.storage = storage
    }

    /// Takes a long chain apart link by link: left to itself it would be released by recursion, and overflow
    /// the stack.
    deinit {
        var orphans = inputs.compactMap(\.node)
        inputs = []
        while var node = orphans.popLast() {
            guard isKnownUniquelyReferenced(&node) else { continue }
            orphans.append(contentsOf: node.inputs.compactMap(\.node))
            node.inputs = []
        }
    }
}
