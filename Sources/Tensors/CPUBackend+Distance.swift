internal import CKernels

extension CPUBackend {
    /// The sum of `weight (x - y)^2` over all elements, accumulated in double precision.
    public func squaredDistance(
        _ x: any TensorStorage, _ y: any TensorStorage, weight: (any TensorStorage)?
    ) -> any TensorStorage {
        let (x, weight, level) = (x.onCPU, weight?.onCPU, level)
        let result = make(1)
        // Images not made yet are compared while they are in the cache.
        if let deferred = y as? DeferredStorage, let layout = deferred.recipe?.layout, layout.image > 0 {
            let parts = DoubleBuffer(count: layout.images)
            _ = deferred.stored { image, pixels, _ in
                let at = image * layout.image
                parts.pointer[image] = galatea_weighted_squares(
                    level, x.pointer + at, pixels, weight.map { UnsafePointer($0.pointer + at) },
                    layout.image)
            }
            result.pointer[0] = Float(parts.total)
            return result
        }
        let y = y.onCPU
        let chunk = Self.elementsPerChunk
        let parts = DoubleBuffer(count: (x.count + chunk - 1) / chunk)
        forEachChunk(x.count, chunk: chunk) { range, _ in
            let at = range.lowerBound
            parts.pointer[at / chunk] = galatea_weighted_squares(
                level, x.pointer + at, y.pointer + at, weight.map { UnsafePointer($0.pointer + at) },
                range.count)
        }
        result.pointer[0] = Float(parts.total)
        return result
    }

    /// `factor weight (x - y)` element by element.
    public func scaledDifference(
        _ x: any TensorStorage, _ y: any TensorStorage, weight: (any TensorStorage)?,
        factor: any TensorStorage
    ) -> any TensorStorage {
        let recipe = ScaledDifferenceImages(
            x: x.onCPU, y: y.onCPU, weight: weight?.onCPU, factor: factor.onCPU.pointer[0],
            layout: .runs(rows: x.count, channels: 1), level: level)
        return DeferredStorage(recipe, cost: .low, on: self)
    }
}
