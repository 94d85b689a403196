internal import Foundation

/// A confidence interval of a fraction of which `successes` in `trials` were seen.
public struct BinomialInterval: Sendable, Equatable {
    /// Lower end, 0 to 1.
    public let lower: Double
    /// Upper end, 0 to 1.
    public let upper: Double

    /// How the interval is made.
    public enum Method: String, Sendable {
        /// Wilson (1927), the score interval without continuity correction: covers on average.
        case wilson = "Wilson"
        /// Clopper & Pearson (1934), from the binomial distribution: covers at least, often more.
        case clopperPearson = "Clopper-Pearson"
    }

    /// The two-sided interval.
    ///
    /// - Parameters:
    ///   - level: Confidence, above 0 and below 1.
    /// - Precondition: `0 <= successes <= trials`. Without trials the interval is all of 0...1.
    public init(successes: Int, trials: Int, level: Double = 0.95, method: Method = .wilson) {
        precondition(
            successes >= 0 && successes <= trials && level > 0 && level < 1,
            "BinomialInterval: \(successes) of \(trials) at level \(level)")
        if trials == 0 {
            (lower, upper) = (0, 1)
            return
        }
        let k = Double(successes)
        let n = Double(trials)
        switch method {
        case .wilson:
            let z = Self.normalQuantile(0.5 + level / 2)
            let center = (k + z * z / 2) / (n + z * z)
            let half = z / (n + z * z) * (k * (n - k) / n + z * z / 4).squareRoot()
            // At the ends the formula gives 0 and 1 but for rounding.
            lower = successes == 0 ? 0 : max(0, center - half)
            upper = successes == trials ? 1 : min(1, center + half)
        case .clopperPearson:
            let tail = (1 - level) / 2
            lower = successes == 0 ? 0 : BetaDistribution(a: k, b: n - k + 1).quantile(tail)
            upper = successes == trials ? 1 : BetaDistribution(a: k + 1, b: n - k).quantile(1 - tail)
        }
    }

    /// The number that a standard normal variable stays below with this probability.
    private static func normalQuantile(_ probability: Double) -> Double {
        bisected(from: -40, to: 40) { 0.5 * erfc(-$0 / 2.0.squareRoot()) < probability }
    }

    /// The point of an interval up to which `isBelow` holds.
    fileprivate static func bisected(from: Double, to: Double, _ isBelow: (Double) -> Bool) -> Double {
        var (low, high) = (from, to)
        while true {
            let middle = low + (high - low) / 2
            if middle <= low || middle >= high { return middle }
            if isBelow(middle) { low = middle } else { high = middle }
        }
    }
}

/// The beta distribution, as far as exact binomial intervals need it.
package struct BetaDistribution {
    package let a: Double
    package let b: Double

    /// A distribution of shapes above 0.
    package init(a: Double, b: Double) {
        self.a = a
        self.b = b
    }

    /// The value below which the variable lies with this probability.
    package func quantile(_ probability: Double) -> Double {
        BinomialInterval.bisected(from: 0, to: 1) { cumulative($0) < probability }
    }

    /// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).
    package func cumulative(_ x: Double) -> Double {
        if x <= 0 { return 0 }
        if x >= 1 { return 1 }
        // The fraction converges fast below about the mean; above it that of the complement does.
        return x < (a + 1) / (a + b + 2)
            ? lowerTail(x) : 1 - BetaDistribution(a: b, b: a).lowerTail(1 - x)
    }

    /// I_x(a, b) where the continued fraction converges fast.
    private func lowerTail(_ x: Double) -> Double {
        let logFront = a * log(x) + b * log1p(-x) - Self.logBeta(a, b) - log(a)
        return exp(logFront) / continuedFraction(x)
    }

    /// `1 + d_1 / (1 + d_2 / (1 + ...))` by Lentz's method.
    private func continuedFraction(_ x: Double) -> Double {
        var fraction = 1.0
        var c = 1.0
        var d = 0.0
        for step in 1...100_000 {
            let m = Double(step / 2)
            let coefficient =
                step % 2 == 0
                ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
            d = 1 / (1 + coefficient * d)
            c = 1 + coefficient / c
            let change = c * d
            fraction *= change
            if abs(change - 1) < 1e-16 { break }
        }
        return fraction
    }

    private static func logBeta(_ a: Double, _ b: Double) -> Double {
        logGamma(a) + logGamma(b) - logGamma(a + b)
    }

    private static func logGamma(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }
}
