import Computing
import Tensors
import TestSupport
import Testing

@Suite("Gradients of gradients")
struct SecondGradientTests {
    /// `mean (|df/dx| - 1)^2` of a critic (Gulrajani et al. 2017, eq. 3).
    private func penalty(_ x: Tensor, offset: Float = 0, _ critic: (Tensor) -> Tensor) -> (Tensor, Tensor) {
        let slope = critic(x).sum().gradients(withRespectTo: [x], differentiable: true)[0]
        let norm = (slope.squared().sum(alongAxes: [1, 2, 3]) + offset).squareRoot()
        return ((norm - 1).squared().mean(), norm)
    }

    @Test("Gradient penalty of a convolutional critic with leaky ReLU equals PyTorch's")
    func gradientPenalty() throws {
        let golden = try Golden.named("gradient penalty")
        let backend = CPUBackend(threads: 1)
        let v = golden.inputs.map { $0.tensor(on: backend).tracked() }
        let (loss, norm) = penalty(v[0]) { x in
            var h = (x.convolved(with: v[1], stride: 2, padding: 1) + v[2]).leakyReLU(slope: 0.2)
            h = h.convolved(
                with: v[3], stride: .init(height: 2, width: 1), padding: .init(height: 1, width: 0)
            ).leakyReLU(slope: 0.2)
            return h.flattened().matrixProduct(v[4], transposingOther: true)
        }
        expectClose(norm.values, golden.seed.values, relative: 2e-6)
        expectClose([loss.scalar], golden.output.values, relative: 2e-6)
        let gradients = loss.gradients(withRespectTo: [v[1], v[3], v[4]])
        for (index, gradient) in gradients.enumerated() {
            expectClose(
                gradient.values, golden.gradients[index].values, absolute: 2e-6, relative: 1e-5, "\(index)")
        }
    }

    @Test("Gradient penalty through batch norm with ReLU and tanh equals PyTorch's")
    func batchNormPenalty() throws {
        let golden = try Golden.named("batch norm penalty")
        let backend = CPUBackend(threads: 1)
        let v = golden.inputs.map { $0.tensor(on: backend).tracked() }
        let (loss, norm) = penalty(v[0], offset: 1e-3) { x in
            let h = (x.convolved(with: v[1], stride: 2, padding: 1) + v[2])
                .batchNormalized(weight: v[3], bias: v[4], rectified: true).output
            return h.flattened().matrixProduct(v[5], transposingOther: true).hyperbolicTangent()
        }
        expectClose(norm.values, golden.seed.values, absolute: 1e-5, relative: 2e-5)
        expectClose([loss.scalar], golden.output.values, relative: 2e-5)
        let gradients = loss.gradients(withRespectTo: [v[1], v[3], v[4], v[5]])
        for (index, gradient) in gradients.enumerated() {
            expectClose(
                gradient.values, golden.gradients[index].values, absolute: 3e-5, relative: 2e-4, "\(index)")
        }
    }

    @Test("Third derivative of x^4 is 24 x")
    func thirdDerivative() {
        let backend = CPUBackend(threads: 1)
        let x = Tensor([-2, 0, 0.5, 3], shape: [4], on: backend).tracked()
        var y = x.squared().squared()
        for _ in 0..<3 { y = y.gradients(withRespectTo: [x], differentiable: true)[0] }
        expectClose(y.values, [-48, 0, 12, 72])
    }
}
