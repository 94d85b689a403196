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
    private let supervised: SupervisedLatents

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
        supervised = SupervisedLatents(configuration, constants)
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
            preparation = ModelInputPreparation.Workspace(
                for: model.preparation, arrangement: model.plan.inputFrame.arrangement)
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

    /// Galaxies whose latents are best asked for together.
    public static let batch = EncoderPlan.batch

    /// Reads a cutout on the model's grid as it stands in a FITS file, and passes it through the convolutions.
    ///
    /// - Parameters:
    ///   - pixels: Surface brightness, nanomaggies per native pixel, big-endian float32 `[band, y, x]`.
    ///   - reddening: Galactic E(B-V), magnitudes; 0 when `nil`.
    ///   - slot: The galaxy's place in the workspace, below `batch`, until `estimates` is called.
    ///   - isFollowed: Whether the next cutout lies behind this one in memory: its pixels come into the cache
    ///     meanwhile.
    ///   - workspace: Memory of this thread.
    /// - Returns: Sky, gaps and flags of the cutout.
    public func load(
        bigEndian pixels: RawSpan, reddening: Double?, slot: Int, isFollowed: Bool = false,
        workspace: inout Workspace
    ) -> PreparedInput {
        let (features, cutout) = workspace.plan.withInput { image in
            preparation.prepare(
                bigEndian: pixels, reddening: reddening, workspace: &workspace.preparation,
                frame: plan.inputFrame, into: &image)
        }
        let ahead = pixels.withUnsafeBytes { isFollowed ? $0.following : .nothing }
        convolve(features, slot: slot, ahead: ahead, workspace: &workspace)
        return cutout
    }

    /// Passes a cutout on the model's grid through the convolutions.
    ///
    /// - Parameters:
    ///   - pixels: Surface brightness, nanomaggies per native pixel, `[band, y, x]`.
    ///   - sky: Level and noise where known; measured from the border otherwise.
    ///   - reddening: Galactic E(B-V), magnitudes; 0 when `nil`.
    ///   - slot: The galaxy's place in the workspace, below `batch`, until `estimates` is called.
    ///   - workspace: Memory of this thread.
    /// - Returns: Sky, gaps and flags of the cutout.
    public func load(
        _ pixels: [Float], sky: SkyStatistics? = nil, reddening: Double?, slot: Int,
        workspace: inout Workspace
    ) -> PreparedInput {
        let (features, cutout) = workspace.plan.withInput { image in
            preparation.prepare(
                pixels, sky: sky, reddening: reddening, workspace: &workspace.preparation,
                frame: plan.inputFrame, into: &image)
        }
        convolve(features, slot: slot, workspace: &workspace)
        return cutout
    }

    private func convolve(
        _ features: [Float], slot: Int,
        ahead: UnsafeRawBufferPointer = .nothing,
        workspace: inout Workspace
    ) {
        plan.convolve(
            slot, features: ModelInputPreparation.standardised(features, by: constants), ahead: ahead,
            workspace: &workspace.plan)
    }

    /// The latents of the galaxies that were loaded into the first slots.
    ///
    /// - Parameter cutouts: What loading them gave, in the order of the slots; at most `batch`.
    public func estimates(_ cutouts: [PreparedInput], workspace: inout Workspace) -> [Estimate] {
        let count = plan.latentCount
        var output = [Float](repeating: 0, count: 2 * count * cutouts.count)
        var span = output.mutableSpan
        plan.finish(cutouts.count, workspace: &workspace.plan, into: &span)
        return cutouts.enumerated().map { slot, cutout in
            let numbers = output[2 * count * slot..<2 * count * (slot + 1)]
            return Estimate(
                latents: Array(numbers.prefix(count)), latentSigmas: numbers.suffix(count).map(Self.sigma),
                cutout: cutout)
        }
    }

    /// The standard deviation behind a learned logarithm of the variance.
    private static func sigma(_ logVariance: Float) -> Float {
        let range = LikelihoodObjective.logVarianceRange
        return (max(range.lowerBound, min(range.upperBound, logVariance)) / 2).exponential
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
        let cutout = load(pixels, sky: sky, reddening: reddening, slot: 0, workspace: &workspace)
        return estimates([cutout], workspace: &workspace)[0]
    }

    /// The latents of a scaled image `[H, W, bands]` with its standardised features.
    public func estimate(
        _ image: [Float], features: [Float], cutout: PreparedInput, workspace: inout Workspace
    ) -> Estimate {
        plan.place(image.span, workspace: &workspace.plan)
        plan.convolve(0, features: features, workspace: &workspace.plan)
        return estimates([cutout], workspace: &workspace)[0]
    }

    /// Catalogue quantities behind the latents of a galaxy.
    public func properties(_ estimate: Estimate) -> GalaxyProperties {
        GalaxyProperties(estimate, supervised)
    }
}
