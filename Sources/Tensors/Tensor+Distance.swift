/// `sum weight (x - y)^2` of x, y and, as third input, the weight.
private struct SquaredDistance: Operation {
    func shape(of inputs: [Tensor]) -> [Int] { [] }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.squaredDistance(
            inputs[0].storage, inputs[1].storage, weight: inputs.count > 2 ? inputs[2].storage : nil)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let (x, y) = (inputs[0], inputs[1])
        let weight = inputs.count > 2 ? inputs[2] : nil
        let parts = [
            wanted[0] ? Self.difference(x, y, weight, gradient * 2) : nil,
            wanted[1] ? Self.difference(y, x, weight, gradient * 2) : nil,
        ]
        if weight == nil { return parts }
        return parts + [wanted[2] ? (x - y).squared() * gradient : nil]
    }

    /// `factor weight (x - y)`, from plain operators when somebody differentiates again.
    private static func difference(_ x: Tensor, _ y: Tensor, _ weight: Tensor?, _ factor: Tensor) -> Tensor {
        if isAnyTracked([x, y, factor] + (weight.map { [$0] } ?? [])) {
            let scaled = (x - y) * factor
            return weight.map { scaled * $0 } ?? scaled
        }
        let storage = x.backend.scaledDifference(
            x.storage, y.storage, weight: weight?.storage, factor: factor.storage)
        return Tensor(shape: x.shape, storage: storage, backend: x.backend)
    }
}

extension Tensor {
    /// The sum of `weight (x - y)^2` over all elements, in one pass over memory; a single number.
    ///
    /// - Parameters:
    ///   - other: `y`, of this tensor's shape.
    ///   - weight: Weight of each term, of this tensor's shape; all 1 if `nil`.
    public func squaredDistance(to other: Tensor, weight: Tensor? = nil) -> Tensor {
        precondition(
            shape == other.shape && (weight.map { $0.shape == shape } ?? true),
            "squared distance: \(shape) to \(other.shape), weight \(weight?.shape ?? shape)")
        return Tensor(SquaredDistance(), [self, other] + (weight.map { [$0] } ?? []))
    }
}
