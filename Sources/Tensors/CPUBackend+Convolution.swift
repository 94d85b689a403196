internal import CKernels
internal import Computing

// Convolutions through patches and BLAS, an image at a time and a few rows of windows at once, so that the
// patches stay in the cache.
extension CPUBackend {
    /// Floats of patches at once: 256 KB.
    private static let patchFloats = 65_536
    /// Images whose weight gradients are summed before chunks are joined.
    private static let imagesPerSum = 8

    /// Cross-correlation of images with weights.
    public func convolution(
        _ x: any TensorStorage, _ weight: any TensorStorage, _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let (x, weight) = (x.onCPU, weight.onCPU)
        let plan = PatchPlan(geometry, floats: Self.patchFloats)
        let result = make(geometry.outputShape.reduce(1, *))
        let patches = Workspaces(count: loop.threads, floats: plan.floats, pool: pool)
        forEachChunk(geometry.images, chunk: 1) { range, worker in
            for image in range {
                plan.forEachStrip { first, last, windows in
                    plan.gather(x.pointer + image * plan.imageFloats, first, last, patches[worker])
                    Self.multiply(
                        patches[worker], false, plan.window, weight.pointer, true, plan.window,
                        result.pointer + image * plan.resultFloats + first * plan.resultRow,
                        geometry.outputChannels, windows, geometry.outputChannels, plan.window,
                        accumulating: false)
                }
            }
        }
        return result
    }

    /// The adjoint of `convolution` in its images: a transposed convolution.
    public func convolutionInputGradient(
        _ gradient: any TensorStorage, _ weight: any TensorStorage, _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let (gradient, weight) = (gradient.onCPU, weight.onCPU)
        let plan = PatchPlan(geometry, floats: Self.patchFloats)
        let result = make(geometry.inputShape.reduce(1, *))
        let patches = Workspaces(count: loop.threads, floats: plan.floats, pool: pool)
        forEachChunk(geometry.images, chunk: 1) { range, worker in
            for image in range {
                let output = result.pointer + image * plan.imageFloats
                output.update(repeating: 0, count: plan.imageFloats)
                plan.forEachStrip { first, last, windows in
                    Self.multiply(
                        gradient.pointer + image * plan.resultFloats + first * plan.resultRow, false,
                        geometry.outputChannels, weight.pointer, false, plan.window, patches[worker],
                        plan.window, windows, plan.window, geometry.outputChannels, accumulating: false)
                    plan.scatter(patches[worker], first, last, output)
                }
            }
        }
        return result
    }

    /// The adjoint of `convolution` in its weights.
    public func convolutionWeightGradient(
        _ x: any TensorStorage, _ gradient: any TensorStorage, _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let (x, gradient) = (x.onCPU, gradient.onCPU)
        let plan = PatchPlan(geometry, floats: Self.patchFloats)
        let count = geometry.weightShape.reduce(1, *)
        let parts = (geometry.images + Self.imagesPerSum - 1) / Self.imagesPerSum
        let partial = (0..<parts).map { _ in make(count) }
        let patches = Workspaces(count: loop.threads, floats: plan.floats, pool: pool)
        forEachChunk(geometry.images, chunk: Self.imagesPerSum) { range, worker in
            let sum = partial[range.lowerBound / Self.imagesPerSum].pointer
            sum.update(repeating: 0, count: count)
            for image in range {
                plan.forEachStrip { first, last, windows in
                    plan.gather(x.pointer + image * plan.imageFloats, first, last, patches[worker])
                    Self.multiply(
                        gradient.pointer + image * plan.resultFloats + first * plan.resultRow, true,
                        geometry.outputChannels, patches[worker], false, plan.window, sum, plan.window,
                        geometry.outputChannels, plan.window, windows, accumulating: true)
                }
            }
        }
        return joined(partial, count: count)
    }

    /// The sum of partial results in their order, in double precision.
    func joined(_ partial: [CPUStorage], count: Int) -> CPUStorage {
        let result = make(count)
        forEachChunk(count, chunk: 4096) { range, _ in
            for index in range {
                var total = 0.0
                for part in partial { total += Double(part.pointer[index]) }
                result.pointer[index] = Float(total)
            }
        }
        return result
    }
}

/// How the windows of an image are laid out as patches, strip by strip.
private struct PatchPlan: Sendable {
    /// Floats of a window.
    let window: Int
    /// Floats of an image, of a result and of one row of a result.
    let imageFloats: Int
    let resultFloats: Int
    let resultRow: Int
    /// Rows of windows in a strip.
    private let rows: Int
    private let geometry: galatea_patch_geometry

    init(_ geometry: ConvolutionGeometry, floats: Int) {
        let output = geometry.outputSize
        window = geometry.kernelSize.count * geometry.inputChannels
        imageFloats = geometry.inputSize.count * geometry.inputChannels
        resultRow = output.width * geometry.outputChannels
        resultFloats = output.height * resultRow
        rows = max(1, min(output.height, floats / max(1, window * output.width)))
        self.geometry = galatea_patch_geometry(
            height: geometry.inputSize.height, width: geometry.inputSize.width,
            channels: geometry.inputChannels, kernel_height: geometry.kernelSize.height,
            kernel_width: geometry.kernelSize.width, vertical_stride: geometry.stride.height,
            horizontal_stride: geometry.stride.width, vertical_padding: geometry.padding.height,
            horizontal_padding: geometry.padding.width, output_height: output.height,
            output_width: output.width)
    }

    /// Floats of a strip's patches.
    var floats: Int { rows * geometry.output_width * window }

    /// Calls `body` for each strip: its rows of windows and how many windows they hold.
    func forEachStrip(_ body: (_ first: Int, _ last: Int, _ windows: Int) -> Void) {
        for first in stride(from: 0, to: geometry.output_height, by: rows) {
            let last = min(first + rows, geometry.output_height)
            body(first, last, (last - first) * geometry.output_width)
        }
    }

    /// The windows of a strip as rows of `patches`.
    func gather(
        _ image: UnsafePointer<Float>, _ first: Int, _ last: Int, _ patches: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: geometry) { galatea_gather_patches(image, $0, first, last, patches) }
    }

    /// Adds the windows of a strip back to the image.
    func scatter(
        _ patches: UnsafePointer<Float>, _ first: Int, _ last: Int, _ image: UnsafeMutablePointer<Float>
    ) {
        withUnsafePointer(to: geometry) { galatea_scatter_patches(patches, $0, first, last, image) }
    }
}
