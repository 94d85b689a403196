/// A differentiable operator: its forward is one function of the backend, its derivative is written with
/// operators, so that gradients can be differentiated again.
protocol Operation: Sendable {
    /// Shape of the result.
    func shape(of inputs: [Tensor]) -> [Int]

    /// The result's numbers.
    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage

    /// The gradients with respect to the inputs, given the one with respect to the output.
    ///
    /// Inputs and output are constants when nobody will differentiate again; an operator may then take a
    /// shorter way (see `isAnyTracked`). Only the inputs marked in `wanted` need an answer; `nil` means zero.
    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?]
}

extension Tensor {
    /// The result of an operator, remembered in the graph if an input is tracked.
    init(_ operation: some Operation, _ inputs: Tensor...) {
        self.init(operation, inputs)
    }

    /// The result of an operator on a list of inputs.
    init(_ operation: some Operation, _ inputs: [Tensor]) {
        let backend = inputs[0].backend
        assert(inputs.allSatisfy { $0.backend === backend }, "operator: tensors of different backends")
        let storage = operation.forward(inputs, on: backend)
        let shape = operation.shape(of: inputs)
        let node = isAnyTracked(inputs) ? GraphNode(operation, inputs, shape: shape, storage: storage) : nil
        self.init(shape: shape, storage: storage, backend: backend, node: node)
    }
}

/// Whether a result computed from these tensors would be remembered.
func isAnyTracked(_ tensors: [Tensor]) -> Bool { tensors.contains { $0.node != nil } }
