internal import Foundation

extension RandomNumberGenerator {
    /// A number drawn uniformly from `[0, 1)`, with 53 random bits.
    public mutating func uniform() -> Double {
        Double(next() >> 11) * 0x1p-53
    }

    /// A number drawn uniformly from `[range.lowerBound, range.upperBound)`.
    public mutating func uniform(_ range: ClosedRange<Double>) -> Double {
        range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
    }

    /// A number drawn from N(0, 1) (Box & Muller 1958); consumes two draws.
    public mutating func normal() -> Double {
        let radius = (-2 * log(1 - uniform())).squareRoot()
        return radius * cos(2 * .pi * uniform())
    }

    /// A number drawn from N(mean, sigma^2).
    public mutating func normal(mean: Double, sigma: Double) -> Double {
        mean + sigma * normal()
    }

    /// A count drawn from the Poisson distribution of this mean; a rounded Gaussian above 1000.
    public mutating func poisson(_ mean: Double) -> Int {
        precondition(mean >= 0 && mean.isFinite, "poisson: mean must be finite and not negative, got \(mean)")
        if mean > 1000 { return max(0, Int((mean + mean.squareRoot() * normal()).rounded())) }
        var remaining = mean
        var count = 0
        // Split large means so that exp(-mean) stays representable (additivity of Poisson counts).
        while remaining > 30 {
            count += poissonBySearch(30)
            remaining -= 30
        }
        return count + poissonBySearch(remaining)
    }

    /// Sequential search through the cumulative distribution (Devroye 1986, ch. X.3).
    private mutating func poissonBySearch(_ mean: Double) -> Int {
        var probability = exp(-mean)
        var cumulative = probability
        let target = uniform()
        var count = 0
        while target > cumulative, count < 1000 {
            count += 1
            probability *= mean / Double(count)
            cumulative += probability
        }
        return count
    }
}
