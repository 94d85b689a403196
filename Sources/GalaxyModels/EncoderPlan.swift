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

    /// Galaxies that pass the dense layers together, at most.
    public static let batch = 4

    /// Number of latents.
    public var latentCount: Int { latentHead.outputCount / 2 }
    /// Numbers of photometric features.
    public var featureCount: Int {
        jointHead.map { $0.inputCount - (imageHead?.outputCount ?? mapCount) } ?? 0
    }
    /// Where an image stands in the workspace's input.
    let inputFrame: ImageFrame
    /// Numbers of a row of an image.
    private let inputRow: Int
    /// Numbers of an image.
    private let imageCount: Int

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
        guard let first = convolutions.first, let last = convolutions.last else {
            preconditionFailure("EncoderPlan: an encoder has at least one convolution")
        }
        inputRow = configuration.inputSize * configuration.bands.count
        imageCount = configuration.inputSize * inputRow
        inputFrame = first.inputFrame
        mapCount = last.outputCount
    }

    /// Memory of one thread.
    public struct Workspace: Sendable {
        /// The input of each convolution in its frame of zeros; then the maps of `batch` galaxies.
        fileprivate var images: [[Float]]
        /// Standardised features of `batch` galaxies.
        fileprivate var features: [Float]
        fileprivate var first: [Float]
        fileprivate var second: [Float]
        fileprivate var scratch: [Float]

        /// Memory for a plan.
        public init(for plan: EncoderPlan) {
            let zeros = { (count: Int) in Array(repeating: Float(0), count: count) }
            images = plan.convolutions.map { zeros($0.inputFrame.count) }
            images.append(zeros(EncoderPlan.batch * plan.mapCount))
            features = zeros(EncoderPlan.batch * plan.featureCount)
            let dense =
                [plan.imageHead?.outputCount, plan.jointHead?.inputCount, plan.jointHead?.outputCount]
                .compactMap { $0 }.max() ?? 1
            first = zeros(EncoderPlan.batch * dense)
            second = first
            scratch = zeros(plan.convolutions.reduce(1) { max($0, $1.workspaceCount) })
        }

        /// Hands out the array of the first layer's input, to be written within the plan's `inputFrame`.
        mutating func withInput<Result>(_ body: (inout MutableSpan<Float>) -> Result) -> Result {
            var span = images[0].mutableSpan
            return body(&span)
        }
    }

    /// Passes the image in the workspace's input through the convolutions.
    ///
    /// - Parameters:
    ///   - slot: The galaxy's place among those that pass the dense layers together, below `batch`.
    ///   - features: Standardised photometric features; empty without a joint head.
    func convolve(_ slot: Int, features: [Float], workspace: inout Workspace) {
        precondition((0..<Self.batch).contains(slot), "EncoderPlan: slot \(slot) of \(Self.batch)")
        precondition(
            features.count == featureCount,
            "EncoderPlan: \(features.count) features, expected \(featureCount)")
        for (index, value) in features.enumerated() {
            workspace.features[slot * featureCount + index] = value
        }
        // Taken out, so that a layer reads one and writes the next; the arrays move, nothing is copied.
        var source = Self.take(&workspace.images[0])
        for (index, convolution) in convolutions.enumerated() {
            var target = Self.take(&workspace.images[index + 1])
            let frame =
                index + 1 < convolutions.count
                ? convolutions[index + 1].inputFrame
                : ImageFrame(first: slot * mapCount, row: convolution.outputRow, count: target.count)
            var result = target.mutableSpan
            var memory = workspace.scratch.mutableSpan
            convolution(
                source.span, into: &result, frame: frame, workspace: &memory, instructionSet: instructionSet)
            workspace.images[index] = source
            source = target
        }
        workspace.images[convolutions.count] = source
    }

    /// Passes the galaxies in the first `count` slots through the dense layers.
    ///
    /// - Parameter output: Receives `count` times `2 * latentCount` floats: means, then logarithms of variances.
    func finish(_ count: Int, workspace: inout Workspace, into output: inout MutableSpan<Float>) {
        precondition((1...Self.batch).contains(count), "EncoderPlan: \(count) galaxies of \(Self.batch)")
        let maps = Self.take(&workspace.images[convolutions.count])
        var source = Self.take(&workspace.first)
        var target = Self.take(&workspace.second)
        var width = mapCount
        if let imageHead {
            var result = target.mutableSpan
            imageHead(
                maps.span.extracting(0..<count * width), into: &result, instructionSet: instructionSet)
            width = imageHead.outputCount
            swap(&source, &target)
        }
        if let jointHead {
            for galaxy in 0..<count {
                for index in 0..<width {
                    target[galaxy * jointHead.inputCount + index] =
                        imageHead == nil ? maps[galaxy * width + index] : source[galaxy * width + index]
                }
                for index in 0..<featureCount {
                    target[galaxy * jointHead.inputCount + width + index] =
                        workspace.features[galaxy * featureCount + index]
                }
            }
            var result = source.mutableSpan
            jointHead(
                target.span.extracting(0..<count * jointHead.inputCount), into: &result,
                instructionSet: instructionSet)
            width = jointHead.outputCount
        }
        let isDirect = imageHead == nil && jointHead == nil
        latentHead(
            (isDirect ? maps : source).span.extracting(0..<count * width), into: &output,
            instructionSet: instructionSet)
        (workspace.first, workspace.second) = (source, target)
        workspace.images[convolutions.count] = maps
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
                place(
                    images.extracting(index * imageCount..<(index + 1) * imageCount), workspace: &workspace)
                convolve(
                    index - start,
                    features: (0..<featureCount).map { features[index * featureCount + $0] },
                    workspace: &workspace)
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
        var target = workspace.images[0].mutableSpan
        image.withUnsafeBufferPointer { image in
            target.withUnsafeMutableBufferPointer { target in
                for y in 0..<imageCount / inputRow {
                    let start = inputFrame.first + y * inputFrame.row
                    let row = UnsafeBufferPointer(rebasing: image[y * inputRow..<(y + 1) * inputRow])
                    _ = UnsafeMutableBufferPointer(rebasing: target[start..<start + inputRow])
                        .update(from: row)
                }
            }
        }
    }

    /// Moves an array out, leaving an empty one.
    private static func take(_ array: inout [Float]) -> [Float] {
        var taken: [Float] = []
        swap(&taken, &array)
        return taken
    }
}
