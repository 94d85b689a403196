/// A function of one number that backends apply element by element.
public enum UnaryOperation: Sendable, Equatable {
    /// `scale x + offset`.
    case affine(scale: Float, offset: Float)
    /// `1 / x`.
    case reciprocal
    /// `e^x`.
    case exponential
    /// `ln x`.
    case logarithm
    /// `sqrt x`.
    case squareRoot
    /// `x^2`.
    case square
    /// `|x|`.
    case absolute
    /// -1, 0 or 1.
    case sign
    /// `tanh x`.
    case hyperbolicTangent
    /// `1 / (1 + e^-x)`.
    case sigmoid
    /// `ln(1 + e^x)`.
    case softplus
    /// `x` above 0, `slope x` below.
    case rectifier(slope: Float)
    /// `x` held in a range.
    case clamp(ClosedRange<Float>)
    /// 1 inside a range, 0 outside and for NaN.
    case within(ClosedRange<Float>)
    /// 1 for a finite number, else 0.
    case isFinite
}

/// A function of two numbers that backends apply element by element.
public enum BinaryOperation: Sendable, Equatable {
    /// `x + y`.
    case add
    /// `x - y`.
    case subtract
    /// `x y`.
    case multiply
    /// `x / y`.
    case divide
    /// The larger; NaN if one is.
    case maximum
    /// The smaller; NaN if one is.
    case minimum
    /// 1 where `x > y`, else 0.
    case greater
    /// 1 where `x >= y`, else 0.
    case greaterOrEqual
    /// 1 where `x == y`, else 0.
    case equal
    /// `x` where `y > 0`, `slope x` elsewhere.
    case rectifierGradient(slope: Float)
    /// `x y (1 - y)`.
    case sigmoidGradient
    /// `x (1 - y^2)`.
    case hyperbolicTangentGradient
}
