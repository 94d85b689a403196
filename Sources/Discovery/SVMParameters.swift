/// Settings of a C-support vector classifier with radial kernel `exp(-gamma |x - y|^2)`.
public struct SVMParameters: Sendable, Equatable {
    /// Width of the kernel.
    public enum Gamma: Sendable, Equatable {
        /// This value, above 0.
        case value(Double)
        /// `1 / (dimension * variance)`, the variance over all training values (scikit-learn's `scale`).
        case scale

        /// The value for these training rows.
        package func value(for training: FeatureMatrix) -> Double {
            guard case .value(let value) = self else {
                let count = Double(training.values.count)
                let mean = training.values.reduce(0) { $0 + $1 / count }
                let variance = training.values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }
                return variance > 0 ? 1 / (Double(training.dimension) * variance) : 1
            }
            return value
        }
    }

    /// Penalty of a training row on the wrong side, above 0.
    public var cost: Double
    /// Width of the kernel.
    public var gamma: Gamma
    /// Factor on `cost` for rows of a class, by name; 1 for those not named.
    public var classWeights: [String: Double]
    /// Tolerance of the optimality conditions at which training ends.
    public var tolerance: Double

    /// Settings of a classifier.
    public init(
        cost: Double = 1, gamma: Gamma = .scale, classWeights: [String: Double] = [:],
        tolerance: Double = 1e-3
    ) {
        self.cost = cost
        self.gamma = gamma
        self.classWeights = classWeights
        self.tolerance = tolerance
    }
}
