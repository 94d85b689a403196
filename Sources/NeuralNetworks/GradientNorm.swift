public import Tensors

/// The Euclidean length of all gradients taken together.
public enum GradientNorm {
    /// `sqrt(sum_i |g_i|^2)`, in double precision.
    public static func of(_ gradients: [Tensor]) -> Double {
        gradients.reduce(0.0) { $0 + $1.backend.sumOfSquares($1.storage) }.squareRoot()
    }

    /// The factor that brings a norm down to a limit: `min(1, limit / (norm + 1e-6))`, as in PyTorch.
    public static func clippingFactor(norm: Double, limit: Double?) -> Double {
        limit.map { min(1, $0 / (norm + 1e-6)) } ?? 1
    }
}
