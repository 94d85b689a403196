internal import CKernels
internal import Computing
internal import Synchronization

/// Numbers that are made when somebody asks for them, from the recipe of an operator.
///
/// What a backend returns for operators on images. An operator that reads image by image takes the recipe
/// instead of the numbers; everybody else makes them stored by asking.
final class DeferredStorage: TensorStorage {
    /// What making an image costs.
    enum Cost {
        /// Less than reading it from memory: made anew by every reader that takes images.
        case low
        /// Stored on first use, but for readers that are the only one by their nature.
        case high
    }

    private enum State: Sendable {
        case pending(any ImageRecipe)
        case stored(CPUStorage)
    }

    let count: Int
    let cost: Cost
    private let backend: CPUBackend
    private let state: Mutex<State>

    init(_ recipe: any ImageRecipe, cost: Cost, on backend: CPUBackend) {
        count = recipe.layout.count
        self.cost = cost
        self.backend = backend
        state = Mutex(.pending(recipe))
    }

    /// The recipe, as long as nobody had the numbers stored.
    var recipe: (any ImageRecipe)? {
        state.withLock { if case .pending(let recipe) = $0 { recipe } else { nil } }
    }

    /// The numbers, made and stored if need be.
    var stored: CPUStorage { stored { _, _, _ in } }

    /// The numbers; if they are made now, `visit` sees each image while it is in the cache.
    ///
    /// - Parameter visit: Called with the number of an image, its place and its worker, from several threads.
    func stored(
        visit: @Sendable (_ image: Int, _ pixels: UnsafePointer<Float>, _ worker: Int) -> Void
    ) -> CPUStorage {
        state.withLock { state in
            switch state {
            case .stored(let storage): return storage
            case .pending(let recipe):
                let storage = backend.make(recipe, visit: visit)
                state = .stored(storage)
                return storage
            }
        }
    }
}

extension CPUBackend {
    /// The images of a recipe, stored.
    fileprivate func make(
        _ recipe: any ImageRecipe,
        visit: @Sendable (_ image: Int, _ pixels: UnsafePointer<Float>, _ worker: Int) -> Void
    ) -> CPUStorage {
        let layout = recipe.layout
        let result = make(layout.count)
        if layout.count == 0 { return result }
        // Large results leave the cache before anybody reads them again: made in a buffer and streamed out.
        let streams = layout.count * MemoryLayout<Float>.stride >= Self.streamedBytes
        let bufferCount = streams ? alignedFloats(layout.image) : 0
        let scratch = PreparedScratch(
            workers: loop.threads, floats: bufferCount + recipe.scratchCount, pool: pool
        ) { recipe.prepare($0 + bufferCount) }
        forEachChunk(layout.images, chunk: Self.imagesPerChunk) { [level] range, worker in
            let buffer = scratch[worker]
            for image in range {
                let place = result.pointer + image * layout.image
                let made = streams ? buffer : place
                recipe.write(image, to: made, rowStep: layout.row, scratch: buffer + bufferCount)
                visit(image, UnsafePointer(made), worker)
                if streams { galatea_stream(level, made, place, layout.image) }
            }
        }
        return result
    }

    /// Images that a worker makes one behind the other, so that it can have the next one's memory at hand.
    private static let imagesPerChunk = 4
    /// Results of this size and more are not expected to stay in the cache.
    private static let streamedBytes = 4 << 20

    /// The images of a tensor for an operator that reads them one by one.
    ///
    /// - Parameters:
    ///   - storage: The numbers of the tensor.
    ///   - layout: How the operator cuts them into images.
    ///   - isOnlyReader: Whether nobody else is expected to read them, so that making dear ones need not end
    ///     in memory.
    func images(
        _ storage: any TensorStorage, _ layout: ImageLayout, isOnlyReader: Bool = false
    ) -> any ImageRecipe {
        if let deferred = storage as? DeferredStorage, deferred.cost == .low || isOnlyReader,
            let recipe = deferred.recipe?.relaid(layout)
        {
            return recipe
        }
        return StoredImages(storage: storage.onCPU, layout: layout)
    }
}
