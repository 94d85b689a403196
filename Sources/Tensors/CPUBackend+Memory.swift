extension CPUBackend {
    /// A copy of `values`.
    public func storage(copying values: UnsafeBufferPointer<Float>) -> any TensorStorage {
        let result = make(values.count)
        if let base = values.baseAddress { result.pointer.update(from: base, count: values.count) }
        return result
    }

    /// `count` numbers that `fill` writes.
    public func storage(
        count: Int, filling fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows -> any TensorStorage {
        let result = make(count)
        try fill(UnsafeMutableBufferPointer(start: result.pointer, count: count))
        return result
    }

    /// A copy of the numbers in `storage`.
    public func values(of storage: any TensorStorage) -> [Float] {
        let storage = storage.onCPU
        return Array(UnsafeBufferPointer(start: storage.pointer, count: storage.count))
    }

    /// `count` times `value`.
    public func filled(_ value: Float, count: Int) -> any TensorStorage {
        let result = make(count)
        forEachChunk(count, chunk: Self.elementsPerChunk) { range, _ in
            (result.pointer + range.lowerBound).update(repeating: value, count: range.count)
        }
        return result
    }

    /// The elements of `x` that `view` walks over, in its order.
    public func gathered(_ x: any TensorStorage, _ view: StridedView) -> any TensorStorage {
        let (x, result) = (x.onCPU, make(view.count))
        walk(view) { element, row, columns, step in
            let from = x.pointer + element
            let to = result.pointer + row
            switch step {
            case 0: to.update(repeating: from[0], count: columns)
            case 1: to.update(from: from, count: columns)
            default: for column in 0..<columns { to[column] = from[column * step] }
            }
        }
        return result
    }

    /// `count` zeros, with each part written to the elements its view walks over.
    public func placed(
        _ parts: [(storage: any TensorStorage, view: StridedView)], count: Int
    ) -> any TensorStorage {
        let result = make(count)
        if parts.reduce(0, { $0 + $1.view.count }) < count {
            result.pointer.update(repeating: 0, count: count)
        }
        for part in parts {
            let x = part.storage.onCPU
            walk(part.view) { element, row, columns, step in
                let from = x.pointer + row
                let to = result.pointer + element
                if step == 1 {
                    to.update(from: from, count: columns)
                } else {
                    for column in 0..<columns { to[column * step] = from[column] }
                }
            }
        }
        return result
    }

    /// Visits a walk row by row: where the row starts in the strided and in the dense array, how many
    /// columns it has and their step.
    private func walk(
        _ view: StridedView,
        _ body: @Sendable (_ element: Int, _ row: Int, _ columns: Int, _ step: Int) -> Void
    ) {
        if view.count == 0 { return }
        let view = view.collapsed
        guard let columns = view.shape.last, let step = view.strides.last else {
            return body(view.offset, 0, 1, 1)
        }
        let outer = StridedView(
            shape: view.shape.dropLast(), strides: view.strides.dropLast(), offset: view.offset)
        forEachChunk(outer.count, chunk: Self.elementsPerChunk / columns) { range, _ in
            var odometer = Odometer(outer.shape, at: range.lowerBound)
            for row in range {
                body(outer.offset + odometer.offset(outer.strides), row * columns, columns, step)
                odometer.advance()
            }
        }
    }
}

/// The indices of an array's axes, counting up with the last axis fastest.
struct Odometer {
    private let shape: [Int]
    private var index: [Int]

    /// The indices of the `position`-th element.
    init(_ shape: [Int], at position: Int) {
        self.shape = shape
        index = Array(repeating: 0, count: shape.count)
        var rest = position
        for axis in shape.indices.reversed() where shape[axis] > 0 {
            index[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
    }

    /// The element in an array of these strides.
    func offset(_ strides: [Int]) -> Int {
        var offset = 0
        for axis in index.indices { offset += index[axis] * strides[axis] }
        return offset
    }

    /// The next element.
    mutating func advance() {
        for axis in index.indices.reversed() {
            index[axis] += 1
            if index[axis] < shape[axis] { return }
            index[axis] = 0
        }
    }
}
