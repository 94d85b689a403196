internal import Foundation

/// The probability of a class given a decision value: `1 / (1 + exp(slope f + offset))` (Platt 2000).
public struct PlattScaling: Sendable, Equatable {
    /// A of the papers; negative when larger values speak for the class.
    public let slope: Double
    /// B of the papers.
    public let offset: Double

    /// A sigmoid of known figures.
    public init(slope: Double, offset: Double) {
        self.slope = slope
        self.offset = offset
    }

    /// The probability of the class at decision value `value`.
    public func probability(_ value: Double) -> Double {
        let exponent = slope * value + offset
        // The form whose exponential cannot overflow.
        let small = exp(-abs(exponent))
        return (exponent >= 0 ? small : 1) / (1 + small)
    }

    /// The sigmoid that fits decision values best (Lin, Lin & Weng 2007, Machine Learning 68, 267).
    ///
    /// Minimises their eq. (5), the cross entropy against targets `(N+ + 1) / (N+ + 2)` and
    /// `1 / (N- + 2)`, by Newton steps with backtracking; the problem is convex.
    ///
    /// - Parameters:
    ///   - values: Decision values of rows that the machine was not trained on.
    ///   - isMember: Whether each row is of the class.
    public init(fitting values: [Double], isMember: [Bool]) {
        precondition(
            values.count == isMember.count, "PlattScaling: \(values.count) values, \(isMember.count) labels")
        let members = Double(isMember.count { $0 })
        let others = Double(values.count) - members
        let high = (members + 1) / (members + 2)
        let low = 1 / (others + 2)
        let targets = isMember.map { $0 ? high : low }
        var slope = 0.0
        var offset = log((others + 1) / (members + 1))
        var loss = Self.loss(values, targets, slope, offset)
        for _ in 0..<200 {
            let step = Self.newtonStep(values, targets, slope, offset)
            if max(abs(step.slopeGradient), abs(step.offsetGradient)) < 1e-9 * Double(max(1, values.count)) {
                break
            }
            var length = 1.0
            var isBetter = false
            while length >= 1e-10 {
                let newLoss = Self.loss(
                    values, targets, slope + length * step.slope, offset + length * step.offset)
                // Armijo's condition with the papers' factor.
                if newLoss < loss + 1e-4 * length * step.descent {
                    slope += length * step.slope
                    offset += length * step.offset
                    loss = newLoss
                    isBetter = true
                    break
                }
                length /= 2
            }
            if !isBetter { break }
        }
        self.init(slope: slope, offset: offset)
    }

    /// `sum t u + log(1 + exp(-u))`, `u = A f + B`, in the form that neither overflows nor cancels.
    private static func loss(
        _ values: [Double], _ targets: [Double], _ slope: Double, _ offset: Double
    ) -> Double {
        var sum = 0.0
        for (value, target) in zip(values, targets) {
            let u = slope * value + offset
            sum += u >= 0 ? target * u + log1p(exp(-u)) : (target - 1) * u + log1p(exp(u))
        }
        return sum
    }

    /// A Newton direction with the gradient it came from.
    private struct Step {
        var slope: Double
        var offset: Double
        var slopeGradient: Double
        var offsetGradient: Double
        /// Gradient times direction, negative.
        var descent: Double
    }

    private static func newtonStep(
        _ values: [Double], _ targets: [Double], _ slope: Double, _ offset: Double
    ) -> Step {
        // A small ridge keeps the matrix invertible when all values are equal.
        var aa = 1e-12
        var bb = 1e-12
        var ab = 0.0
        var gradientA = 0.0
        var gradientB = 0.0
        let sigmoid = PlattScaling(slope: slope, offset: offset)
        for (value, target) in zip(values, targets) {
            let p = sigmoid.probability(value)
            let weight = p * (1 - p)
            aa += value * value * weight
            ab += value * weight
            bb += weight
            gradientA += value * (target - p)
            gradientB += target - p
        }
        let determinant = aa * bb - ab * ab
        let stepA = -(bb * gradientA - ab * gradientB) / determinant
        let stepB = -(aa * gradientB - ab * gradientA) / determinant
        return Step(
            slope: stepA, offset: stepB, slopeGradient: gradientA, offsetGradient: gradientB,
            descent: gradientA * stepA + gradientB * stepB)
    }
}
