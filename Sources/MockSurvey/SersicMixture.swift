internal import Foundation

/// A Sersic profile as a sum of Gaussians, which convolve with a point spread in closed form.
///
/// `exp(-b (r / R)^(1/n))` is a mixture of Gaussians for n >= 1/2, because `exp(-s^a)` with `a = 1/(2n) <= 1`
/// is the Laplace transform of the one-sided stable density of index a (Feller 1971, XIII.6). With Kanter's
/// representation of that density (Kanter 1975, Annals of Probability 3, 697) the light of the Gaussians of
/// each size is a two-dimensional integral, summed here over a grid and gathered in bins of log variance.
/// (Hogg & Lang 2013, PASP 125, 719, fit such mixtures.)
public struct SersicMixture: Sendable {
    /// One Gaussian: its variance per axis in units of the half-light radius squared, and its share of the
    /// light.
    public struct Component: Sendable, Equatable {
        /// Variance per half-light radius squared.
        public var variance: Double
        /// Share of the total flux.
        public var weight: Double
    }

    /// The Sersic index.
    public let index: Double
    /// The Gaussians, narrowest first; weights sum to 1.
    public let components: [Component]

    /// Widest bin of ln variance: neighbouring Gaussians differ by 1.5 in sigma.
    private static let widestStep = 0.85

    /// The mixture of a Sersic index of at least 0.5.
    public init(index: Double) {
        precondition(index >= 0.5, "SersicMixture: index \(index) below 0.5")
        self.index = index
        let power = 2 * index - 1
        let b = Self.scale(index: index)
        guard power > 1e-9 else {
            components = [Component(variance: 1 / (2 * b), weight: 1)]
            return
        }
        // Towards n = 1/2 the sizes draw together, and the bins with them.
        let step = min(Self.widestStep, 0.5 * power)
        let logScale = log(2) + 2 * index * log(b)
        let angles = Self.angleTerms(power: power)
        let energies = Self.energyTerms(shape: 2 * index)
        var sums: [Int: (weight: Double, moment: Double)] = [:]
        for (angle, angleWeight) in angles {
            for (energy, energyWeight) in energies {
                let logVariance = power * (energy - angle) - logScale
                let bin = Int((logVariance / step).rounded())
                let weight = angleWeight * energyWeight
                let old = sums[bin] ?? (0, 0)
                sums[bin] = (old.weight + weight, old.moment + weight * logVariance)
            }
        }
        let total = sums.values.reduce(0) { $0 + $1.weight }
        let kept = sums.filter { $0.value.weight > 1e-5 * total }.sorted { $0.key < $1.key }
        let keptTotal = kept.reduce(0) { $0 + $1.value.weight }
        components = kept.map { entry in
            Component(
                variance: exp(entry.value.moment / entry.value.weight), weight: entry.value.weight / keptTotal
            )
        }
    }

    /// b(n), which makes R the half-light radius (Ciotti & Bertin 1999, A&A 352, 447, eq. 18).
    static func scale(index n: Double) -> Double {
        2 * n - 1.0 / 3 + 4 / (405 * n) + 46 / (25_515 * n * n) + 131 / (1_148_175 * n * n * n)
    }

    /// ln a(u) of Kanter's function at midpoints of (0, pi), with the weights `a(u)^-power`.
    private static func angleTerms(power: Double) -> [(Double, Double)] {
        let alpha = 1 / (power + 1)
        let count = 160
        let logs = (0..<count).map { step -> Double in
            let u = Double.pi * (Double(step) + 0.5) / Double(count)
            return log(sin((1 - alpha) * u)) + alpha / (1 - alpha) * log(sin(alpha * u))
                - log(sin(u)) / (1 - alpha)
        }
        let smallest = logs.min() ?? 0
        return logs.map { ($0, exp(-power * ($0 - smallest))) }
    }

    /// ln E with the weights of the gamma distribution of a shape, on an even grid of ln E.
    private static func energyTerms(shape: Double) -> [(Double, Double)] {
        let middle = log(shape)
        let width = 6 / shape.squareRoot()
        return (0..<160).map { step in
            let logEnergy = middle + width * (2 * (Double(step) + 0.5) / 160 - 1)
            return (logEnergy, exp(shape * (logEnergy - middle) - (exp(logEnergy) - shape)))
        }
    }

    /// Flux within a radius in units of the half-light radius, as a share of the total.
    public func fluxWithin(radius: Double) -> Double {
        components.reduce(0) { $0 + $1.weight * (1 - exp(-radius * radius / (2 * $1.variance))) }
    }

    /// Surface brightness at a radius in half-light radii, flux 1 per half-light radius squared.
    public func brightness(radius: Double) -> Double {
        components.reduce(0) {
            $0 + $1.weight / (2 * .pi * $1.variance) * exp(-radius * radius / (2 * $1.variance))
        }
    }
}

/// Sersic mixtures for indices from 0.5 to 6 in steps of 0.1, computed once.
struct SersicLibrary: Sendable {
    private let mixtures: [SersicMixture]

    init() { mixtures = (5...60).map { SersicMixture(index: Double($0) / 10) } }

    /// The index in the library nearest to a Sersic index.
    static func rounded(_ index: Double) -> Double { (min(6, max(0.5, index)) * 10).rounded() / 10 }

    /// The mixture of the nearest index.
    func mixture(index: Double) -> SersicMixture {
        mixtures[Int((Self.rounded(index) * 10).rounded()) - 5]
    }
}
