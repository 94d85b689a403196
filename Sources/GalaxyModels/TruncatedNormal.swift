internal import Foundation

/// A Gaussian cut off below a lower bound, as a redshift's is at zero.
///
/// Closed forms of Johnson, Kotz & Balakrishnan 1994, section 13.10.
public struct TruncatedNormal: Sendable, Equatable {
    /// Mean of the Gaussian before it is cut.
    public let location: Double
    /// Standard deviation of the Gaussian before it is cut; positive.
    public let scale: Double
    /// Nothing lies below; `-infinity` for a whole Gaussian.
    public let lowerBound: Double
    /// Probability that the Gaussian has above the bound.
    private let tail: Double

    /// A probability whose quantile is asked for again and again: that of a whole Gaussian is known beforehand.
    public struct Level: Sendable {
        /// The fraction below.
        public let probability: Double
        /// What a standard normal variable exceeds with this probability.
        fileprivate let deviation: Double

        /// The level below which a fraction `probability` lies.
        public init(_ probability: Double) {
            precondition((0...1).contains(probability), "Level: probability \(probability) outside 0...1")
            self.probability = probability
            deviation = NormalDistribution.quantile(1 - probability)
        }
    }

    /// A Gaussian of this mean and standard deviation, cut below `lowerBound`.
    public init(location: Double, scale: Double, lowerBound: Double = -.infinity) {
        precondition(scale > 0, "TruncatedNormal: scale must be positive, got \(scale)")
        self.location = location
        self.scale = scale
        self.lowerBound = lowerBound
        tail =
            lowerBound == -.infinity ? 1 : NormalDistribution.upperTail((lowerBound - location) / scale)
    }

    /// The bound in units of the scale.
    private var cut: Double { (lowerBound - location) / scale }

    /// Beyond this many scales above the mean the tail's asymptotic form takes over.
    private static let deepCut = 30.0

    /// The value below which a fraction `probability` lies.
    public func quantile(_ probability: Double) -> Double {
        precondition((0...1).contains(probability), "quantile: probability \(probability) outside 0...1")
        if cut > Self.deepCut {
            // The tail is exponential with rate `cut` to better than 1 / cut^2.
            return lowerBound - scale / cut * log(1 - probability)
        }
        let above = tail * (1 - probability)
        return max(lowerBound, location - scale * NormalDistribution.quantile(above))
    }

    /// The value at a level.
    public func quantile(_ level: Level) -> Double {
        lowerBound == -.infinity
            ? max(lowerBound, location - scale * level.deviation) : quantile(level.probability)
    }

    /// The value that half of the distribution lies below.
    public var median: Double { quantile(0.5) }

    /// Expectation of `exp(k x)`; with k = 1, 2 the moments of a log-normal variable cut at `exp(lowerBound)`.
    public func exponentialMoment(_ k: Double) -> Double {
        let whole = exp(k * location + k * k * scale * scale / 2)
        if lowerBound == -.infinity { return whole }
        if cut > Self.deepCut { return exp(k * lowerBound) / (1 - k * scale / cut) }
        return whole * NormalDistribution.upperTail(cut - k * scale) / tail
    }

    /// The mean.
    public var mean: Double {
        if lowerBound == -.infinity { return location }
        if cut > Self.deepCut { return lowerBound + scale / cut }
        return location + scale * hazard
    }

    /// The standard deviation.
    public var standardDeviation: Double {
        if lowerBound == -.infinity { return scale }
        if cut > Self.deepCut { return scale / cut }
        return scale * max(0, 1 + cut * hazard - hazard * hazard).squareRoot()
    }

    /// Density over upper tail at the cut (the inverse Mills ratio).
    private var hazard: Double { NormalDistribution.density(cut) / tail }
}
