internal import CKernels
internal import Computing

extension CPUBackend {
    /// Images whose weight gradients are summed before chunks are joined.
    private static let imagesPerSum = 8

    /// Cross-correlation of images with weights.
    public func convolution(
        _ x: any TensorStorage, _ weight: any TensorStorage, _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let (x, shape, level) = (x.onCPU, geometry.kernel, level)
        let (input, output) = (geometry.inputFloats, geometry.outputFloats)
        let result = make(geometry.images * output)
        if result.count == 0 { return result }
        let packed = withUnsafePointer(to: shape) { shape -> CPUStorage in
            let packed = make(galatea_convolution_packed_count(shape))
            galatea_convolution_pack(shape, weight.onCPU.pointer, packed.pointer)
            return packed
        }
        let scratch = workspaces(withUnsafePointer(to: shape) { galatea_convolution_workspace_count($0) })
        forEachChunk(geometry.images, chunk: 1) { range, worker in
            withUnsafePointer(to: shape) {
                galatea_convolution_forward(
                    level, $0, range.count, x.pointer + range.lowerBound * input, packed.pointer, nil, 0,
                    result.pointer + range.lowerBound * output, scratch[worker])
            }
        }
        return result
    }

    /// The adjoint of `convolution` in its images: a transposed convolution.
    public func convolutionInputGradient(
        _ gradient: any TensorStorage, _ weight: any TensorStorage, _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let (gradient, shape, level) = (gradient.onCPU, geometry.kernel, level)
        let (input, output) = (geometry.inputFloats, geometry.outputFloats)
        let result = make(geometry.images * input)
        if result.count == 0 { return result }
        let packed = withUnsafePointer(to: shape) { shape -> CPUStorage in
            let packed = make(galatea_convolution_adjoint_packed_count(shape))
            galatea_convolution_adjoint_pack(shape, weight.onCPU.pointer, packed.pointer)
            return packed
        }
        let scratch = workspaces(
            withUnsafePointer(to: shape) { galatea_convolution_adjoint_workspace_count($0) })
        forEachChunk(geometry.images, chunk: 1) { range, worker in
            withUnsafePointer(to: shape) {
                galatea_convolution_adjoint(
                    level, $0, range.count, gradient.pointer + range.lowerBound * output, packed.pointer, nil,
                    0, result.pointer + range.lowerBound * input, scratch[worker])
            }
        }
        return result
    }

    /// The adjoint of `convolution` in its weights.
    public func convolutionWeightGradient(
        _ x: any TensorStorage, _ gradient: any TensorStorage, _ geometry: ConvolutionGeometry
    ) -> any TensorStorage {
        let (x, gradient, shape, level) = (x.onCPU, gradient.onCPU, geometry.kernel, level)
        let (input, output) = (geometry.inputFloats, geometry.outputFloats)
        let count = geometry.weightShape.reduce(1, *)
        let parts = (geometry.images + Self.imagesPerSum - 1) / Self.imagesPerSum
        let partial = (0..<parts).map { _ in make(count) }
        if count == 0 || input == 0 { return filled(0, count: count) }
        let scratch = workspaces(
            withUnsafePointer(to: shape) { galatea_convolution_weight_gradient_workspace_count($0) })
        forEachChunk(geometry.images, chunk: Self.imagesPerSum) { range, worker in
            let sum = partial[range.lowerBound / Self.imagesPerSum].pointer
            sum.update(repeating: 0, count: count)
            withUnsafePointer(to: shape) {
                galatea_convolution_weight_gradient(
                    level, $0, range.count, x.pointer + range.lowerBound * input,
                    gradient.pointer + range.lowerBound * output, sum, scratch[worker])
            }
        }
        return joined(partial, count: count)
    }

    /// One scratch array for each worker.
    private func workspaces(_ floats: Int) -> Workspaces {
        Workspaces(count: loop.threads, floats: floats, pool: pool)
    }

    /// The sum of partial results in their order, in double precision.
    private func joined(_ partial: [CPUStorage], count: Int) -> CPUStorage {
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

extension ConvolutionGeometry {
    /// The sizes as the kernels take them.
    fileprivate var kernel: galatea_convolution {
        galatea_convolution(
            height: inputSize.height, width: inputSize.width, channels: inputChannels,
            outputs: outputChannels,
            kernel_height: kernelSize.height, kernel_width: kernelSize.width, stride_y: stride.height,
            stride_x: stride.width, padding_y: padding.height, padding_x: padding.width)
    }

    /// Floats of one image.
    fileprivate var inputFloats: Int { inputSize.count * inputChannels }

    /// Floats of one result.
    fileprivate var outputFloats: Int { outputSize.count * outputChannels }
}
