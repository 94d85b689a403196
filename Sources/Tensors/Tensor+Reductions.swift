/// Sums over the middle of three joined groups of axes.
private struct Sum: Operation {
    let axes: Range<Int>

    func shape(of inputs: [Tensor]) -> [Int] {
        var shape = inputs[0].shape
        shape.removeSubrange(axes)
        return shape
    }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        let shape = inputs[0].shape
        return backend.sum(
            inputs[0].storage, outer: shape[..<axes.lowerBound].reduce(1, *),
            middle: shape[axes].reduce(1, *), inner: shape[axes.upperBound...].reduce(1, *))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        var kept = inputs[0].shape
        for axis in axes { kept[axis] = 1 }
        return [gradient.reshaped(kept).repeated(to: inputs[0].shape)]
    }
}

/// Largest of each row of a matrix.
private struct RowMaximum: Operation {
    func shape(of inputs: [Tensor]) -> [Int] { [inputs[0].shape[0]] }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.rowMaximum(inputs[0].storage, rows: inputs[0].shape[0], columns: inputs[0].shape[1])
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        // Several largest elements share the gradient evenly, as in PyTorch's amax.
        let rows = inputs[0].shape[0]
        let hits = inputs[0].detached().isEqual(to: output.detached().reshaped([rows, 1]))
        let shares = hits / hits.sum(alongAxes: [1], keepingDimensions: true)
        return [shares * gradient.reshaped([rows, 1])]
    }
}

extension Tensor {
    /// The sum of all elements, accumulated in double precision in a fixed order.
    public func sum() -> Tensor { Tensor(Sum(axes: 0..<rank), self) }

    /// The mean of all elements.
    public func mean() -> Tensor {
        precondition(count > 0, "mean: tensor of shape \(shape) is empty")
        return sum() * (1 / Float(count))
    }

    /// Sums over some axes, accumulated in double precision in a fixed order.
    ///
    /// - Parameters:
    ///   - axes: Axes to sum over; negative ones count from the back.
    ///   - keepingDimensions: Whether these axes stay, with length 1.
    public func sum(alongAxes axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        let axes = Set(axes.map { resolved(axis: $0, operation: "sum") }).sorted()
        guard let first = axes.first, let last = axes.last else { return self }
        var result: Tensor
        if last - first + 1 == axes.count {
            result = Tensor(Sum(axes: first..<last + 1), self)
        } else {
            let kept = shape.indices.filter { !axes.contains($0) }
            result = Tensor(Sum(axes: kept.count..<rank), permuted(kept + axes))
        }
        if keepingDimensions { result = result.reshaped(Self.shape(shape, keeping: axes)) }
        return result
    }

    /// Means over some axes.
    public func mean(alongAxes axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        let reduced = Set(axes.map { resolved(axis: $0, operation: "mean") })
        let count = reduced.reduce(1) { $0 * shape[$1] }
        precondition(count > 0, "mean: axes \(axes) of shape \(shape) are empty")
        return sum(alongAxes: axes, keepingDimensions: keepingDimensions) * (1 / Float(count))
    }

    /// Largest elements over some axes; NaN if one is NaN. Ties share the gradient.
    public func maximum(alongAxes axes: [Int], keepingDimensions: Bool = false) -> Tensor {
        let axes = Set(axes.map { resolved(axis: $0, operation: "maximum") }).sorted()
        if axes.isEmpty { return self }
        let kept = shape.indices.filter { !axes.contains($0) }
        let columns = axes.reduce(1) { $0 * shape[$1] }
        precondition(columns > 0, "maximum: axes \(axes) of shape \(shape) are empty")
        let rows = Tensor(RowMaximum(), permuted(kept + axes).reshaped([count / columns, columns]))
        return rows.reshaped(
            keepingDimensions ? Self.shape(shape, keeping: axes) : kept.map { shape[$0] })
    }

    private static func shape(_ shape: [Int], keeping axes: [Int]) -> [Int] {
        shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    }
}
