extension Tensor {
    /// The gradients of this tensor with respect to variables (reverse-mode differentiation).
    ///
    /// - Parameters:
    ///   - variables: Tensors that this one was computed from; any tracked tensor will do.
    ///   - seed: Gradient with respect to this tensor, of its shape; ones if `nil`, hence the gradient of
    ///     the sum of its elements.
    ///   - differentiable: Whether the gradients are tracked themselves, for gradients of gradients.
    /// - Returns: One gradient for each variable, of its shape; zeros where the variable had no influence.
    public func gradients(
        withRespectTo variables: [Tensor], seed: Tensor? = nil, differentiable: Bool = false
    ) -> [Tensor] {
        let start = seed ?? Tensor.ones(shape, on: backend)
        precondition(start.shape == shape, "gradients: seed of shape \(start.shape), expected \(shape)")
        for variable in variables {
            precondition(variable.node != nil, "gradients: a variable is not tracked")
        }
        let wanted = Set(variables.map { ObjectIdentifier($0.node!) })
        var gradients: [ObjectIdentifier: Tensor] = [:]
        if let node { gradients[ObjectIdentifier(node)] = differentiable ? start : start.detached() }
        for node in relevantNodes(wanted) {
            let id = ObjectIdentifier(node.node)
            guard let operation = node.node.operation, let gradient = gradients[id] else { continue }
            if !wanted.contains(id) { gradients[id] = nil }
            let inputs = node.node.inputs
            let output = Tensor(
                shape: node.node.shape, storage: node.node.storage!, backend: backend,
                node: differentiable ? node.node : nil)
            let parts = operation.pullback(
                gradient, inputs: differentiable ? inputs : inputs.map { $0.detached() }, output: output,
                wanted: node.leads)
            for (index, part) in parts.enumerated() where node.leads[index] {
                guard let part, let source = inputs[index].node else { continue }
                assert(part.shape == inputs[index].shape, "\(operation): \(part.shape)")
                let sourceID = ObjectIdentifier(source)
                gradients[sourceID] = gradients[sourceID].map { $0 + part } ?? part
            }
        }
        return variables.map { gradients[ObjectIdentifier($0.node!)] ?? .zeros($0.shape, on: backend) }
    }

    /// A node through which a variable acts, and which of its inputs lead to one.
    private struct RelevantNode {
        var node: GraphNode
        var leads: [Bool]
    }

    /// The nodes between this tensor and the wanted ones, each after all that use it.
    ///
    /// A depth-first search with its own stack, so that the length of a graph is bound by memory only.
    private func relevantNodes(_ wanted: Set<ObjectIdentifier>) -> [RelevantNode] {
        guard let node else { return [] }
        var finished: [ObjectIdentifier: Bool] = [:]  // whether the node leads to a wanted one
        var order: [RelevantNode] = []
        var stack: [(node: GraphNode, next: Int)] = [(node, 0)]
        var entered: Set<ObjectIdentifier> = [ObjectIdentifier(node)]
        while let top = stack.last {
            if top.next < top.node.inputs.count {
                stack[stack.count - 1].next += 1
                if let input = top.node.inputs[top.next].node,
                    entered.insert(ObjectIdentifier(input)).inserted
                {
                    stack.append((input, 0))
                }
                continue
            }
            stack.removeLast()
            let leads = top.node.inputs.map {
                $0.node.map { finished[ObjectIdentifier($0)] ?? false } ?? false
            }
            let id = ObjectIdentifier(top.node)
            finished[id] = leads.contains(true) || wanted.contains(id)
            if leads.contains(true) { order.append(RelevantNode(node: top.node, leads: leads)) }
        }
        return order.reversed()
    }
}
