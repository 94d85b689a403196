internal import Foundation
public import Tensors

/// The Adam optimiser (Kingma & Ba 2015, algorithm 1), step for step as PyTorch's.
public struct Adam {
    /// The constants of Adam.
    public struct Configuration: Sendable, Equatable, Codable {
        /// Decay rate of the mean gradient.
        public var beta1: Double
        /// Decay rate of the mean squared gradient.
        public var beta2: Double
        /// Added to the root of the mean squared gradient.
        public var epsilon: Double
        /// Weight decay: a fraction of the parameter per unit of learning rate if decoupled, else added to
        /// the gradient.
        public var weightDecay: Double
        /// Whether the decay acts on the parameter itself (AdamW; Loshchilov & Hutter 2019, algorithm 2).
        public var isDecoupled: Bool

        /// PyTorch's defaults, without weight decay.
        public init(
            beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
            isDecoupled: Bool = true
        ) {
            self.beta1 = beta1
            self.beta2 = beta2
            self.epsilon = epsilon
            self.weightDecay = weightDecay
            self.isDecoupled = isDecoupled
        }
    }

    /// The running means of a parameter's gradients.
    public struct Moments: Sendable {
        /// Of the gradient.
        public var first: Tensor
        /// Of the squared gradient.
        public var second: Tensor

        /// Moments of given tensors.
        public init(first: Tensor, second: Tensor) {
            self.first = first
            self.second = second
        }
    }

    /// The constants.
    public let configuration: Configuration
    /// What it changes, in order.
    public let parameters: [Parameter]
    /// The running means, in the order of the parameters.
    public private(set) var moments: [Moments]
    /// Steps taken.
    public private(set) var step: Int

    /// A fresh optimiser.
    public init(_ parameters: [Parameter], configuration: Configuration = Configuration()) {
        precondition(parameters.allSatisfy { $0.role == .weight }, "Adam: statistics are not optimised")
        self.configuration = configuration
        self.parameters = parameters
        step = 0
        moments = parameters.map {
            let zeros = Tensor.zeros($0.shape, on: $0.value.backend)
            return Moments(first: zeros, second: zeros)
        }
    }

    /// Continues from stored running means.
    public mutating func restore(_ moments: [Moments], step: Int) {
        precondition(
            moments.count == parameters.count
                && zip(moments, parameters).allSatisfy {
                    $0.first.shape == $1.shape && $0.second.shape == $1.shape
                }, "Adam: stored moments are not of these parameters")
        self.moments = moments
        self.step = step
    }

    /// Moves every parameter along its gradient.
    ///
    /// - Parameters:
    ///   - gradients: One for each parameter, in their order.
    ///   - learningRate: Step size.
    ///   - gradientScale: Factor on every gradient, as clipping gives it.
    public mutating func update(_ gradients: [Tensor], learningRate: Double, gradientScale: Double = 1) {
        precondition(gradients.count == parameters.count, "Adam: \(gradients.count) gradients")
        step += 1
        let decay = configuration.weightDecay
        let constants = AdamConstants(
            gradientScale: Float(gradientScale), decay: configuration.isDecoupled ? 0 : Float(decay),
            keep: configuration.isDecoupled ? Float(1 - learningRate * decay) : 1,
            firstShare: Float(1 - configuration.beta1), beta2: Float(configuration.beta2),
            secondShare: Float(1 - configuration.beta2),
            rate: Float(learningRate / (1 - pow(configuration.beta1, Double(step)))),
            rootCorrection: Float(1 / (1 - pow(configuration.beta2, Double(step))).squareRoot()),
            epsilon: Float(configuration.epsilon))
        for (index, parameter) in parameters.enumerated() {
            let gradient = gradients[index]
            let (shape, backend) = (parameter.shape, parameter.value.backend)
            precondition(gradient.shape == shape, "Adam: gradient \(gradient.shape) of parameter \(shape)")
            let arrays = AdamArrays(
                parameter: parameter.value.storage, firstMoment: moments[index].first.storage,
                secondMoment: moments[index].second.storage)
            let next = backend.adamStep(arrays, gradient: gradient.storage, constants)
            parameter.replace(with: Tensor(shape: shape, storage: next.parameter, on: backend))
            moments[index] = Moments(
                first: Tensor(shape: shape, storage: next.firstMoment, on: backend),
                second: Tensor(shape: shape, storage: next.secondMoment, on: backend))
        }
    }
}
