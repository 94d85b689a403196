import Computing
import Tensors
import TestSupport
import Testing

@Suite("Gradients")
struct GradientTests {
    private let backend = CPUBackend(threads: 1)

    private func variable(_ shape: [Int], _ stream: UInt64) -> Tensor {
        Tensor(normals(shape.reduce(1, *), stream: stream), shape: shape, on: backend).tracked()
    }

    /// Compares gradients of a scalar function with central differences.
    private func check(_ name: String, _ variables: [Tensor], _ function: ([Tensor]) -> Tensor) {
        let gradients = function(variables).gradients(withRespectTo: variables)
        let step: Float = 0x1p-7
        for (index, variable) in variables.enumerated() {
            let values = variable.values
            let differences = values.indices.map { element -> Float in
                func shifted(_ by: Float) -> Float {
                    var (moved, all) = (values, variables)
                    moved[element] += by
                    all[index] = Tensor(moved, shape: variable.shape, on: backend)
                    return function(all).scalar
                }
                return (shifted(step) - shifted(-step)) / (2 * step)
            }
            expectClose(
                gradients[index].values, differences, absolute: 3e-3, relative: 3e-3, "\(name) \(index)")
        }
    }

    @Test("Finite differences through convolutions, resize and batch norm")
    func images() {
        check("conv", [variable([2, 5, 4, 3], 20), variable([4, 3, 2, 3], 21)]) {
            $0[0].convolved(with: $0[1], stride: .init(height: 2, width: 1), padding: 1).hyperbolicTangent()
                .sum()
        }
        check("convT", [variable([1, 3, 2, 4], 22), variable([4, 3, 3, 2], 23)]) {
            $0[0].transposedConvolution(with: $0[1], stride: 2, padding: 1, outputPadding: 1)
                .hyperbolicTangent().sum()
        }
        check("resize", [variable([1, 4, 3, 2], 24)]) {
            $0[0].resizedBilinearly(to: .init(height: 7, width: 5)).squared().sum()
        }
        check("batch norm", [variable([3, 2, 2, 3], 25), variable([3], 26), variable([3], 27)]) {
            ($0[0].batchNormalized(weight: $0[1], bias: $0[2]).output * 0.7).hyperbolicTangent().sum()
        }
        let (mean, spread) = (variable([3], 31), variable([3], 32).squared() + 0.5)
        check(
            "batch norm with given statistics", [variable([4, 3], 28), variable([3], 29), variable([3], 30)]
        ) {
            $0[0].batchNormalized(
                weight: $0[1], bias: $0[2], mean: mean.detached(), variance: spread.detached()
            )
            .hyperbolicTangent().sum()
        }
    }

    @Test("Finite differences through arithmetic, layout and reductions")
    func arithmetic() {
        check("division", [variable([3, 1], 33), variable([1, 4], 34)]) {
            ($0[0] / ($0[1].squared() + 1)).sum()
        }
        check("softmax", [variable([3, 4], 35)]) {
            ($0[0].softmax().squared() + $0[0].logSoftmax()).sum() * 0.1
        }
        check("layout", [variable([2, 3, 4], 36), variable([2, 1, 4], 37)]) {
            let joined = Tensor.concatenated([$0[0], $0[1], $0[0].squared()], axis: 1)
            return
                (joined.permuted([2, 0, 1]).sliced(axis: 2, 1..<6).reshaped([-1, 5]).sigmoid()
                .mean(alongAxes: [0]) * 3).squared().sum()
        }
        check("chain", [variable([5], 38)]) {
            let x = $0[0]
            return
                ((x.squared() + 0.3).logarithm() * x.exponential() + x.softplus()
                * (x.squared() + 1).squareRoot()
                - (x.squared() + 2).reciprocal()).mean()
        }
        check("product", [variable([3, 4], 39), variable([5, 4], 40)]) {
            $0[0].matrixProduct($0[1], transposingOther: true).hyperbolicTangent().sum()
        }
    }

    @Test("Second derivatives agree with finite differences of first ones")
    func second() {
        let direction = variable([2, 4, 3, 2], 43).detached()
        let seed = variable([2, 7, 5, 3], 46).detached()
        check("resize, conv, sigmoid", [variable([2, 4, 3, 2], 41), variable([3, 3, 3, 2], 42)]) { v in
            let x = v[0].isTracked ? v[0] : v[0].tracked()
            let y = x.resizedBilinearly(to: .init(height: 7, width: 5)).convolved(with: v[1], padding: 1)
                .sigmoid()
            let slope = (y * seed).sum().gradients(withRespectTo: [x], differentiable: true)[0]
            return (slope * direction).sum()
        }
        check("softmax and softplus", [variable([3, 4], 44)]) { v in
            let x = v[0].isTracked ? v[0] : v[0].tracked()
            let slope = (x.softmax().squared() + x.softplus()).sum()
                .gradients(withRespectTo: [x], differentiable: true)[0]
            return slope.squared().sum()
        }
    }

    @Test("A variable used twice collects both gradients; one without influence gets zeros")
    func accumulation() {
        let (x, y) = (variable([3], 47), variable([2, 2], 48))
        let loss = (x * x + x).sum()
        let gradients = loss.gradients(withRespectTo: [x, y])
        expectClose(gradients[0].values, x.values.map { 2 * $0 + 1 }, relative: 1e-6)
        #expect(gradients[1].values == [0, 0, 0, 0])
        #expect(loss.gradients(withRespectTo: [loss])[0].scalar == 1)
    }

    @Test("Gradients stop at detached tensors, and can be taken with respect to intermediate ones")
    func detached() {
        let x = variable([3], 49)
        let middle = x.squared()
        let loss = (middle * 3 + x.detached() * 5).sum()
        expectClose(loss.gradients(withRespectTo: [middle])[0].values, [3, 3, 3])
        expectClose(loss.gradients(withRespectTo: [x])[0].values, x.values.map { 6 * $0 }, relative: 1e-6)
        #expect(!loss.gradients(withRespectTo: [x])[0].isTracked)
        #expect(!(x.detached() * 2).isTracked && loss.isTracked)
    }

    @Test("A chain of 300,000 operators is differentiated and released without recursion")
    func longChain() {
        let x = Tensor(1, on: backend).tracked()
        var y = x
        for _ in 0..<300_000 { y = y + 1 }
        #expect(y.scalar == 300_001)
        #expect(y.gradients(withRespectTo: [x])[0].scalar == 1)
        y = x
    }

    @Test("Ties of maximum share the gradient")
    func ties() {
        let x = Tensor([1, 3, 3, 2], shape: [1, 4], on: backend).tracked()
        expectClose(x.maximum(alongAxes: [1]).gradients(withRespectTo: [x])[0].values, [0, 0.5, 0.5, 0])
        let y = Tensor([1, 4, 3, 1], shape: [1, 4], on: backend)
        expectClose(Tensor.maximum(x, y).gradients(withRespectTo: [x])[0].values, [0.5, 0, 0.5, 1])
    }
}
