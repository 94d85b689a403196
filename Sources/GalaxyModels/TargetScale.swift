public import Astronomy
internal import Foundation

/// How a catalogue quantity stands on a supervised latent: `latent = (transform(value) - mean) / deviation`.
///
/// Mean and deviation come from training rows only.
public struct TargetScale: Sendable, Equatable, Codable {
    /// The function of the quantity that the latent is linear in.
    public enum Transform: String, Sendable, Codable {
        /// The quantity itself.
        case identity
        /// `ln(1 + z)`: errors of photometric redshifts grow with 1 + z.
        case logOnePlus = "log-one-plus"
    }

    /// The function of the quantity that the latent is linear in.
    public var transform: Transform
    /// Mean of the transformed training labels.
    public var mean: Double
    /// Standard deviation of the transformed training labels; positive.
    public var deviation: Double

    /// A scale from its three parts.
    public init(transform: Transform, mean: Double, deviation: Double) {
        precondition(deviation > 0, "TargetScale: deviation must be positive, got \(deviation)")
        self.transform = transform
        self.mean = mean
        self.deviation = deviation
    }

    /// The scale that gives the finite values among `labels` mean 0 and variance 1.
    ///
    /// - Returns: `nil` when fewer than two labels are finite or all are the same.
    public init?(fitting labels: [Double], transform: Transform) {
        let values = labels.filter(\.isFinite).map { Self.apply(transform, $0) }.filter(\.isFinite)
        guard values.count >= 2 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
        guard variance > 0, variance.isFinite else { return nil }
        self.init(transform: transform, mean: mean, deviation: variance.squareRoot())
    }

    /// The latent of a quantity; NaN for NaN.
    public func latent(of value: Double) -> Double {
        (Self.apply(transform, value) - mean) / deviation
    }

    /// The error of the latent for an error of the quantity, to first order.
    public func latentSigma(of sigma: Double, at value: Double) -> Double {
        switch transform {
        case .identity: sigma / deviation
        case .logOnePlus: sigma / (1 + value) / deviation
        }
    }

    /// The quantity with its errors for a Gaussian over the latent.
    ///
    /// - Parameters:
    ///   - latent: Mean of the latent.
    ///   - sigma: Standard deviation of the latent; positive.
    ///   - lowerBound: The quantity is not below this (0 for a redshift); `nil` for no bound.
    public func estimate(latent: Double, sigma: Double, lowerBound: Double? = nil) -> PropertyEstimate {
        let posterior = TruncatedNormal(
            location: mean + deviation * latent, scale: deviation * sigma,
            lowerBound: lowerBound.map { Self.apply(transform, $0) } ?? -.infinity)
        func value(_ level: TruncatedNormal.Level) -> Double {
            Self.invert(transform, posterior.quantile(level))
        }
        let standardDeviation: Double
        switch transform {
        case .identity: standardDeviation = posterior.standardDeviation
        case .logOnePlus:
            let first = posterior.exponentialMoment(1)
            standardDeviation = max(0, posterior.exponentialMoment(2) - first * first).squareRoot()
        }
        return PropertyEstimate(
            value: value(Self.median), standardDeviation: standardDeviation,
            interval68: value(Self.oneSigma.low)...value(Self.oneSigma.high),
            interval95: value(Self.twoSigma.low)...value(Self.twoSigma.high))
    }

    private typealias Interval = (low: TruncatedNormal.Level, high: TruncatedNormal.Level)

    private static let median = TruncatedNormal.Level(0.5)
    private static let oneSigma = interval(1)
    private static let twoSigma = interval(2)

    /// The central interval of so many standard deviations of a Gaussian either way.
    private static func interval(_ deviations: Double) -> Interval {
        let outside = NormalDistribution.upperTail(deviations)
        return (TruncatedNormal.Level(outside), TruncatedNormal.Level(1 - outside))
    }

    private static func apply(_ transform: Transform, _ value: Double) -> Double {
        switch transform {
        case .identity: value
        case .logOnePlus: log1p(value)
        }
    }

    private static func invert(_ transform: Transform, _ value: Double) -> Double {
        switch transform {
        case .identity: value
        case .logOnePlus: expm1(value)
        }
    }
}

/// A quantity of one galaxy with its uncertainty.
public struct PropertyEstimate: Sendable, Equatable {
    /// Median of the posterior.
    public var value: Double
    /// Standard deviation of the posterior.
    public var standardDeviation: Double
    /// Central interval of 68.27 % probability.
    public var interval68: ClosedRange<Double>
    /// Central interval of 95.45 % probability.
    public var interval95: ClosedRange<Double>
}

/// The orientation of one galaxy's major axis with its uncertainty.
public struct OrientationEstimate: Sendable, Equatable {
    /// East of north in `[0, pi)`; `nil` where the source is too round for an axis.
    public var positionAngle: Angle?
    /// Standard deviation of the angle; at most that of a uniform axis, pi / sqrt 12.
    public var standardDeviation: Angle

    /// The axis of the ellipticity `(e cos 2 phi, e sin 2 phi)` with independent errors.
    ///
    /// The error joins the two exact limits, `sigma_e / 2e` for an elongated source and `pi / sqrt 12` for a
    /// round one, as `1 / sigma^2 = (2e / sigma_e)^2 + 12 / pi^2`, with sigma_e taken across the axis. Below
    /// two standard errors of ellipticity there is no axis.
    public init(cosine: Double, sine: Double, cosineSigma: Double, sineSigma: Double) {
        let ellipticity = (cosine * cosine + sine * sine).squareRoot()
        let doubled = atan2(sine, cosine)
        let across = cosineSigma * Foundation.sin(doubled)
        let along = sineSigma * Foundation.cos(doubled)
        let sigma = max((across * across + along * along).squareRoot(), 1e-9)
        let significance = ellipticity / sigma
        standardDeviation = Angle(
            radians: 1 / (4 * significance * significance + 12 / (Double.pi * Double.pi)).squareRoot())
        positionAngle = significance >= 2 ? Angle(radians: doubled / 2).foldedAxis : nil
    }
}
