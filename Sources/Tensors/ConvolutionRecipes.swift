internal import CKernels

/// The results of a convolution with packed weights, or the images that its adjoint makes of results.
struct ConvolutionImages: ImageRecipe {
    let source: any ImageRecipe
    let shape: galatea_convolution
    let packed: CPUStorage
    let bias: CPUStorage?
    let layout: ImageLayout
    let direction: Direction
    let level: galatea_level
    private let frame: galatea_frame
    private let frameCount: Int
    private let workspaceCount: Int

    /// - Parameter packed: Weights, packed for this direction.
    init(
        _ direction: Direction, of source: any ImageRecipe, _ geometry: ConvolutionGeometry,
        packed: CPUStorage, bias: CPUStorage?, level: galatea_level
    ) {
        self.source = source
        shape = geometry.kernel
        self.packed = packed
        self.bias = bias
        self.direction = direction
        layout = direction == .forward ? geometry.outputLayout : geometry.inputLayout
        self.level = level
        let workspace: Int
        (frame, workspace) = withUnsafePointer(to: shape) {
            direction == .forward
                ? (galatea_convolution_frame($0), galatea_convolution_workspace_count($0))
                : (galatea_convolution_adjoint_frame($0), galatea_convolution_adjoint_workspace_count($0))
        }
        workspaceCount = alignedFloats(workspace)
        frameCount = alignedFloats(frame.count)
    }

    /// The frame first, then the kernel's workspace, then what the source needs.
    var scratchCount: Int { frameCount + workspaceCount + source.scratchCount }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] { source.reads(for: image) }

    func prepare(_ scratch: UnsafeMutablePointer<Float>) {
        scratch.update(repeating: 0, count: frameCount)
        source.prepare(scratch + frameCount + workspaceCount)
    }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let workspace = scratch + frameCount
        source.write(
            image, to: scratch + frame.first, rowStep: frame.row, scratch: workspace + workspaceCount)
        var ahead = galatea_ahead(readsFor: image + 1, of: [source])
        withUnsafePointer(to: shape) {
            switch direction {
            case .forward:
                galatea_convolution_forward(
                    level, $0, scratch, packed.pointer, bias?.pointer, 0, destination, rowStep, &ahead,
                    workspace)
            case .adjoint:
                precondition(rowStep == layout.row, "ConvolutionImages: rows \(rowStep) floats apart")
                galatea_convolution_adjoint(
                    level, $0, scratch, packed.pointer, bias?.pointer, 0, destination, &ahead, workspace)
            }
        }
    }
}

extension galatea_ahead {
    /// What recipes will read for an image: most often the next one of this worker.
    init(readsFor image: Int, of recipes: [any ImageRecipe]) {
        self.init()
        var reads: [UnsafeRawBufferPointer] = []
        for recipe in recipes where image < recipe.layout.images { reads += recipe.reads(for: image) }
        withUnsafeMutablePointer(to: &start) {
            $0.withMemoryRebound(to: UnsafeRawPointer?.self, capacity: 4) { start in
                for (index, read) in reads.prefix(4).enumerated() { start[index] = read.baseAddress }
            }
        }
        withUnsafeMutablePointer(to: &bytes) {
            $0.withMemoryRebound(to: Int.self, capacity: 4) { bytes in
                for (index, read) in reads.prefix(4).enumerated() { bytes[index] = read.count }
            }
        }
    }
}

extension ConvolutionGeometry {
    /// The sizes as the kernels take them.
    var kernel: galatea_convolution {
        galatea_convolution(
            height: inputSize.height, width: inputSize.width, channels: inputChannels,
            outputs: outputChannels,
            kernel_height: kernelSize.height, kernel_width: kernelSize.width, stride_y: stride.height,
            stride_x: stride.width, padding_y: padding.height, padding_x: padding.width)
    }

    /// The images.
    var inputLayout: ImageLayout {
        ImageLayout(images: images, size: inputSize, channels: inputChannels)
    }

    /// The results.
    var outputLayout: ImageLayout {
        ImageLayout(images: images, size: outputSize, channels: outputChannels)
    }
}
