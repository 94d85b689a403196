internal import Foundation

/// A Moffat point spread as a sum of Gaussians.
///
/// `(1 + r^2/a^2)^-beta` is an integral over Gaussians of variance `a^2 / (2 t)` with the weight of a gamma
/// distribution of shape `beta - 1` in flux; generalised Gauss-Laguerre quadrature picks four of them. Bright
/// sources, whose wings show, take the trapezoidal rule in the logarithm instead.
public struct PointSpread: Sendable {
    /// One Gaussian: variance per axis in arcsec^2 and share of the flux.
    public struct Component: Sendable, Equatable {
        /// Variance in arcsec^2.
        public var variance: Double
        /// Share of the flux.
        public var weight: Double
    }

    /// Full width at half maximum of the Moffat profile in arcsec.
    public let fwhm: Double
    /// The Moffat exponent.
    public let beta: Double
    /// The Gaussians, widest first; weights sum to 1.
    public let components: [Component]
    /// More Gaussians, which follow the wings to ten times the width.
    public let brightComponents: [Component]
    /// Distortion: the covariances are multiplied by `1 + [[e1, e2], [e2, -e1]]` in (east, north).
    public let ellipticity: SIMD2<Double>

    /// A point spread of a width (arcsec) and exponent.
    public init(fwhm: Double, beta: Double = 3.5, ellipticity: SIMD2<Double> = .zero) {
        precondition(fwhm > 0 && beta > 1.5, "PointSpread: FWHM \(fwhm), beta \(beta)")
        self.fwhm = fwhm
        self.beta = beta
        self.ellipticity = ellipticity
        let a = Self.scale(fwhm: fwhm, beta: beta)
        components = Self.quadrature(order: 4, exponent: beta - 2).map {
            Component(variance: a * a / (2 * $0.node), weight: $0.weight)
        }
        let logarithms = stride(from: -4.2, through: 2.5, by: 0.6)
        let weights = logarithms.map { exp((beta - 1) * $0 - exp($0)) }
        let total = weights.reduce(0, +)
        brightComponents = zip(logarithms, weights).map {
            Component(variance: a * a / (2 * exp($0)), weight: $1 / total)
        }
    }

    /// a of the Moffat profile.
    private static func scale(fwhm: Double, beta: Double) -> Double {
        fwhm / (2 * (pow(2, 1 / beta) - 1).squareRoot())
    }

    /// Number of pixels that the point spread covers, `1 / Int p^2`, for pixels of a side in arcsec.
    ///
    /// `Int p^2 = (beta - 1)^2 / (pi a^2 (2 beta - 1))`.
    public static func effectivePixels(fwhm: Double, beta: Double, pixelScale: Double) -> Double {
        let a = scale(fwhm: fwhm, beta: beta) / pixelScale
        return .pi * a * a * (2 * beta - 1) / ((beta - 1) * (beta - 1))
    }

    /// Surface brightness at a radius in arcsec for unit flux, 1/arcsec^2.
    ///
    /// - Parameter isBright: Whether the sum with the wings is meant.
    public func brightness(radius: Double, isBright: Bool = false) -> Double {
        (isBright ? brightComponents : components).reduce(0) {
            $0 + $1.weight / (2 * .pi * $1.variance) * exp(-radius * radius / (2 * $1.variance))
        }
    }

    /// Mean variance per axis in arcsec^2.
    var meanVariance: Double { components.reduce(0) { $0 + $1.weight * $1.variance } }

    /// Nodes and normalised weights of generalised Gauss-Laguerre quadrature, weight function `t^exponent
    /// exp(-t)`.
    private static func quadrature(order: Int, exponent: Double) -> [(node: Double, weight: Double)] {
        func laguerre(_ degree: Int, _ x: Double) -> Double {
            var previous = 1.0
            var current = 1 + exponent - x
            for k in 1..<degree {
                let next =
                    ((2 * Double(k) + 1 + exponent - x) * current - (Double(k) + exponent) * previous)
                    / Double(k + 1)
                previous = current
                current = next
            }
            return current
        }
        let upper = 4 * Double(order) + 2 * exponent + 4
        let steps = 1000
        var nodes: [(node: Double, weight: Double)] = []
        for step in 0..<steps {
            var low = upper * Double(step) / Double(steps)
            var high = upper * Double(step + 1) / Double(steps)
            guard laguerre(order, low) * laguerre(order, high) < 0 else { continue }
            let sign = laguerre(order, low)
            for _ in 0..<45 {
                let middle = (low + high) / 2
                if laguerre(order, middle) * sign > 0 { low = middle } else { high = middle }
            }
            let next = laguerre(order + 1, low)
            nodes.append((low, low / (next * next)))
        }
        let total = nodes.reduce(0) { $0 + $1.weight }
        return nodes.map { ($0.node, $0.weight / total) }
    }
}
