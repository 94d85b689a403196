public import Tensors

/// Losses, each of a batch of predictions.
public enum Loss {
    /// How the terms of a loss are joined.
    public enum Reduction: Sendable {
        /// Added up.
        case sum
        /// Averaged over all terms, missing ones included.
        case mean
        /// Averaged over the terms that are there; 0 if none is.
        case meanOfPresent
    }

    /// Weighted squared error between predicted and catalogue properties of each galaxy.
    ///
    /// `L = mean_ij w_ij (mu_ij - y_ij)^2`, `w_ij = 1 / sigma_ij^2` (Gagliano & Villar 2023, eq. 2).
    /// The authors' script averages the weights over the batch; this does not.
    ///
    /// - Parameters:
    ///   - mean: Predicted properties, shape `[N, P]`.
    ///   - target: Catalogue values, shape `[N, P]`, units as `mean`; NaN is allowed where the weight is 0.
    ///   - weight: Inverse variances, shape `[N, P]`; `0` removes a missing value.
    ///   - reduction: How the terms are joined.
    /// - Returns: Scalar loss, dimensionless.
    public static func weightedSquaredError(
        mean: Tensor, target: Tensor, weight: Tensor, reduction: Reduction = .mean
    ) -> Tensor {
        let known = target.keeping(where: weight)
        return join((mean - known).squared() * weight, mask: weight, reduction)
    }

    /// Squared error, `(x - y)^2` joined over all elements.
    public static func squaredError(_ x: Tensor, _ y: Tensor, reduction: Reduction = .mean) -> Tensor {
        let sum = x.squaredDistance(to: y)
        return reduction == .sum ? sum : sum * (1 / Float(x.count))
    }

    /// Negative logarithm of a Gaussian likelihood whose variance is predicted, the label's own error added
    /// in quadrature.
    ///
    /// `L_ij = ((y - mu)^2 / v + ln v) / 2`, `v = e^logVariance + labelVariance`; the constant
    /// `ln(2 pi) / 2` is left out (Nix & Weigend 1994, eq. 2).
    ///
    /// - Parameters:
    ///   - mean: Predicted means, `[N, P]`.
    ///   - logVariance: Logarithms of the predicted variances, `[N, P]` or broadcast to it; clamp before.
    ///   - target: Labels, `[N, P]`; NaN is allowed where the mask is 0.
    ///   - labelVariance: Variances of the labels, `[N, P]`; NaN is allowed where the mask is 0.
    ///   - mask: 1 where a label is there, else 0; `[N, P]`.
    ///   - reduction: How the terms are joined.
    /// - Returns: Scalar loss in nats.
    public static func gaussianNegativeLogLikelihood(
        mean: Tensor, logVariance: Tensor, target: Tensor, labelVariance: Tensor, mask: Tensor,
        reduction: Reduction = .meanOfPresent
    ) -> Tensor {
        let variance = logVariance.exponential() + labelVariance.keeping(where: mask)
        let deviation = target.keeping(where: mask) - mean
        let terms = (deviation.squared() / variance + variance.logarithm()) * 0.5
        return join(terms.keeping(where: mask), mask: mask, reduction)
    }

    /// Kullback-Leibler divergence of a diagonal Gaussian from N(0, 1), one number a row.
    ///
    /// `-(1 + ln v - mu^2 - v) / 2` summed over the last axis (Kingma & Welling 2014, appendix B).
    ///
    /// - Parameters:
    ///   - mean: Means, `[N, D]`.
    ///   - logVariance: Logarithms of the variances, `[N, D]`.
    /// - Returns: `[N]`, in nats.
    public static func divergenceFromStandardNormal(mean: Tensor, logVariance: Tensor) -> Tensor {
        let terms = logVariance.exponential() + mean.squared() - logVariance - 1
        return terms.sum(alongAxes: [-1]) * 0.5
    }

    /// Binary cross-entropy of logits, `-(y ln p + (1 - y) ln(1 - p))`, `p = sigmoid(logit)`.
    ///
    /// - Parameters:
    ///   - logits: Any shape.
    ///   - target: Probabilities or 0 and 1, of the same shape.
    ///   - reduction: How the terms are joined.
    /// - Returns: Scalar loss in nats.
    public static func binaryCrossEntropy(
        logits: Tensor, target: Tensor, reduction: Reduction = .mean
    ) -> Tensor {
        let terms = logits.softplus() - logits * target
        return reduction == .sum ? terms.sum() : terms.mean()
    }

    /// Cross-entropy of logits `[N, K]` with class probabilities `[N, K]`, averaged over the batch, in nats.
    public static func crossEntropy(logits: Tensor, target: Tensor) -> Tensor {
        -(logits.logSoftmax() * target).sum(alongAxes: [-1]).mean()
    }

    /// Joins the terms of a loss; `mask` is not 0 where a term is there.
    static func join(_ terms: Tensor, mask: Tensor, _ reduction: Reduction) -> Tensor {
        switch reduction {
        case .sum: return terms.sum()
        case .mean: return terms.mean()
        case .meanOfPresent:
            let one = Tensor(1, on: terms.backend)
            let zero = Tensor(0, on: terms.backend)
            let present = Tensor.selecting(mask, one, zero).repeated(to: terms.shape).sum()
            return terms.sum() / Tensor.maximum(present, one)
        }
    }
}
