extension CPUBackend {
    /// Bilinear resize of images with half-pixel centres.
    public func bilinear(_ x: any TensorStorage, _ geometry: ResizeGeometry) -> any TensorStorage {
        let recipe = BilinearImages(
            source: images(x, geometry.inputLayout), layout: geometry.outputLayout,
            direction: .forward, level: level)
        return DeferredStorage(recipe, cost: .low, on: self)
    }

    /// The adjoint of `bilinear`.
    public func bilinearAdjoint(
        _ gradient: any TensorStorage, _ geometry: ResizeGeometry
    ) -> any TensorStorage {
        // The gradient of a resized map is read by nobody else.
        let recipe = BilinearImages(
            source: images(gradient, geometry.outputLayout, isOnlyReader: true), layout: geometry.inputLayout,
            direction: .adjoint, level: level)
        return DeferredStorage(recipe, cost: .high, on: self)
    }
}

extension ResizeGeometry {
    /// The images before the resize.
    fileprivate var inputLayout: ImageLayout {
        ImageLayout(images: images, size: inputSize, channels: channels)
    }

    /// The resized images.
    fileprivate var outputLayout: ImageLayout {
        ImageLayout(images: images, size: outputSize, channels: channels)
    }
}
