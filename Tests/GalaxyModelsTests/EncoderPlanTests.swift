import Astronomy
import Computing
import GalaxyModels
import NeuralNetworks
import Photometry
import Tensors
import TestSupport
import Testing

@Suite("Frozen encoder")
struct EncoderPlanTests {
    /// A small network whose running statistics are not those of a fresh one.
    private func network(_ configuration: GalaxyModelConfiguration, on backend: CPUBackend) -> GalaxyVAE {
        var generator = CounterGenerator(seed: 4)
        let network = GalaxyVAE(configuration, using: &generator, on: backend)
        for parameter in network.allParameters.map(\.value) where parameter.role == .statistic {
            let values = (0..<parameter.value.count).map { _ in Float(0.5 + generator.uniform()) }
            parameter.replace(with: Tensor(values, shape: parameter.shape, on: backend))
        }
        return network
    }

    private func configurations() -> [GalaxyModelConfiguration] {
        var direct = GalaxyModelConfiguration.standard()
        direct.imageFeatures = 0
        var six = GalaxyModelConfiguration.standard(bands: Band.sixBands)
        six.channels = [16, 32]
        return [.standard(), .paper(), direct, six]
    }

    @Test("The plan gives the network's latents, on every instruction set", arguments: 0..<4)
    func equality(number: Int) {
        let configuration = configurations()[number]
        let backend = CPUBackend(threads: 1)
        let network = network(configuration, on: backend)
        var generator = CounterGenerator(seed: 9)
        let count = configuration.inputSize * configuration.inputSize * configuration.bands.count
        let images = (0..<3 * count).map { _ in Float(generator.normal()) }
        let features = (0..<3 * configuration.photometricFeatureCount).map { _ in Float(generator.normal()) }
        let latents = network.encoder(
            Tensor(
                images,
                shape: [3, configuration.inputSize, configuration.inputSize, configuration.bands.count],
                on: backend),
            features: Tensor(features, shape: [3, configuration.photometricFeatureCount], on: backend),
            in: ForwardContext(.inference, on: backend))
        let means = latents.mean.values
        let logVariances = latents.logVariance.values
        let width = configuration.latents.count
        for level in InstructionSet.available {
            let plan = EncoderPlan(network.encoder, configuration: configuration, instructionSet: level)
            #expect(plan.latentCount == width)
            var workspace = EncoderPlan.Workspace(for: plan)
            for galaxy in 0..<3 {
                var output = [Float](repeating: .nan, count: 2 * width)
                var span = output.mutableSpan
                plan.encode(
                    images[galaxy * count..<(galaxy + 1) * count].span,
                    features: Array(
                        features.dropFirst(galaxy * configuration.photometricFeatureCount).prefix(
                            configuration.photometricFeatureCount)), workspace: &workspace, into: &span)
                let expected =
                    means[galaxy * width..<(galaxy + 1) * width]
                    + logVariances[galaxy * width..<(galaxy + 1) * width]
                expectClose(output, Array(expected), absolute: 2e-5, relative: 2e-5, "\(level)")
            }
        }
    }

    @Test("Stored bytes give the bits of pixels in memory, alone or with others", arguments: 0..<4)
    func company(number: Int) throws {
        let configuration = configurations()[number]
        let network = network(configuration, on: CPUBackend(threads: 1))
        let bands = configuration.bands.count
        let features = configuration.photometricFeatureCount
        let constants = ModelConstants(
            meanMaxima: configuration.scaling == .tanhAsinh ? Array(repeating: 2, count: bands) : nil,
            featureMeans: Array(repeating: 0.5, count: features),
            featureDeviations: Array(repeating: 2, count: features),
            targetScales: configuration.supervisedLatents.map { _ in
                TargetScale(transform: .identity, mean: 0, deviation: 1)
            })
        let model = GalaxyModel(network.encoder, configuration: configuration, constants: constants)
        let side = configuration.imageSize
        var generator = CounterGenerator(seed: 3)
        let images = (0..<GalaxyModel.batch).map { _ in
            (0..<bands * side * side).map { _ in Float(generator.normal(mean: 0.1, sigma: 0.3)) }
        }
        var workspace = GalaxyModel.Workspace(for: model)
        let alone = images.map { model.estimate($0, reddening: 0.1, workspace: &workspace) }
        for count in 1...GalaxyModel.batch {
            var cutouts: [PreparedInput] = []
            for slot in 0..<count {
                let bytes = images[slot].map(\.bitPattern.bigEndian)
                bytes.withUnsafeBytes { bytes in
                    cutouts.append(
                        model.load(
                            bigEndian: bytes.bytes, reddening: 0.1, slot: slot, workspace: &workspace))
                }
            }
            let together = model.estimates(cutouts, workspace: &workspace)
            #expect(together.map(\.latents) == alone[..<count].map(\.latents))
            #expect(together.map(\.latentSigmas) == alone[..<count].map(\.latentSigmas))
            #expect(together.allSatisfy { $0.latents.allSatisfy(\.isFinite) })
        }
    }
}

extension Band {
    /// Rubin's bands, with made-up extinction.
    fileprivate static let sixBands = ["u", "g", "r", "i", "z", "y"].map {
        Band(name: $0, extinctionCoefficient: 2)
    }
}
