internal import Foundation

/// How the learning rate changes in the course of training, as a factor on its base value.
public enum LearningRateSchedule: Sendable, Equatable, Codable {
    /// Always the base value.
    case constant
    /// Multiplied by `factor` after each `epochs` epochs.
    case step(epochs: Int, factor: Double)
    /// Rises linearly over the first `warmUp` epochs, then falls along half a cosine to `floor` at epoch
    /// `total` (Loshchilov & Hutter 2017, eq. 5, without restarts).
    case cosine(warmUp: Double, total: Double, floor: Double)

    /// The factor for the step that starts at a time measured in epochs, `(epoch + step / steps)`.
    ///
    /// - Parameters:
    ///   - time: Epochs since the start, fractions included.
    ///   - stepLength: Epochs that one step takes; the warm-up's first step has the factor
    ///     `stepLength / warmUp`, not 0.
    public func factor(at time: Double, stepLength: Double = 0) -> Double {
        switch self {
        case .constant: return 1
        case .step(let epochs, let factor): return pow(factor, (time / Double(max(1, epochs))).rounded(.down))
        case .cosine(let warmUp, let total, let floor):
            if time + stepLength < warmUp { return (time + stepLength) / warmUp }
            let progress = min(1, max(0, (time - warmUp) / max(total - warmUp, .leastNormalMagnitude)))
            return floor + (1 - floor) * (1 + cos(.pi * progress)) / 2
        }
    }
}
