public import Computing
public import Tensors

/// What a forward pass needs besides its input: training or inference, randomness, and where running
/// statistics are handed back.
///
/// Nothing in a network changes while it runs: statistics wait here until `commitStatistics()`, which the
/// training loop calls once the step is accepted.
public final class ForwardContext {
    /// What a pass is for.
    public enum Mode: Sendable {
        /// Batch statistics, noise.
        case training
        /// Running statistics.
        case inference
    }

    /// What the pass is for.
    public let mode: Mode
    /// Whether weights appear as variables, so that gradients can be taken.
    public let tracksGradients: Bool
    /// What computes.
    public let backend: any Backend
    /// Where random numbers of this pass come from.
    public var generator: CounterGenerator

    private var pending: [(parameter: Parameter, value: Tensor)] = []

    /// A pass.
    ///
    /// - Parameters:
    ///   - mode: What it is for.
    ///   - backend: What computes.
    ///   - generator: Where its random numbers come from.
    ///   - tracksGradients: Whether weights are variables; by default in training only.
    public init(
        _ mode: Mode, on backend: any Backend, generator: CounterGenerator = CounterGenerator(seed: 0),
        tracksGradients: Bool? = nil
    ) {
        self.mode = mode
        self.backend = backend
        self.generator = generator
        self.tracksGradients = tracksGradients ?? (mode == .training)
    }

    /// The numbers of a parameter as this pass sees them.
    public func value(of parameter: Parameter) -> Tensor {
        if parameter.role == .statistic, let latest = pending.last(where: { $0.parameter === parameter }) {
            return latest.value
        }
        return tracksGradients ? parameter.value : parameter.value.detached()
    }

    /// Hands back the new value of a running statistic.
    public func update(_ statistic: Parameter, to value: Tensor) {
        precondition(statistic.role == .statistic, "context: only statistics are handed back")
        pending.append((statistic, value.detached()))
    }

    /// Stores all running statistics that were handed back.
    public func commitStatistics() {
        for update in pending { update.parameter.replace(with: update.value) }
        pending = []
    }

    /// Standard normal noise from the pass's generator.
    public func normal(shape: [Int]) -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { _ in Float(generator.normal()) }
        return Tensor(values, shape: shape, on: backend)
    }
}
