/// `f(x, y)` element by element; lengths of 1 and missing leading axes repeat.
struct Binary: Operation {
    let operation: BinaryOperation

    func shape(of inputs: [Tensor]) -> [Int] { Broadcast.commonShape(inputs[0].shape, inputs[1].shape) }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.binary(
            operation, inputs[0].storage, inputs[1].storage, Broadcast(inputs[0].shape, inputs[1].shape))
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let (x, y) = (inputs[0], inputs[1])
        func left(_ value: @autoclosure () -> Tensor) -> Tensor? {
            wanted[0] ? value().summed(to: x.shape) : nil
        }
        func right(_ value: @autoclosure () -> Tensor) -> Tensor? {
            wanted[1] ? value().summed(to: y.shape) : nil
        }
        switch operation {
        case .add: return [left(gradient), right(gradient)]
        case .subtract: return [left(gradient), right(-gradient)]
        case .multiply: return [left(gradient * y), right(gradient * x)]
        case .divide: return [left(gradient / y), right(-(gradient * output / y))]
        case .maximum, .minimum:
            // Ties go half to each, as in PyTorch.
            let order: (Tensor, Tensor) -> Tensor =
                operation == .maximum ? { $0.isGreater(than: $1) } : { $1.isGreater(than: $0) }
            let half = x.isEqual(to: y) * 0.5
            return [left(gradient * (order(x, y) + half)), right(gradient * (order(y, x) + half))]
        case .greater, .greaterOrEqual, .equal: return [nil, nil]
        case .rectifierGradient: return [left(Tensor(self, gradient, y)), nil]
        case .sigmoidGradient, .hyperbolicTangentGradient:
            preconditionFailure("\(operation) is a shorter way for constants and has no derivative")
        }
    }
}

extension Tensor {
    /// `x + y` with broadcasting.
    public static func + (x: Tensor, y: Tensor) -> Tensor { Tensor(Binary(operation: .add), x, y) }

    /// `x - y` with broadcasting.
    public static func - (x: Tensor, y: Tensor) -> Tensor { Tensor(Binary(operation: .subtract), x, y) }

    /// `x y` with broadcasting.
    public static func * (x: Tensor, y: Tensor) -> Tensor { Tensor(Binary(operation: .multiply), x, y) }

    /// `x / y` with broadcasting.
    public static func / (x: Tensor, y: Tensor) -> Tensor { Tensor(Binary(operation: .divide), x, y) }

    /// `x + y`.
    public static func + (x: Tensor, y: Float) -> Tensor { x.affine(scale: 1, offset: y) }

    /// `x + y`.
    public static func + (x: Float, y: Tensor) -> Tensor { y.affine(scale: 1, offset: x) }

    /// `x - y`.
    public static func - (x: Tensor, y: Float) -> Tensor { x.affine(scale: 1, offset: -y) }

    /// `x - y`.
    public static func - (x: Float, y: Tensor) -> Tensor { y.affine(scale: -1, offset: x) }

    /// `x y`.
    public static func * (x: Tensor, y: Float) -> Tensor { x.affine(scale: y, offset: 0) }

    /// `x y`.
    public static func * (x: Float, y: Tensor) -> Tensor { y.affine(scale: x, offset: 0) }

    /// `x / y`.
    public static func / (x: Tensor, y: Float) -> Tensor { x / Tensor(y, on: x.backend) }

    /// `x / y`.
    public static func / (x: Float, y: Tensor) -> Tensor { Tensor(x, on: y.backend) / y }

    /// `-x`.
    public static prefix func - (x: Tensor) -> Tensor { x.affine(scale: -1, offset: 0) }

    /// The larger of both; NaN where one is NaN. A tie's gradient goes half to each.
    public static func maximum(_ x: Tensor, _ y: Tensor) -> Tensor {
        Tensor(Binary(operation: .maximum), x, y)
    }

    /// The smaller of both; NaN where one is NaN. A tie's gradient goes half to each.
    public static func minimum(_ x: Tensor, _ y: Tensor) -> Tensor {
        Tensor(Binary(operation: .minimum), x, y)
    }

    /// 1 where `self > other`, else 0.
    public func isGreater(than other: Tensor) -> Tensor { Tensor(Binary(operation: .greater), self, other) }

    /// 1 where `self >= other`, else 0.
    public func isAtLeast(_ other: Tensor) -> Tensor {
        Tensor(Binary(operation: .greaterOrEqual), self, other)
    }

    /// 1 where `self == other`, else 0.
    public func isEqual(to other: Tensor) -> Tensor { Tensor(Binary(operation: .equal), self, other) }

    /// Summed over the axes that repeat to reach this shape: the adjoint of broadcasting from `shape`.
    func summed(to shape: [Int]) -> Tensor {
        if self.shape == shape { return self }
        let missing = rank - shape.count
        let axes = self.shape.indices.filter {
            $0 < missing || (shape[$0 - missing] == 1 && self.shape[$0] != 1)
        }
        return sum(alongAxes: axes).reshaped(shape)
    }
}
