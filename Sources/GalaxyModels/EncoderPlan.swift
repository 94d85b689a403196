public import Computing
internal import NeuralNetworks

/// An encoder frozen for inference: batch norms folded, our own kernels in a fixed order, no tensors.
///
/// The only form of a network that other threads see. One galaxy's latents have the same bits in any batch,
/// on any number of threads.
public struct EncoderPlan: Sendable {
    private let convolutions: [FrozenConvolution]
    private let imageHead: FrozenLinear?
    private let jointHead: FrozenLinear?
    private let latentHead: FrozenLinear
    /// Instruction set of the kernels.
    public let instructionSet: InstructionSet

    /// Number of latents.
    public var latentCount: Int { latentHead.outputCount / 2 }

    /// Freezes an encoder with its weights as they are now.
    public init(
        _ encoder: GalaxyEncoder, configuration: GalaxyModelConfiguration,
        instructionSet: InstructionSet = .detected
    ) {
        let sizes = configuration.mapSizes
        convolutions = zip(encoder.convolutions, encoder.norms).enumerated().map { index, layers in
            FrozenConvolution(
                layers.0, followedBy: layers.1, height: sizes[index], width: sizes[index], isRectified: true)
        }
        imageHead = encoder.imageHead.map { FrozenLinear($0, isRectified: true) }
        jointHead = encoder.jointHead.map { FrozenLinear($0, isRectified: true) }
        latentHead = FrozenLinear(encoder.latentHead, isRectified: false)
        self.instructionSet = instructionSet
    }

    /// Memory of one thread.
    public struct Workspace: Sendable {
        fileprivate var first: [Float]
        fileprivate var second: [Float]
        fileprivate var scratch: [Float]

        /// Memory for a plan.
        public init(for plan: EncoderPlan) {
            let dense =
                [plan.imageHead?.outputCount, plan.jointHead?.inputCount, plan.jointHead?.outputCount]
                .compactMap { $0 }.max() ?? 1
            let largest = plan.convolutions.reduce(dense) { max($0, $1.outputCount) }
            first = Array(repeating: 0, count: largest)
            second = first
            scratch = Array(repeating: 0, count: plan.convolutions.reduce(1) { max($0, $1.workspaceCount) })
        }
    }

    /// Latents of one galaxy.
    ///
    /// - Parameters:
    ///   - image: Scaled cutout, `[H, W, bands]`.
    ///   - features: Standardised photometric features; empty without a joint head.
    ///   - workspace: Memory of this thread.
    ///   - output: Receives `2 * latentCount` floats: means, then logarithms of variances.
    public func encode(
        _ image: Span<Float>, features: [Float], workspace: inout Workspace,
        into output: inout MutableSpan<Float>
    ) {
        // Locals, so that layers read one and write another; the arrays move, nothing is copied.
        var source = Self.take(&workspace.first)
        var target = Self.take(&workspace.second)
        var scratch = Self.take(&workspace.scratch)
        for (index, convolution) in convolutions.enumerated() {
            var result = target.mutableSpan
            var memory = scratch.mutableSpan
            if index == 0 {
                convolution(image, into: &result, workspace: &memory, instructionSet: instructionSet)
            } else {
                convolution(
                    source.span.extracting(0..<convolution.inputCount), into: &result, workspace: &memory,
                    instructionSet: instructionSet)
            }
            swap(&source, &target)
        }
        var width = convolutions.last?.outputCount ?? image.count
        if let imageHead {
            apply(imageHead, to: &source, width: width, target: &target)
            width = imageHead.outputCount
        }
        if let jointHead {
            precondition(
                features.count + width == jointHead.inputCount,
                "EncoderPlan: \(features.count) features, expected \(jointHead.inputCount - width)")
            for index in features.indices { source[width + index] = features[index] }
            apply(jointHead, to: &source, width: jointHead.inputCount, target: &target)
            width = jointHead.outputCount
        }
        latentHead(source.span.extracting(0..<width), into: &output, instructionSet: instructionSet)
        (workspace.first, workspace.second, workspace.scratch) = (source, target, scratch)
    }

    /// Applies a dense layer; afterwards `source` holds its output.
    private func apply(_ layer: FrozenLinear, to source: inout [Float], width: Int, target: inout [Float]) {
        var result = target.mutableSpan
        layer(source.span.extracting(0..<width), into: &result, instructionSet: instructionSet)
        swap(&source, &target)
    }

    /// Moves an array out, leaving an empty one.
    private static func take(_ array: inout [Float]) -> [Float] {
        var taken: [Float] = []
        swap(&taken, &array)
        return taken
    }
}
