import Computing
import Tensors
import TestSupport
import Testing

@Suite("Operators against PyTorch")
struct OperatorGoldenTests {
    typealias Function = @Sendable ([Tensor]) -> Tensor

    /// The cases whose sums are exact in single precision.
    static let exact: [(String, Function)] = [
        ("conv 3x3 s2 p1", { $0[0].convolved(with: $0[1], stride: 2, padding: 1) }),
        (
            "conv 3x5 s2x1 p0x2",
            {
                $0[0].convolved(
                    with: $0[1], stride: .init(height: 2, width: 1), padding: .init(height: 0, width: 2))
            }
        ),
        ("conv 1x1", { $0[0].convolved(with: $0[1]) }),
        ("conv wide channels", { $0[0].convolved(with: $0[1], padding: 1) }),
        (
            "conv spectrum",
            {
                $0[0].convolved(
                    with: $0[1], stride: .init(height: 1, width: 3), padding: .init(height: 0, width: 2))
            }
        ),
        ("conv 4x4 s2 p1", { $0[0].convolved(with: $0[1], stride: 2, padding: 1) }),
        ("convT 3x3 s1 p1", { $0[0].transposedConvolution(with: $0[1], padding: 1) }),
        (
            "convT 3x4 s2x3 p1x0 o1x2",
            {
                $0[0].transposedConvolution(
                    with: $0[1], stride: .init(height: 2, width: 3), padding: .init(height: 1, width: 0),
                    outputPadding: .init(height: 1, width: 2))
            }
        ),
        ("convT 2x2 s2", { $0[0].transposedConvolution(with: $0[1], stride: 2) }),
        ("square", { $0[0].squared() }), ("absolute", { $0[0].absolute() }), ("relu", { $0[0].relu() }),
        ("clamp", { $0[0].clamped(to: -1...1.25) }),
        ("sum axis 0", { $0[0].sum(alongAxes: [0]) }), ("sum axes 0 2", { $0[0].sum(alongAxes: [0, -1]) }),
        ("permute", { $0[0].permuted([2, 0, 1]) }), ("slice", { $0[0].sliced(axis: 1, 1..<3) }),
        ("add", { $0[0] + $0[1] }), ("subtract", { $0[0] - $0[1] }), ("multiply", { $0[0] * $0[1] }),
        ("maximum", { .maximum($0[0], $0[1]) }), ("minimum", { .minimum($0[0], $0[1]) }),
        ("matrix NN", { $0[0].matrixProduct($0[1]) }),
        ("matrix NT", { $0[0].matrixProduct($0[1], transposingOther: true) }),
        ("matrix TN", { $0[0].matrixProduct($0[1], transposingSelf: true) }),
        ("matrix TT", { $0[0].matrixProduct($0[1], transposingSelf: true, transposingOther: true) }),
    ]

    /// The cases that round.
    static let rounded: [(String, Function)] = [
        ("bilinear up", { $0[0].resizedBilinearly(to: .init(height: 9, width: 7)) }),
        ("bilinear down", { $0[0].resizedBilinearly(to: .init(height: 4, width: 3)) }),
        ("bilinear from one pixel", { $0[0].resizedBilinearly(to: .init(height: 3, width: 2)) }),
        ("bilinear 18 to 35", { $0[0].resizedBilinearly(to: 35) }),
        ("batch norm", { $0[0].batchNormalized(weight: $0[1], bias: $0[2]).output }),
        ("batch norm relu", { $0[0].batchNormalized(weight: $0[1], bias: $0[2], rectified: true).output }),
        ("exponential", { $0[0].exponential() }), ("logarithm", { $0[0].logarithm() }),
        ("square root", { $0[0].squareRoot() }), ("tanh", { $0[0].hyperbolicTangent() }),
        ("sigmoid", { $0[0].sigmoid() }), ("leaky relu", { $0[0].leakyReLU(slope: 0.2) }),
        ("softplus", { $0[0].softplus() }), ("reciprocal", { $0[0].reciprocal() }),
        ("softmax", { $0[0].softmax() }), ("log softmax", { $0[0].logSoftmax() }),
        ("mean axis 1", { $0[0].mean(alongAxes: [1]) }),
        ("mean axes 1 2", { $0[0].mean(alongAxes: [1, 2]) }),
        ("maximum axis 1", { $0[0].maximum(alongAxes: [1]) }), ("divide", { $0[0] / $0[1] }),
    ]

    /// Forward and gradients of a case; gradients both ways, directly and differentiably.
    private func check(
        _ name: String, _ function: Function, absolute: Float, relative: Float, level: InstructionSet
    ) throws {
        let golden = try Golden.named(name)
        let backend = CPUBackend(threads: 1, instructionSet: level)
        let inputs = golden.inputs.map { $0.tensor(on: backend).tracked() }
        let output = function(inputs)
        #expect(output.shape == golden.output.shape)
        expectClose(
            output.values, golden.output.values, absolute: absolute, relative: relative, "\(name) forward")
        for differentiable in [false, true] {
            let gradients = output.gradients(
                withRespectTo: inputs, seed: golden.seed.tensor(on: backend), differentiable: differentiable)
            for (index, gradient) in gradients.enumerated() {
                #expect(gradient.shape == golden.gradients[index].shape)
                expectClose(
                    gradient.values, golden.gradients[index].values, absolute: absolute, relative: relative,
                    "\(name) gradient \(index), \(differentiable ? "differentiable" : "direct"), \(level)")
            }
        }
    }

    @Test("Integer-valued operators are exact", arguments: exact.indices)
    func exactOperators(index: Int) throws {
        for level in InstructionSet.available {
            try check(Self.exact[index].0, Self.exact[index].1, absolute: 0, relative: 0, level: level)
        }
    }

    @Test("Other operators agree to rounding", arguments: rounded.indices)
    func roundedOperators(index: Int) throws {
        for level in InstructionSet.available {
            try check(
                Self.rounded[index].0, Self.rounded[index].1, absolute: 3e-6, relative: 2e-6, level: level)
        }
    }

    @Test("Batch norm hands back the batch's mean and variance")
    func statistics() throws {
        let golden = try Golden.named("batch norm")
        let backend = CPUBackend(threads: 1)
        let inputs = golden.inputs.map { $0.tensor(on: backend) }
        let result = inputs[0].batchNormalized(weight: inputs[1], bias: inputs[2])
        let count = Float(result.countPerChannel)
        let mean = result.mean.values.map { 0.1 * $0 }
        let variance = result.variance.values.map { 0.9 + 0.1 * $0 * count / (count - 1) }
        expectClose(mean, golden.runningMean?.values ?? [], relative: 1e-6)
        expectClose(variance, golden.runningVariance?.values ?? [], relative: 1e-6)
    }
}
