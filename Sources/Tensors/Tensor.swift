/// An n-dimensional array of float32 numbers, dense and row-major; images are `[N, H, W, C]`.
///
/// A value: its numbers never change. One that `tracked()` made, or that was computed from such, remembers
/// how it was computed, so that `gradients(withRespectTo:)` can differentiate it.
public struct Tensor: Sendable {
    /// Lengths of the axes, outermost first; empty for a single number.
    public let shape: [Int]
    /// The numbers, opaque.
    public let storage: any TensorStorage
    /// What computes on the numbers.
    public let backend: any Backend
    /// Where the tensor stands in the graph of what is differentiated; `nil` for a constant.
    let node: GraphNode?

    /// A tensor over storage that an operator's backend made.
    init(shape: [Int], storage: any TensorStorage, backend: any Backend, node: GraphNode? = nil) {
        assert(storage.count == shape.reduce(1, *))
        self.shape = shape
        self.storage = storage
        self.backend = backend
        self.node = node
    }

    /// A constant over storage that a backend's function returned, for code that calls backends itself.
    ///
    /// - Precondition: The storage holds as many numbers as the shape asks for.
    public init(shape: [Int], storage: any TensorStorage, on backend: any Backend) {
        precondition(
            storage.count == shape.reduce(1, *), "Tensor: \(storage.count) numbers for shape \(shape)")
        self.init(shape: shape, storage: storage, backend: backend, node: nil)
    }

    /// A constant of these values.
    ///
    /// - Precondition: As many values as the shape asks for.
    public init(_ values: [Float], shape: [Int], on backend: any Backend) {
        precondition(
            shape.allSatisfy { $0 >= 0 } && values.count == shape.reduce(1, *),
            "Tensor: \(values.count) values for shape \(shape)")
        self.init(
            shape: shape, storage: values.withUnsafeBufferPointer { backend.storage(copying: $0) },
            backend: backend)
    }

    /// A constant copied from a buffer, for callers that hold large arrays elsewhere.
    ///
    /// - Precondition: As many values as the shape asks for.
    public init(copying values: UnsafeBufferPointer<Float>, shape: [Int], on backend: any Backend) {
        precondition(
            shape.allSatisfy { $0 >= 0 } && values.count == shape.reduce(1, *),
            "Tensor: \(values.count) values for shape \(shape)")
        self.init(shape: shape, storage: backend.storage(copying: values), backend: backend)
    }

    /// A constant that `fill` writes in place, for callers that read large arrays from elsewhere.
    ///
    /// - Parameter fill: Gets as many numbers as the shape asks for, undefined at first, and writes them all.
    public init(
        shape: [Int], on backend: any Backend,
        filling fill: (UnsafeMutableBufferPointer<Float>) throws -> Void
    ) rethrows {
        precondition(shape.allSatisfy { $0 >= 0 }, "Tensor: negative length in \(shape)")
        let storage = try backend.storage(count: shape.reduce(1, *), filling: fill)
        self.init(shape: shape, storage: storage, backend: backend)
    }

    /// A constant batch of items picked from an array that holds many, one behind the other.
    ///
    /// - Parameters:
    ///   - items: Indices of the items, in the order of the batch.
    ///   - values: All items, `[count, itemShape]`.
    ///   - itemShape: Shape of one item.
    ///   - backend: What computes.
    /// - Returns: `[items, itemShape]`.
    public init(items: [Int], of values: [Float], itemShape: [Int], on backend: any Backend) {
        let length = itemShape.reduce(1, *)
        let count = length > 0 ? values.count / length : 0
        precondition(
            count * length == values.count && items.allSatisfy { (0..<count).contains($0) },
            "Tensor: items \(items.min() ?? 0)...\(items.max() ?? 0) of \(values.count) values in \(itemShape)"
        )
        let batch = [Float](unsafeUninitializedCapacity: items.count * length) { buffer, filled in
            for item in items {
                let part = values[item * length..<(item + 1) * length]
                _ = UnsafeMutableBufferPointer(rebasing: buffer[filled..<filled + length]).initialize(
                    from: part)
                filled += length
            }
        }
        self.init(batch, shape: [items.count] + itemShape, on: backend)
    }

    /// A constant single number.
    public init(_ value: Float, on backend: any Backend) {
        self.init([value], shape: [], on: backend)
    }

    /// A constant that repeats one value.
    public init(repeating value: Float, shape: [Int], on backend: any Backend) {
        precondition(shape.allSatisfy { $0 >= 0 }, "Tensor: negative length in \(shape)")
        self.init(
            shape: shape, storage: backend.filled(value, count: shape.reduce(1, *)), backend: backend)
    }

    /// Zeros.
    public static func zeros(_ shape: [Int], on backend: any Backend) -> Tensor {
        Tensor(repeating: 0, shape: shape, on: backend)
    }

    /// Ones.
    public static func ones(_ shape: [Int], on backend: any Backend) -> Tensor {
        Tensor(repeating: 1, shape: shape, on: backend)
    }

    /// Number of elements.
    public var count: Int { storage.count }

    /// Number of axes.
    public var rank: Int { shape.count }

    /// A copy of the numbers, row-major.
    public var values: [Float] { backend.values(of: storage) }

    /// The number of a tensor that holds one.
    ///
    /// - Precondition: `count` is 1.
    public var scalar: Float {
        precondition(count == 1, "scalar: tensor of shape \(shape) holds \(count) numbers")
        return values[0]
    }

    /// Whether gradients can be taken with respect to something that this tensor was computed from.
    public var isTracked: Bool { node != nil }

    /// The same numbers as a new variable that gradients can be taken with respect to.
    public func tracked() -> Tensor {
        Tensor(shape: shape, storage: storage, backend: backend, node: GraphNode())
    }

    /// The same numbers as a constant: gradients do not pass.
    public func detached() -> Tensor {
        Tensor(shape: shape, storage: storage, backend: backend)
    }

    /// `axis` counted from the front; negative ones count from the back.
    func resolved(axis: Int, operation: StaticString) -> Int {
        let index = axis < 0 ? axis + rank : axis
        precondition(index >= 0 && index < rank, "\(operation): no axis \(axis) in shape \(shape)")
        return index
    }
}
