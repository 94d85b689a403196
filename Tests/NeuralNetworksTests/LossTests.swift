import NeuralNetworks
import Tensors
import TestSupport
import Testing

@Suite("Losses")
struct LossTests {
    private let backend = CPUBackend(threads: 1)

    private func check(_ name: String, variables: Int, _ loss: ([Tensor]) -> Tensor) throws {
        let golden = try #require(try Golden.read().losses[name])
        var inputs = golden.inputs.map { $0.tensor(on: backend) }
        for index in 0..<variables { inputs[index] = inputs[index].tracked() }
        let value = loss(inputs)
        expectClose([value.scalar], [golden.loss], relative: 1e-6, "\(name)")
        let gradients = value.gradients(withRespectTo: Array(inputs[..<variables]))
        for (index, gradient) in gradients.enumerated() {
            expectClose(
                gradient.values, golden.gradients[index].values, absolute: 1e-6, relative: 2e-6,
                "\(name) gradient \(index)")
        }
    }

    @Test("Losses and their gradients equal PyTorch's")
    func goldens() throws {
        try check("gaussian", variables: 2) {
            Loss.gaussianNegativeLogLikelihood(
                mean: $0[0], logVariance: $0[1], target: $0[2], labelVariance: $0[3], mask: $0[4])
        }
        try check("weighted", variables: 1) {
            Loss.weightedSquaredError(mean: $0[0], target: $0[1], weight: $0[2])
        }
        try check("divergence", variables: 2) {
            Loss.divergenceFromStandardNormal(mean: $0[0], logVariance: $0[1]).sum()
        }
        try check("binary", variables: 1) { Loss.binaryCrossEntropy(logits: $0[0], target: $0[1]) }
        try check("cross", variables: 1) { Loss.crossEntropy(logits: $0[0], target: $0[1]) }
    }

    @Test("A Gaussian likelihood by hand: ((3 - 1)^2 / 2 + ln 2) / 2")
    func gaussianByHand() {
        func one(_ value: Float) -> Tensor { Tensor([value], shape: [1, 1], on: backend) }
        let loss = Loss.gaussianNegativeLogLikelihood(
            mean: one(1), logVariance: one(0), target: one(3), labelVariance: one(1), mask: one(1))
        expectClose([loss.scalar], [1.346573590], relative: 1e-6)
    }

    @Test("Missing labels, stored as NaN, leave neither a trace in the loss nor in its gradients")
    func missingLabels() {
        let mean = Tensor([1, 2, 3, 4], shape: [2, 2], on: backend).tracked()
        let spread = Tensor([0, 1, 0, 1], shape: [2, 2], on: backend).tracked()
        let target = Tensor([2, .nan, .nan, 1], shape: [2, 2], on: backend)
        let error = Tensor([0.5, .nan, .nan, 0], shape: [2, 2], on: backend)
        let mask = target.isFinite()
        let loss = Loss.gaussianNegativeLogLikelihood(
            mean: mean, logVariance: spread, target: target, labelVariance: error, mask: mask)
        let kept = Loss.gaussianNegativeLogLikelihood(
            mean: Tensor([1, 4], shape: [2], on: backend),
            logVariance: Tensor([0, 1], shape: [2], on: backend),
            target: Tensor([2, 1], shape: [2], on: backend),
            labelVariance: Tensor([0.5, 0], shape: [2], on: backend), mask: .ones([2], on: backend))
        expectClose([loss.scalar], [kept.scalar], relative: 1e-6)
        let gradients = loss.gradients(withRespectTo: [mean, spread])
        for gradient in gradients {
            #expect(gradient.values[1] == 0 && gradient.values[2] == 0)
            #expect(gradient.values.allSatisfy { $0.isFinite })
        }
        let weighted = Loss.weightedSquaredError(mean: mean, target: target, weight: mask)
        expectClose([weighted.scalar], [(1 + 9) / 4], relative: 1e-6)
        expectClose(weighted.gradients(withRespectTo: [mean])[0].values, [-0.5, 0, 0, 1.5], relative: 1e-6)
    }

    @Test("A batch without any label has loss 0 and gradient 0")
    func noLabels() {
        let mean = Tensor([1, 2], shape: [2, 1], on: backend).tracked()
        let missing = Tensor([.nan, .nan], shape: [2, 1], on: backend)
        let loss = Loss.gaussianNegativeLogLikelihood(
            mean: mean, logVariance: .zeros([2, 1], on: backend), target: missing, labelVariance: missing,
            mask: missing.isFinite())
        #expect(loss.scalar == 0)
        #expect(loss.gradients(withRespectTo: [mean])[0].values == [0, 0])
    }

    @Test("Cross-entropies of logits of +-1000 stay finite")
    func extremes() {
        let logits = Tensor([1000, -1000, 1000], shape: [1, 3], on: backend).tracked()
        let target = Tensor([1, 0, 0], shape: [1, 3], on: backend)
        let loss = Loss.binaryCrossEntropy(logits: logits, target: target, reduction: .sum)
        #expect(loss.scalar == 1000)
        #expect(loss.gradients(withRespectTo: [logits])[0].values == [0, 0, 1])
        expectClose([Loss.crossEntropy(logits: logits, target: target).scalar], [0.693147181], relative: 1e-6)
    }
}
