internal import CKernels

/// The Minkowski distances: `(sum |a - b|^p)^(1/p)`.
public enum Minkowski: Sendable, Equatable {
    /// p = 1, the sum of differences.
    case manhattan
    /// p = 2.
    case euclidean
    /// p without bound, the largest difference.
    case chebyshev
    /// Any p of at least 1.
    case power(Double)

    /// The distance of exponent `p`, at least 1; infinity is `chebyshev`.
    public init(p: Double) {
        precondition(p >= 1, "Minkowski: p must be at least 1, got \(p)")
        switch p {
        case 1: self = .manhattan
        case 2: self = .euclidean
        case .infinity: self = .chebyshev
        default: self = .power(p)
        }
    }

    /// The kernel's name of the metric.
    var kernel: galatea_metric {
        switch self {
        case .manhattan: GALATEA_MANHATTAN
        case .euclidean: GALATEA_EUCLIDEAN
        case .chebyshev: GALATEA_CHEBYSHEV
        case .power: GALATEA_MINKOWSKI
        }
    }

    /// The exponent that the kernel needs; 0 where it has its own formula.
    var exponent: Double { if case .power(let p) = self { p } else { 0 } }
}
