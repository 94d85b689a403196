internal import CKernels
internal import Computing

extension CPUBackend {
    /// Bilinear resize of images with half-pixel centres.
    public func bilinear(_ x: any TensorStorage, _ geometry: ResizeGeometry) -> any TensorStorage {
        let (input, output, channels) = (geometry.inputSize, geometry.outputSize, geometry.channels)
        let (x, result) = (x.onCPU, make(geometry.images * output.count * channels))
        let rows = scratch(input, channels, output)
        forEachChunk(geometry.images, chunk: 1) { [level] range, worker in
            for image in range {
                galatea_bilinear(
                    level, x.pointer + image * input.count * channels, input.height, input.width, channels,
                    result.pointer + image * output.count * channels, output.height, output.width,
                    rows[worker])
            }
        }
        return result
    }

    /// The adjoint of `bilinear`.
    public func bilinearAdjoint(
        _ gradient: any TensorStorage, _ geometry: ResizeGeometry
    ) -> any TensorStorage {
        let (input, output, channels) = (geometry.inputSize, geometry.outputSize, geometry.channels)
        let (gradient, result) = (gradient.onCPU, make(geometry.images * input.count * channels))
        let rows = scratch(input, channels, output)
        forEachChunk(geometry.images, chunk: 1) { [level] range, worker in
            for image in range {
                galatea_bilinear_adjoint(
                    level, gradient.pointer + image * output.count * channels, output.height, output.width,
                    channels, result.pointer + image * input.count * channels, input.height, input.width,
                    rows[worker])
            }
        }
        return result
    }

    /// Scratch memory of a resize for each worker.
    private func scratch(_ input: PlaneSize, _ channels: Int, _ output: PlaneSize) -> Workspaces {
        let floats = galatea_bilinear_scratch_count(input.width, channels, output.width)
        return Workspaces(count: loop.threads, floats: floats, pool: pool)
    }
}

/// One scratch array for each worker of a loop.
final class Workspaces: Sendable {
    private let storage: [CPUStorage]

    init(count: Int, floats: Int, pool: MemoryPool) {
        storage = (0..<count).map { _ in CPUStorage(count: floats, pool: pool) }
    }

    /// The scratch array of a worker; its values are undefined.
    subscript(worker: Int) -> UnsafeMutablePointer<Float> { storage[worker].pointer }
}
