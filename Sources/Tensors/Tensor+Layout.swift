/// The same numbers under another shape.
private struct Reshape: Operation {
    let shape: [Int]

    func shape(of inputs: [Tensor]) -> [Int] { shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage { inputs[0].storage }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [gradient.reshaped(inputs[0].shape)]
    }
}

/// Axes in another order: axis `i` of the result is axis `order[i]` of the input.
private struct Permute: Operation {
    let order: [Int]

    func shape(of inputs: [Tensor]) -> [Int] { order.map { inputs[0].shape[$0] } }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        let strides = StridedView.denseStrides(inputs[0].shape)
        return backend.gathered(
            inputs[0].storage, StridedView(shape: shape(of: inputs), strides: order.map { strides[$0] }))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        var inverse = order
        for (index, axis) in order.enumerated() { inverse[axis] = index }
        return [gradient.permuted(inverse)]
    }
}

/// The input repeated along axes of length 1 and along new leading axes.
private struct Repeat: Operation {
    let shape: [Int]

    func shape(of inputs: [Tensor]) -> [Int] { shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.gathered(
            inputs[0].storage,
            StridedView(shape: shape, strides: Broadcast.strides(of: inputs[0].shape, over: shape)))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [gradient.summed(to: inputs[0].shape)]
    }
}

/// A range of one axis.
private struct Slice: Operation {
    let axis: Int
    let range: Range<Int>

    func shape(of inputs: [Tensor]) -> [Int] {
        var shape = inputs[0].shape
        shape[axis] = range.count
        return shape
    }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        let strides = StridedView.denseStrides(inputs[0].shape)
        return backend.gathered(
            inputs[0].storage,
            StridedView(
                shape: shape(of: inputs), strides: strides, offset: range.lowerBound * strides[axis]))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [Tensor(Join(axis: axis, starts: [range.lowerBound], shape: inputs[0].shape), gradient)]
    }
}

/// Parts laid into zeros along one axis: concatenation, and the adjoint of slicing.
private struct Join: Operation {
    let axis: Int
    let starts: [Int]
    let shape: [Int]

    func shape(of inputs: [Tensor]) -> [Int] { shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        let strides = StridedView.denseStrides(shape)
        let parts = zip(inputs, starts).map { input, start in
            (
                storage: input.storage,
                view: StridedView(shape: input.shape, strides: strides, offset: start * strides[axis])
            )
        }
        return backend.placed(parts, count: shape.reduce(1, *))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        inputs.indices.map {
            wanted[$0] ? gradient.sliced(axis: axis, starts[$0]..<starts[$0] + inputs[$0].shape[axis]) : nil
        }
    }
}

extension Tensor {
    /// The same numbers under another shape; one length may be -1 and follows from the others.
    public func reshaped(_ shape: [Int]) -> Tensor {
        var resolved = shape
        if let free = shape.firstIndex(of: -1) {
            let known = shape.reduce(1) { $1 == -1 ? $0 : $0 * $1 }
            precondition(
                known > 0 && count % known == 0, "reshape: \(self.shape) does not fit \(shape)")
            resolved[free] = count / known
        }
        precondition(
            resolved.allSatisfy { $0 >= 0 } && resolved.reduce(1, *) == count,
            "reshape: \(self.shape) does not fit \(shape)")
        return resolved == self.shape ? self : Tensor(Reshape(shape: resolved), self)
    }

    /// One row for each image: `[N, H, W, C]` to `[N, H W C]`.
    public func flattened() -> Tensor {
        precondition(rank >= 1, "flatten: a single number has no rows")
        return reshaped([shape[0], shape.dropFirst().reduce(1, *)])
    }

    /// Axes in another order: axis `i` of the result is axis `order[i]` of this tensor.
    public func permuted(_ order: [Int]) -> Tensor {
        precondition(order.sorted() == Array(shape.indices), "permute: \(order) does not order \(shape)")
        return order == Array(shape.indices) ? self : Tensor(Permute(order: order), self)
    }

    /// A matrix with rows and columns exchanged.
    public func transposed() -> Tensor {
        precondition(rank == 2, "transpose: expected a matrix, got shape \(shape)")
        return permuted([1, 0])
    }

    /// Repeated along axes of length 1 and along new leading axes.
    public func repeated(to shape: [Int]) -> Tensor {
        if shape == self.shape { return self }
        precondition(
            Broadcast.commonShape(self.shape, shape) == shape, "repeat: \(self.shape) to \(shape)")
        return Tensor(Repeat(shape: shape), self)
    }

    /// A range of one axis; negative axes count from the back.
    public func sliced(axis: Int, _ range: Range<Int>) -> Tensor {
        let axis = resolved(axis: axis, operation: "slice")
        precondition(
            range.lowerBound >= 0 && range.upperBound <= shape[axis],
            "slice: \(range) of axis \(axis) of \(shape)")
        return range.count == shape[axis] ? self : Tensor(Slice(axis: axis, range: range), self)
    }

    /// Tensors one behind the other along an axis; the other axes agree.
    public static func concatenated(_ parts: [Tensor], axis: Int) -> Tensor {
        precondition(!parts.isEmpty, "concatenate: nothing to join")
        let axis = parts[0].resolved(axis: axis, operation: "concatenate")
        var shape = parts[0].shape
        shape[axis] = 0
        var starts: [Int] = []
        for part in parts {
            var others = part.shape
            precondition(others.count == shape.count, "concatenate: \(part.shape) behind \(parts[0].shape)")
            others[axis] = shape[axis]
            precondition(others == shape, "concatenate: \(part.shape) behind \(parts[0].shape)")
            starts.append(shape[axis])
            shape[axis] += part.shape[axis]
        }
        return Tensor(Join(axis: axis, starts: starts, shape: shape), parts)
    }
}
