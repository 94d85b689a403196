import GalaxyModels
import TestSupport
import Testing

@Suite("Truncated Gaussian")
struct TruncatedNormalTests {
    @Test("Normal quantiles equal SciPy's norm.ppf")
    func normalQuantiles() {
        expectClose(
            [1e-300, 1e-12, 0.001, 0.025, 0.16, 0.5, 0.7, 0.975, 0.999999].map(NormalDistribution.quantile),
            [
                -37.0471, -7.034483825301131, -3.090232306167813, -1.9599639845400545, -0.994457883209753, 0,
                0.5244005127080407, 1.959963984540054, 4.753424308817087,
            ], absolute: 5e-6, relative: 1e-10)
    }

    @Test("Without a cut it is the Gaussian")
    func whole() {
        let gaussian = TruncatedNormal(location: 2, scale: 0.5)
        expectClose(
            [gaussian.median, gaussian.mean, gaussian.standardDeviation, gaussian.quantile(0.975)],
            [2, 2, 0.5, 2 + 0.5 * 1.959963984540054], relative: 1e-10)
    }

    @Test(
        "Moments and quantiles equal those of numerical integration", arguments: [-3.0, -0.2, 0.0, 0.4, 2.5])
    func moments(location: Double) {
        let distribution = TruncatedNormal(location: location, scale: 0.7, lowerBound: 0)
        let step = 1e-4
        let grid = (0..<100_000).map { (Double($0) + 0.5) * step }
        let weights = grid.map { NormalDistribution.density(($0 - location) / 0.7) }
        let total = weights.reduce(0, +)
        func average(_ value: (Double) -> Double) -> Double {
            zip(grid, weights).reduce(0) { $0 + value($1.0) * $1.1 } / total
        }
        let mean = average { $0 }
        expectClose(
            [distribution.mean, distribution.standardDeviation, distribution.exponentialMoment(1)],
            [mean, average { ($0 - mean) * ($0 - mean) }.squareRoot(), average { Double.exp($0) }],
            relative: 1e-6)
        for probability in [0.025, 0.16, 0.5, 0.84, 0.975] {
            var below = 0.0
            let quantile = distribution.quantile(probability)
            for (x, weight) in zip(grid, weights) where x < quantile { below += weight }
            expectClose([below / total], [probability], absolute: 1e-3)
        }
    }

    @Test("A Gaussian far below the cut leaves a narrow, finite distribution above it")
    func deepTail() {
        for location in [-20.0, -30, -31, -1e6] {
            let distribution = TruncatedNormal(location: location, scale: 1, lowerBound: 0)
            #expect(distribution.median >= 0 && distribution.median < 0.05)
            #expect(distribution.mean > 0 && distribution.standardDeviation.isFinite)
            #expect(distribution.quantile(0.025) <= distribution.quantile(0.975))
        }
        // On both sides of the switch to the asymptotic form the values agree.
        let near = TruncatedNormal(location: -29.999, scale: 1, lowerBound: 0)
        let beyond = TruncatedNormal(location: -30.001, scale: 1, lowerBound: 0)
        expectClose([near.mean, near.quantile(0.84)], [beyond.mean, beyond.quantile(0.84)], relative: 3e-3)
    }
}

extension Double {
    fileprivate static func exp(_ x: Double) -> Double { powerSeries(x / 1024) }

    /// exp by its series and ten squarings: independent of the library's.
    private static func powerSeries(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for n in 1...12 {
            term *= x / Double(n)
            sum += term
        }
        for _ in 0..<10 { sum *= sum }
        return sum
    }
}
