public import Computing
internal import NeuralNetworks

/// An encoder frozen for inference: batch norms folded, our own kernels in a fixed order, no tensors.
///
/// The only form of a network that other threads see. Images pass the convolutions one at a time and the dense
/// layers a few together, which read their weights once for all of them. One galaxy's latents have the same bits
/// in any company, on any number of threads.
public struct EncoderPlan: Sendable {
    private let convolutions: [FrozenConvolution]
    private let imageHead: FrozenLinear?
    private let jointHead: FrozenLinear?
    private let latentHead: FrozenLinear
    /// Instruction set of the kernels.
    public let instructionSet: InstructionSet
    /// Numbers that leave the convolutions.
    private let mapCount: Int
    /// Multiply-adds of all convolutions for one galaxy.
    public let productCount: Int

    /// Galaxies that pass the dense layers together, at most.
    public static let batch = 16

    /// Number of latents.
    public var latentCount: Int { latentHead.outputCount / 2 }
    /// Numbers of photometric features.
    public var featureCount: Int {
        jointHead.map { $0.inputCount - (imageHead?.outputCount ?? mapCount) } ?? 0
    }
    /// Where an image stands in the workspace's input.
    let inputFrame: ImageFrame
    /// Numbers of an image.
    private let imageCount: Int

    /// Freezes an encoder with its weights as they are now.
    public init(
        _ encoder: GalaxyEncoder, configuration: GalaxyModelConfiguration,
        instructionSet: InstructionSet = .detected
    ) {
        convolutions = FrozenConvolution.chain(
            zip(encoder.convolutions, encoder.norms).map { ($0, $1) }, height: configuration.inputSize,
            width: configuration.inputSize, instructionSet: instructionSet)
        imageHead = encoder.imageHead.map { FrozenLinear($0, isRectified: true) }
        jointHead = encoder.jointHead.map { FrozenLinear($0, isRectified: true) }
        latentHead = FrozenLinear(encoder.latentHead, isRectified: false)
        self.instructionSet = instructionSet
        guard let first = convolutions.first, let last = convolutions.last else {
            preconditionFailure("EncoderPlan: an encoder has at least one convolution")
        }
        imageCount = configuration.inputSize * configuration.inputSize * configuration.bands.count
        inputFrame = first.inputFrame
        mapCount = last.outputCount
        productCount = convolutions.reduce(0) { $0 + $1.productCount }
    }

    /// Memory of one thread.
    public struct Workspace: Sendable {
        /// The input of each convolution in its frame of zeros; then the maps of `batch` galaxies.
        fileprivate var images: [AlignedArray<Float>]
        /// Standardised features of `batch` galaxies.
        fileprivate var features: [Float]
        /// What the image head makes of the maps, and what the joint head reads and makes.
        fileprivate var imageOutput, jointInput, jointOutput: AlignedArray<Float>
        fileprivate var scratch: AlignedArray<Float>

        /// Memory for a plan.
        public init(for plan: EncoderPlan) {
            images = plan.convolutions.map { AlignedArray<Float>(repeating: 0, count: $0.inputFrame.count) }
            images.append(AlignedArray<Float>(repeating: 0, count: EncoderPlan.batch * plan.mapCount))
            features = Array(repeating: 0, count: EncoderPlan.batch * plan.featureCount)
            imageOutput = AlignedArray<Float>(
                repeating: 0, count: EncoderPlan.batch * (plan.imageHead?.outputCount ?? 0))
            jointInput = AlignedArray<Float>(
                repeating: 0, count: EncoderPlan.batch * (plan.jointHead?.inputCount ?? 0))
            jointOutput = AlignedArray<Float>(
                repeating: 0, count: EncoderPlan.batch * (plan.jointHead?.outputCount ?? 0))
            scratch = AlignedArray<Float>(
                repeating: 0, count: plan.convolutions.reduce(1) { max($0, $1.workspaceCount) })
        }

        /// Hands out the array of the first layer's input, to be written within the plan's `inputFrame`.
        mutating func withInput<Result>(_ body: (inout MutableSpan<Float>) -> Result) -> Result {
            images[0].withMutableSpan(body)
        }
    }

    /// Passes the image in the workspace's input through the convolutions.
    ///
    /// - Parameters:
    ///   - slot: The galaxy's place among those that pass the dense layers together, below `batch`.
    ///   - features: Standardised photometric features; empty without a joint head.
    ///   - ahead: Memory that the next galaxy is likely to come from, brought into the cache meanwhile; never read.
    func convolve(
        _ slot: Int, features: [Float],
        ahead: UnsafeRawBufferPointer = .nothing,
        workspace: inout Workspace
    ) {
        precondition((0..<Self.batch).contains(slot), "EncoderPlan: slot \(slot) of \(Self.batch)")
        precondition(
            features.count == featureCount,
            "EncoderPlan: \(features.count) features, expected \(featureCount)")
        for (index, value) in features.enumerated() {
            workspace.features[slot * featureCount + index] = value
        }
        var done = 0
        for (index, convolution) in convolutions.enumerated() {
            // As much of what lies ahead as the layer is of the work.
            let part = UnsafeRawBufferPointer(
                rebasing: ahead[
                    ahead.count * done / productCount..<ahead.count * (done + convolution.productCount)
                        / productCount])
            done += convolution.productCount
            let frame =
                index + 1 < convolutions.count
                ? convolutions[index + 1].inputFrame
                : ImageFrame(
                    first: slot * mapCount, row: convolution.outputRow, count: Self.batch * mapCount)
            let source = workspace.images[index]
            source.withSpan { source in
                workspace.images[index + 1].withMutableSpan { target in
                    workspace.scratch.withMutableSpan { scratch in
                        convolution(
                            source, into: &target, frame: frame, ahead: part, workspace: &scratch)
                    }
                }
            }
        }
    }

    /// Passes the galaxies in the first `count` slots through the dense layers.
    ///
    /// - Parameter output: Receives `count` times `2 * latentCount` floats: means, then logarithms of variances.
    func finish(_ count: Int, workspace: inout Workspace, into output: inout MutableSpan<Float>) {
        precondition((1...Self.batch).contains(count), "EncoderPlan: \(count) galaxies of \(Self.batch)")
        var (source, width) = (workspace.images[convolutions.count], mapCount)
        if let imageHead {
            workspace.imageOutput.withMutableSpan { apply(imageHead, to: source, count, into: &$0) }
            (source, width) = (workspace.imageOutput, imageHead.outputCount)
        }
        if let jointHead {
            workspace.jointInput.withMutableSpan { input in
                for galaxy in 0..<count {
                    let start = galaxy * jointHead.inputCount
                    for index in 0..<width { input[start + index] = source[galaxy * width + index] }
                    for index in 0..<featureCount {
                        input[start + width + index] = workspace.features[galaxy * featureCount + index]
                    }
                }
            }
            let input = workspace.jointInput
            workspace.jointOutput.withMutableSpan { apply(jointHead, to: input, count, into: &$0) }
            source = workspace.jointOutput
        }
        apply(latentHead, to: source, count, into: &output)
    }

    /// Passes the first rows of an array through a layer.
    private func apply(
        _ layer: FrozenLinear, to rows: AlignedArray<Float>, _ count: Int,
        into output: inout MutableSpan<Float>
    ) {
        rows.withSpan {
            layer(
                $0.extracting(0..<count * layer.inputCount), into: &output, instructionSet: instructionSet)
        }
    }

    /// Latents of several galaxies.
    ///
    /// - Parameters:
    ///   - images: Scaled cutouts, `[N, H, W, bands]`.
    ///   - features: Standardised photometric features, `[N, features]`.
    ///   - workspace: Memory of this thread.
    ///   - output: Receives `[N, 2 * latentCount]` floats: means, then logarithms of variances.
    public func encode(
        batch images: Span<Float>, features: Span<Float>, workspace: inout Workspace,
        into output: inout MutableSpan<Float>
    ) {
        let count = images.count / imageCount
        let width = 2 * latentCount
        precondition(
            images.count == count * imageCount && features.count == count * featureCount
                && output.count == count * width,
            "EncoderPlan: \(images.count) pixels, \(features.count) features, room for \(output.count)")
        var few = [Float](repeating: 0, count: Self.batch * width)
        for start in stride(from: 0, to: count, by: Self.batch) {
            let part = start..<min(count, start + Self.batch)
            for index in part {
                let image = images.extracting(index * imageCount..<(index + 1) * imageCount)
                place(image, workspace: &workspace)
                convolve(
                    index - start,
                    features: (0..<featureCount).map { features[index * featureCount + $0] },
                    ahead: image.withUnsafeBytes(\.following), workspace: &workspace)
            }
            var span = few.mutableSpan
            finish(part.count, workspace: &workspace, into: &span)
            for index in 0..<part.count * width { output[start * width + index] = few[index] }
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
        place(image, workspace: &workspace)
        convolve(0, features: features, workspace: &workspace)
        finish(1, workspace: &workspace, into: &output)
    }

    /// Copies an image `[H, W, bands]` into the workspace's input.
    func place(_ image: Span<Float>, workspace: inout Workspace) {
        precondition(image.count == imageCount, "EncoderPlan: \(image.count) pixels, expected \(imageCount)")
        workspace.withInput { convolutions[0].place(image, into: &$0) }
    }
}

extension UnsafeRawBufferPointer {
    /// No memory.
    static var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }

    /// As much memory again, behind this: where the next of many equal things lies. An address only.
    var following: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: baseAddress.map { $0 + count }, count: baseAddress == nil ? 0 : count)
    }
}
