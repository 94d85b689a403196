/// Bilinear resize, or its adjoint; linear, so each is the other's derivative.
private struct Resize: Operation {
    let geometry: ResizeGeometry
    let isAdjoint: Bool

    func shape(of inputs: [Tensor]) -> [Int] {
        let size = isAdjoint ? geometry.inputSize : geometry.outputSize
        return [geometry.images, size.height, size.width, geometry.channels]
    }

    func forward(_ inputs: [Tensor], on backend: any Backend) -> any TensorStorage {
        isAdjoint
            ? backend.bilinearAdjoint(inputs[0].storage, geometry)
            : backend.bilinear(inputs[0].storage, geometry)
    }

    func pullback(_ gradient: Tensor, inputs: [Tensor], output: Tensor, wanted: [Bool]) -> [Tensor?] {
        [Tensor(Resize(geometry: geometry, isAdjoint: !isAdjoint), gradient)]
    }
}

extension Tensor {
    /// Images `[N, H, W, C]` resized bilinearly with half-pixel centres (PyTorch's `align_corners=False`,
    /// no antialiasing).
    public func resizedBilinearly(to size: PlaneSize) -> Tensor {
        precondition(rank == 4, "bilinear resize: expected [N, H, W, C], got \(shape)")
        let geometry = ResizeGeometry(
            images: shape[0], channels: shape[3], inputSize: PlaneSize(height: shape[1], width: shape[2]),
            outputSize: size)
        return geometry.inputSize == size ? self : Tensor(Resize(geometry: geometry, isAdjoint: false), self)
    }
}
