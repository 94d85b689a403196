import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite("Optimiser")
struct OptimizerTests {
    private let backend = CPUBackend(threads: 1)

    @Test("Thirty steps of Adam equal PyTorch's", arguments: ["plain", "decoupled", "coupled", "clipped"])
    func adam(name: String) throws {
        let golden = try #require(try Golden.read().adam[name])
        let parameter = Parameter(golden.start.tensor(on: backend))
        let (goal, scale) = (golden.goal.tensor(on: backend), golden.scale.tensor(on: backend))
        var adam = Adam(
            [parameter],
            configuration: .init(
                weightDecay: name == "coupled" || name == "decoupled" ? 0.1 : 0,
                isDecoupled: name != "coupled"
            ))
        var course: [[Float]] = []
        var norms: [Double] = []
        for step in 0..<30 {
            let loss = (scale * (parameter.value - goal).squared().squared()).sum() / 4
            let gradients = loss.gradients(withRespectTo: [parameter.value])
            let norm = GradientNorm.of(gradients)
            if name == "clipped" { norms.append(norm) }
            adam.update(
                gradients, learningRate: 0.05,
                gradientScale: GradientNorm.clippingFactor(norm: norm, limit: name == "clipped" ? 0.5 : nil))
            if [0, 1, 9, 29].contains(step) { course.append(parameter.value.values) }
        }
        #expect(adam.step == 30)
        for (values, expected) in zip(course, golden.course) {
            expectClose(values, expected.values, absolute: 2e-6, relative: 2e-5, "\(name)")
        }
        expectClose(norms, golden.norms, relative: 1e-4)
    }

    @Test("The first step of Adam moves each parameter by the learning rate, against its gradient")
    func firstStep() {
        let parameter = Parameter(Tensor([1, -1], shape: [2], on: backend))
        var adam = Adam([parameter])
        adam.update([Tensor([1e-3, -50], shape: [2], on: backend)], learningRate: 0.01)
        expectClose(parameter.value.values, [0.99, -0.99], relative: 1e-5)
    }

    @Test("Schedules: constant, steps, and a cosine after a warm-up")
    func schedules() {
        #expect(LearningRateSchedule.constant.factor(at: 17) == 1)
        let steps = LearningRateSchedule.step(epochs: 10, factor: 0.5)
        #expect(steps.factor(at: 9.99) == 1 && steps.factor(at: 10) == 0.5 && steps.factor(at: 20) == 0.25)
        let cosine = LearningRateSchedule.cosine(warmUp: 2, total: 10, floor: 0.1)
        expectClose(
            [
                cosine.factor(at: 0, stepLength: 0.5), cosine.factor(at: 2), cosine.factor(at: 6),
                cosine.factor(at: 10), cosine.factor(at: 99),
            ], [0.25, 1, 0.55, 0.1, 0.1], absolute: 1e-12)
    }

    @Test("The norm of gradients is taken over all of them, and clipping never scales up")
    func norms() {
        let gradients = [
            Tensor([3, 0], shape: [2], on: backend), Tensor(repeating: 4, shape: [1, 1], on: backend),
        ]
        #expect(GradientNorm.of(gradients) == 5)
        #expect(GradientNorm.clippingFactor(norm: 5, limit: nil) == 1)
        #expect(GradientNorm.clippingFactor(norm: 0.5, limit: 1) == 1)
        expectClose([GradientNorm.clippingFactor(norm: 5, limit: 1)], [0.2], relative: 1e-6)
    }
}
