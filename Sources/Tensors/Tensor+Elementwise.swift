/// `f(x)` element by element.
private struct Unary: Operation {
    let operation: UnaryOperation

    func shape(of inputs: [Tensor]) -> [Int] { inputs[0].shape }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        backend.unary(operation, inputs[0].storage)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        let x = inputs[0]
        switch operation {
        case .affine(let scale, _): return [gradient * scale]
        case .reciprocal: return [-(gradient * output.squared())]
        case .exponential: return [gradient * output]
        case .logarithm: return [gradient / x]
        case .squareRoot: return [gradient / (output * 2)]
        case .square: return [gradient * x * 2]
        case .absolute: return [gradient * Tensor(Unary(operation: .sign), x)]
        case .sign, .within, .isFinite: return [nil]
        case .hyperbolicTangent:
            if isAnyTracked([gradient, output]) { return [gradient * (1 - output.squared())] }
            return [Tensor(Binary(operation: .hyperbolicTangentGradient), gradient, output)]
        case .sigmoid:
            if isAnyTracked([gradient, output]) { return [gradient * output * (1 - output)] }
            return [Tensor(Binary(operation: .sigmoidGradient), gradient, output)]
        case .softplus: return [gradient * x.sigmoid()]
        case .rectifier(let slope):
            return [Tensor(Binary(operation: .rectifierGradient(slope: slope)), gradient, x)]
        case .clamp(let range): return [gradient * Tensor(Unary(operation: .within(range)), x)]
        }
    }
}

extension Tensor {
    /// `e^x`.
    public func exponential() -> Tensor { Tensor(Unary(operation: .exponential), self) }

    /// `ln x`.
    public func logarithm() -> Tensor { Tensor(Unary(operation: .logarithm), self) }

    /// `sqrt x`.
    public func squareRoot() -> Tensor { Tensor(Unary(operation: .squareRoot), self) }

    /// `x^2`.
    public func squared() -> Tensor { Tensor(Unary(operation: .square), self) }

    /// `|x|`; its derivative at 0 is 0.
    public func absolute() -> Tensor { Tensor(Unary(operation: .absolute), self) }

    /// `1 / x`.
    public func reciprocal() -> Tensor { Tensor(Unary(operation: .reciprocal), self) }

    /// `tanh x`.
    public func hyperbolicTangent() -> Tensor { Tensor(Unary(operation: .hyperbolicTangent), self) }

    /// `1 / (1 + e^-x)`.
    public func sigmoid() -> Tensor { Tensor(Unary(operation: .sigmoid), self) }

    /// `ln(1 + e^x)`.
    public func softplus() -> Tensor { Tensor(Unary(operation: .softplus), self) }

    /// `max(x, 0)`; its derivative at 0 is 0, NaN stays NaN.
    public func relu() -> Tensor { Tensor(Unary(operation: .rectifier(slope: 0)), self) }

    /// `x` above 0, `slope x` below.
    public func leakyReLU(slope: Float) -> Tensor { Tensor(Unary(operation: .rectifier(slope: slope)), self) }

    /// `x` held in a range; its derivative is 0 outside, NaN stays NaN.
    public func clamped(to range: ClosedRange<Float>) -> Tensor {
        Tensor(Unary(operation: .clamp(range)), self)
    }

    /// 1 where `x` is a finite number, else 0: the mask of labels that are there.
    public func isFinite() -> Tensor { Tensor(Unary(operation: .isFinite), self) }

    /// `scale x + offset`.
    public func affine(scale: Float, offset: Float) -> Tensor {
        Tensor(Unary(operation: .affine(scale: scale, offset: offset)), self)
    }
}
