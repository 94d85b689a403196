public import Computing
public import Photometry

/// A trained model, ready to estimate: frozen encoder, constants, nothing that changes.
public struct GalaxyModel: Sendable {
    /// Shape and inputs.
    public let configuration: GalaxyModelConfiguration
    /// Numbers from the training rows.
    public let constants: ModelConstants
    /// From cutouts to network inputs.
    public let preparation: ModelInputPreparation
    private let plan: EncoderPlan

    /// A model with the weights that an encoder has now.
    public init(
        _ encoder: GalaxyEncoder, configuration: GalaxyModelConfiguration, constants: ModelConstants,
        instructionSet: InstructionSet = .detected
    ) {
        if let fault = configuration.fault ?? constants.fault(for: configuration) {
            preconditionFailure("GalaxyModel: \(fault)")
        }
        self.configuration = configuration
        self.constants = constants
        preparation = ModelInputPreparation(
            configuration, meanMaxima: constants.meanMaxima, instructionSet: instructionSet)
        plan = EncoderPlan(encoder, configuration: configuration, instructionSet: instructionSet)
    }

    /// Memory of one thread.
    public struct Workspace: Sendable {
        fileprivate var preparation: ModelInputPreparation.Workspace
        fileprivate var plan: EncoderPlan.Workspace

        /// Memory for a model.
        public init(for model: GalaxyModel) {
            preparation = ModelInputPreparation.Workspace(for: model.preparation)
            plan = EncoderPlan.Workspace(for: model.plan)
        }
    }

    /// What the model says of one galaxy.
    public struct Estimate: Sendable, Equatable {
        /// Means of the latents.
        public var latents: [Float]
        /// Their standard deviations.
        public var latentSigmas: [Float]
        /// Sky, gaps and flags of the cutout.
        public var cutout: PreparedInput
    }

    /// The latents of a cutout on the model's grid.
    ///
    /// - Parameters:
    ///   - pixels: Surface brightness, nanomaggies per native pixel, `[band, y, x]`.
    ///   - sky: Level and noise where known; measured from the border otherwise.
    ///   - reddening: Galactic E(B-V), magnitudes; 0 when `nil`.
    ///   - workspace: Memory of this thread.
    public func estimate(
        _ pixels: [Float], sky: SkyStatistics? = nil, reddening: Double?, workspace: inout Workspace
    ) -> Estimate {
        let input = preparation.prepare(
            pixels, sky: sky, reddening: reddening, workspace: &workspace.preparation)
        return estimate(input, workspace: &workspace)
    }

    /// The latents of a prepared cutout.
    public func estimate(_ input: ModelInput, workspace: inout Workspace) -> Estimate {
        let features = ModelInputPreparation.standardised(input.features, by: constants)
        let count = plan.latentCount
        var output = [Float](repeating: 0, count: 2 * count)
        var span = output.mutableSpan
        plan.encode(input.image.span, features: features, workspace: &workspace.plan, into: &span)
        let range = LikelihoodObjective.logVarianceRange
        let sigmas = output[count...].map { logVariance in
            (max(range.lowerBound, min(range.upperBound, logVariance)) / 2).exponential
        }
        return Estimate(latents: Array(output[..<count]), latentSigmas: sigmas, cutout: input.cutout)
    }

    /// Catalogue quantities behind the latents of a galaxy.
    public func properties(_ estimate: Estimate) -> GalaxyProperties {
        GalaxyProperties(estimate, configuration: configuration, constants: constants)
    }
}
