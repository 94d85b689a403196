internal import CKernels
internal import Computing

extension CPUBackend {
    /// Images whose weight gradients are summed before chunks are joined.
    private static let imagesPerSum = 4

    /// Cross-correlation of images with weights.
    public func convolution(
        _ x: any TensorStorage, _ weight: any TensorStorage, bias: (any TensorStorage)?,
        _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let shape = geometry.kernel
        let packed = withUnsafePointer(to: shape) { shape -> CPUStorage in
            let packed = make(galatea_convolution_packed_count(shape))
            galatea_convolution_pack(shape, weight.onCPU.pointer, packed.pointer)
            return packed
        }
        let recipe = ConvolutionImages(
            .forward, of: images(x, geometry.inputLayout), geometry, packed: packed, bias: bias?.onCPU,
            level: level)
        return DeferredStorage(recipe, cost: .high, on: self)
    }

    /// The adjoint of `convolution` in its images: a transposed convolution.
    public func convolutionInputGradient(
        _ gradient: any TensorStorage, _ weight: any TensorStorage, bias: (any TensorStorage)?,
        _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let shape = geometry.kernel
        let packed = withUnsafePointer(to: shape) { shape -> CPUStorage in
            let packed = make(galatea_convolution_adjoint_packed_count(shape))
            galatea_convolution_adjoint_pack(shape, weight.onCPU.pointer, packed.pointer)
            return packed
        }
        let recipe = ConvolutionImages(
            .adjoint, of: images(gradient, geometry.outputLayout), geometry, packed: packed,
            bias: bias?.onCPU,
            level: level)
        return DeferredStorage(recipe, cost: .high, on: self)
    }

    /// The adjoint of `convolution` in its weights, and the sums of one side's channels.
    public func convolutionWeightGradient(
        _ x: any TensorStorage, _ gradient: any TensorStorage, _ geometry: ConvolutionGeometry,
        summing side: ConvolutionSide?
    ) -> ConvolutionWeightGradient {
        let count = geometry.weightShape.reduce(1, *)
        let channels = side.map { $0 == .images ? geometry.inputChannels : geometry.outputChannels } ?? 0
        let parts = (geometry.images + Self.imagesPerSum - 1) / Self.imagesPerSum
        let sums = DoubleBuffer(count: parts * channels)
        let loop = WeightGradientLoop(
            x: images(x, geometry.inputLayout), gradient: images(gradient, geometry.outputLayout),
            shape: geometry.kernel, side: side, level: level)
        let partial = (0..<parts).map { _ in make(loop.sumsCount) }
        if count > 0, geometry.inputLayout.image > 0 {
            let scratch = PreparedScratch(workers: self.loop.threads, floats: loop.scratchCount, pool: pool) {
                loop.prepare($0)
            }
            forEachChunk(geometry.images, chunk: Self.imagesPerSum) { range, worker in
                let part = range.lowerBound / Self.imagesPerSum
                let weights = partial[part].pointer
                weights.update(repeating: 0, count: loop.sumsCount)
                for image in range {
                    loop.add(
                        image, to: weights, channelSums: sums.pointer + part * channels,
                        scratch: scratch[worker])
                }
            }
        }
        let weight = make(count)
        weight.pointer.update(repeating: 0, count: count)
        if parts > 0 { loop.finish(joined(partial, count: loop.sumsCount), to: weight) }
        return ConvolutionWeightGradient(
            weight: weight, channelSums: side.map { _ in joined(sums, parts: parts, count: channels) })
    }

    /// The sum of partial results in their order, in double precision.
    private func joined(_ partial: [CPUStorage], count: Int) -> CPUStorage {
        let result = make(count)
        forEachChunk(count, chunk: 1024) { range, _ in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: range.count) { totals in
                totals.initialize(repeating: 0)
                for part in partial {
                    let from = part.pointer + range.lowerBound
                    for index in 0..<range.count { totals[index] += Double(from[index]) }
                }
                for index in 0..<range.count {
                    result.pointer[range.lowerBound + index] = Float(totals[index])
                }
            }
        }
        return result
    }

    /// The sums of channels over parts, in their order.
    private func joined(_ sums: DoubleBuffer, parts: Int, count: Int) -> CPUStorage {
        let result = make(count)
        for channel in 0..<count {
            var total = 0.0
            for part in 0..<parts { total += sums.pointer[part * count + channel] }
            result.pointer[channel] = Float(total)
        }
        return result
    }
}

/// The weight gradient of one image after the other.
private struct WeightGradientLoop: Sendable {
    let x: any ImageRecipe
    let gradient: any ImageRecipe
    let shape: galatea_convolution
    let side: ConvolutionSide?
    let level: galatea_level
    private let frame: galatea_frame
    private let frameCount: Int
    private let workspaceCount: Int
    /// Floats of the kernel's sums.
    let sumsCount: Int

    init(
        x: any ImageRecipe, gradient: any ImageRecipe, shape: galatea_convolution, side: ConvolutionSide?,
        level: galatea_level
    ) {
        self.x = x
        self.gradient = gradient
        self.shape = shape
        self.side = side
        self.level = level
        (frame, workspaceCount, sumsCount) = withUnsafePointer(to: shape) {
            (
                galatea_convolution_weight_sums_frame($0),
                alignedFloats(galatea_convolution_weight_sums_workspace_count($0)),
                galatea_convolution_weight_sums_count($0)
            )
        }
        frameCount = alignedFloats(frame.count)
    }

    /// The frame of x, a place for the gradient, the kernel's workspace, then what the sources need.
    var scratchCount: Int {
        frameCount + gradient.bufferCount + workspaceCount + x.scratchCount + gradient.scratchCount
    }

    func prepare(_ scratch: UnsafeMutablePointer<Float>) {
        scratch.update(repeating: 0, count: frameCount)
        let sources = scratch + frameCount + gradient.bufferCount + workspaceCount
        x.prepare(sources)
        gradient.prepare(sources + x.scratchCount)
    }

    /// Adds the products of one image, and the sums of its channels.
    func add(
        _ image: Int, to sums: UnsafeMutablePointer<Float>, channelSums: UnsafeMutablePointer<Double>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let buffer = scratch + frameCount
        let workspace = buffer + gradient.bufferCount
        let sources = workspace + workspaceCount
        x.write(image, to: scratch + frame.first, rowStep: frame.row, scratch: sources)
        let dy = gradient.image(image, buffer: buffer, scratch: sources + x.scratchCount)
        var ahead = galatea_ahead(readsFor: image + 1, of: [x, gradient])
        withUnsafePointer(to: shape) {
            galatea_convolution_weight_sums_add(level, $0, scratch, dy, sums, &ahead, workspace)
        }
        switch side {
        case .results:
            let layout = gradient.layout
            galatea_column_sums(
                level, dy, layout.size.count, layout.channels, layout.channels, channelSums)
        case .images:
            for row in 0..<x.layout.size.height {
                galatea_column_sums(
                    level, scratch + frame.first + row * frame.row, x.layout.size.width, x.layout.channels,
                    x.layout.channels, channelSums)
            }
        case nil: break
        }
    }

    /// Puts the sums into the order of the weights, adding.
    func finish(_ sums: CPUStorage, to weight: CPUStorage) {
        withUnsafePointer(to: shape) {
            galatea_convolution_weight_sums_finish($0, sums.pointer, weight.pointer)
        }
    }
}
