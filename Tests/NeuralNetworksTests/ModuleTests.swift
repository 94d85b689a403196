import Computing
import NeuralNetworks
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite("Modules")
struct ModuleTests {
    private let backend = CPUBackend(threads: 1)

    /// The parameters that a module's stored properties hold, found by reflection.
    static func reflected(_ value: Any) -> [Parameter] {
        if let parameter = value as? Parameter { return [parameter] }
        return Mirror(reflecting: value).children.flatMap { reflected($0.value) }
    }

    /// Every layer of the house, with all that is optional.
    private func everyLayer() -> [any Layer] {
        var generator = CounterGenerator(seed: 5)
        return [
            Conv2D(inputChannels: 2, outputChannels: 3, kernelSize: 3, using: &generator, on: backend),
            ConvTranspose2D(
                inputChannels: 2, outputChannels: 3, kernelSize: 2, using: &generator, on: backend),
            Linear(inputs: 4, outputs: 5, using: &generator, on: backend),
            BatchNorm(channels: 3, on: backend), Activation.relu, BilinearResize(to: 3), Flatten(),
            Reshape(to: [2, 2]),
            Sequential(
                Linear(inputs: 4, outputs: 5, using: &generator, on: backend), Activation.sigmoid,
                Sequential(BatchNorm(channels: 5, on: backend))),
        ]
    }

    @Test("Layers that are to be loaded are of the shapes of fresh ones, all 0")
    func zeros() {
        var generator = CounterGenerator(seed: 5)
        let fresh = Conv2D(inputChannels: 2, outputChannels: 3, kernelSize: 3, using: &generator, on: backend)
        let empty = Conv2D(
            inputChannels: 2, outputChannels: 3, kernelSize: 3, initializer: .zeros, using: &generator,
            on: backend)
        #expect(fresh.allParameters.map(\.name) == empty.allParameters.map(\.name))
        for (drawn, zero) in zip(fresh.allParameters, empty.allParameters) {
            #expect(drawn.value.value.shape == zero.value.value.shape)
            #expect(zero.value.value.values.allSatisfy { $0 == 0 })
            #expect(drawn.value.value.values.contains { $0 != 0 })
        }
    }

    @Test("Parameter lists miss nothing that a layer holds")
    func completeness() {
        let modules: [any Module] = everyLayer() + [PaperNetwork(on: backend)]
        for module in modules {
            let listed = module.allParameters.map { ObjectIdentifier($0.value) }
            #expect(
                Set(listed) == Set(Self.reflected(module).map(ObjectIdentifier.init)), "\(type(of: module))")
            #expect(Set(listed).count == listed.count)
            #expect(Set(module.allParameters.map(\.name)).count == listed.count)
        }
    }

    @Test("Names are dotted and in a fixed order, statistics behind weights")
    func names() {
        let layer = everyLayer().last
        #expect(
            layer?.allParameters.map(\.name) == [
                "0.weight", "0.bias", "2.0.weight", "2.0.bias", "2.0.running_mean", "2.0.running_var",
            ])
        #expect(layer?.allWeights.count == 4)
        #expect(layer?.weightCount == 20 + 5 + 5 + 5)
    }

    @Test("Fresh weights fill the range of PyTorch's default, and the same seed gives the same ones")
    func initializer() {
        var (a, b) = (CounterGenerator(seed: 9), CounterGenerator(seed: 9))
        let first = Conv2D(inputChannels: 4, outputChannels: 64, kernelSize: 5, using: &a, on: backend)
        let second = Conv2D(inputChannels: 4, outputChannels: 64, kernelSize: 5, using: &b, on: backend)
        let values = first.weight.value.values
        #expect(values == second.weight.value.values && first.bias?.value.values == second.bias?.value.values)
        let bound: Float = 0.1  // 1 / sqrt(4 * 25)
        #expect(values.allSatisfy { abs($0) <= bound } && values.contains { abs($0) > 0.99 * bound })
        let mean = values.reduce(0, +) / Float(values.count)
        let variance = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
        #expect(abs(mean) < 0.003)
        expectClose([variance], [bound * bound / 3], relative: 0.03)
    }

    @Test("Batch norm keeps PyTorch's running statistics and uses them at inference")
    func batchNorm() throws {
        let golden = try Golden.read().batchNorm
        let norm = BatchNorm(
            weight: Tensor([1, 2, 0.5], shape: [3], on: backend),
            bias: Tensor([0, -1, 3], shape: [3], on: backend), runningMean: .zeros([3], on: backend),
            runningVariance: .ones([3], on: backend))
        for batch in golden.batches {
            let context = ForwardContext(.training, on: backend)
            let before = norm.runningMean.value.values
            _ = norm(batch.tensor(on: backend), in: context)
            #expect(norm.runningMean.value.values == before)  // nothing changes before the step is accepted
            context.commitStatistics()
        }
        expectClose(norm.runningMean.value.values, golden.mean.values, absolute: 1e-6, relative: 1e-6)
        expectClose(norm.runningVariance.value.values, golden.variance.values, relative: 1e-6)
        let context = ForwardContext(.inference, on: backend)
        let output = norm(golden.probe.tensor(on: backend), in: context)
        expectClose(output.values, golden.output.values, absolute: 2e-6, relative: 2e-6)
        #expect(!output.isTracked)
    }

    @Test("Two passes through a batch norm in one step both count in its running statistics")
    func twoPasses() {
        let norm = BatchNorm(channels: 1, on: backend)
        let context = ForwardContext(.training, on: backend)
        _ = norm(Tensor([1, 3], shape: [2, 1], on: backend), in: context)
        _ = norm(Tensor([5, 7], shape: [2, 1], on: backend), in: context)
        context.commitStatistics()
        expectClose(norm.runningMean.value.values, [0.9 * (0.1 * 2) + 0.1 * 6], relative: 1e-6)
    }

    @Test("Parameters survive a round trip to the bit, and a refused file changes nothing")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let network = PaperNetwork(on: backend)
        let path = folder.path("weights.safetensors")
        try SafetensorsFile(tensors: network.storedParameters()).write(to: path)
        let other = PaperNetwork(on: backend)
        for parameter in other.allParameters {
            parameter.value.replace(with: .zeros(parameter.value.shape, on: backend))
        }
        try other.loadParameters(from: SafetensorsFile(contentsOf: path))
        for (a, b) in zip(network.allParameters, other.allParameters) {
            #expect(a.value.value.values == b.value.value.values)
        }
        let before = other.e1.weight.value.values
        var broken = network.storedParameters()
        broken[0] = SafetensorsTensor(name: "e1.weight", shape: [16, 3, 3, 3], floats: before.map { $0 + 1 })
        broken[broken.count - 1] = SafetensorsTensor(name: "d2.bias", shape: [3], floats: [0, .nan, 0])
        #expect(throws: SafetensorsError.self) {
            try other.loadParameters(from: SafetensorsFile(tensors: broken))
        }
        broken[broken.count - 1] = SafetensorsTensor(name: "d2.bias", shape: [3], doubles: [0, 0, 0])
        #expect(throws: SafetensorsError.self) {
            try other.loadParameters(from: SafetensorsFile(tensors: broken))
        }
        broken[broken.count - 1] = SafetensorsTensor(name: "d2.bias", shape: [4], floats: [0, 0, 0, 0])
        #expect(throws: SafetensorsError.self) {
            try other.loadParameters(from: SafetensorsFile(tensors: broken))
        }
        broken.removeLast()
        #expect(throws: SafetensorsError.self) {
            try other.loadParameters(from: SafetensorsFile(tensors: broken))
        }
        let extra =
            network.storedParameters() + [SafetensorsTensor(name: "e9.weight", shape: [1], floats: [0])]
        #expect(throws: TrainingError.unexpectedTensor(path: "memory", tensor: "e9.weight")) {
            try other.loadParameters(from: SafetensorsFile(tensors: extra))
        }
        #expect(other.e1.weight.value.values == before)
    }
}

@Suite("Batch norm folding")
struct FoldingTests {
    private let backend = CPUBackend(threads: 1)

    /// A batch norm with statistics of its own.
    private func norm(_ channels: Int) -> BatchNorm {
        BatchNorm(
            weight: pseudo(1, [channels], on: backend) + 1.5, bias: pseudo(2, [channels], on: backend),
            runningMean: pseudo(3, [channels], on: backend),
            runningVariance: pseudo(4, [channels], on: backend) + 1.25)
    }

    @Test(
        "A folded convolution equals convolution and batch norm, with and without bias",
        arguments: [true, false])
    func convolution(hasBias: Bool) {
        let weight = pseudo(5, [6, 3, 2, 5], on: backend)
        let layer = Conv2D(
            weight: weight, bias: hasBias ? pseudo(6, [6], on: backend) : nil, stride: 2, padding: 1)
        let (norm, x) = (norm(6), pseudo(7, [2, 5, 6, 5], on: backend))
        let context = ForwardContext(.inference, on: backend)
        let folded = FoldedLayer(layer, followedBy: norm)
        let plain = Conv2D(
            weight: Tensor(folded.weight, shape: folded.weightShape, on: backend),
            bias: Tensor(folded.bias, shape: [6], on: backend), stride: 2, padding: 1)
        expectClose(
            plain(x, in: context).values, norm(layer(x, in: context), in: context).values, absolute: 5e-6)
    }

    @Test("A folded transposed convolution equals the two layers")
    func transposed() {
        let layer = ConvTranspose2D(
            weight: pseudo(5, [5, 3, 2, 6], on: backend), bias: pseudo(6, [6], on: backend), stride: 2)
        let (norm, x) = (norm(6), pseudo(7, [2, 4, 3, 5], on: backend))
        let context = ForwardContext(.inference, on: backend)
        let folded = FoldedLayer(layer, followedBy: norm)
        let plain = ConvTranspose2D(
            weight: Tensor(folded.weight, shape: folded.weightShape, on: backend),
            bias: Tensor(folded.bias, shape: [6], on: backend), stride: 2)
        expectClose(
            plain(x, in: context).values, norm(layer(x, in: context), in: context).values, absolute: 5e-6)
    }

    @Test("A folded linear layer equals the two layers, also when its outputs are an image")
    func linear() {
        let layer = Linear(weight: pseudo(5, [12, 7], on: backend), bias: pseudo(6, [12], on: backend))
        let x = pseudo(7, [4, 7], on: backend)
        let context = ForwardContext(.inference, on: backend)
        for channels in [12, 3] {
            let norm = norm(channels)
            let expected = norm(layer(x, in: context).reshaped([4 * 12 / channels, channels]), in: context)
            let folded = FoldedLayer(layer, followedBy: norm)
            let plain = Linear(
                weight: Tensor(folded.weight, shape: folded.weightShape, on: backend),
                bias: Tensor(folded.bias, shape: [12], on: backend))
            expectClose(plain(x, in: context).values, expected.values, absolute: 5e-6)
        }
    }
}
