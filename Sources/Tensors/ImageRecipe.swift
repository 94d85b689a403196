/// The images of a tensor: how many there are, and how large each.
struct ImageLayout: Sendable, Equatable {
    var images: Int
    var size: PlaneSize
    var channels: Int

    /// Floats of a row of pixels.
    var row: Int { size.width * channels }
    /// Floats of an image.
    var image: Int { size.count * channels }
    /// Floats of all images.
    var count: Int { images * image }

    /// Where an image lies in storage of this layout.
    func bytes(of index: Int, in storage: CPUStorage) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(UnsafeBufferPointer(start: storage.pointer + index * image, count: image))
    }
}

/// How the numbers of a tensor are made, one image at a time, into memory that the reader chooses.
///
/// Operators that read image by image take their input through a recipe: an image is then made where it is
/// needed, while it stays in the cache, and large maps between two operators are never stored. What a recipe
/// writes does not depend on who asks: the bits are those of the stored tensor.
protocol ImageRecipe: Sendable {
    /// The images that it makes.
    var layout: ImageLayout { get }

    /// Floats of scratch memory that `write` needs.
    var scratchCount: Int { get }

    /// Makes scratch memory ready, once before the first image that a worker writes.
    func prepare(_ scratch: UnsafeMutablePointer<Float>)

    /// Writes an image, its rows `rowStep` floats apart.
    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>)

    /// The memory that `write` will read for an image, for kernels that bring it into the cache early.
    func reads(for image: Int) -> [UnsafeRawBufferPointer]

    /// The image where it is stored, if it is.
    func stored(_ image: Int) -> UnsafePointer<Float>?

    /// The same numbers cut into other images; `nil` if the recipe cannot.
    func relaid(_ layout: ImageLayout) -> (any ImageRecipe)?
}

extension ImageRecipe {
    func prepare(_ scratch: UnsafeMutablePointer<Float>) {}

    func stored(_ image: Int) -> UnsafePointer<Float>? { nil }

    func relaid(_ layout: ImageLayout) -> (any ImageRecipe)? { layout == self.layout ? self : nil }

    /// Floats of a place for a whole image behind the scratch memory; none where images are stored.
    var bufferCount: Int { layout.count > 0 && stored(0) != nil ? 0 : alignedFloats(layout.image) }

    /// The image where it is stored, or written to `buffer`.
    func image(
        _ image: Int, buffer: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) -> UnsafePointer<Float> {
        if let pointer = stored(image) { return pointer }
        write(image, to: buffer, rowStep: layout.row, scratch: scratch)
        return UnsafePointer(buffer)
    }
}

/// Images that are there already.
struct StoredImages: ImageRecipe {
    let storage: CPUStorage
    let layout: ImageLayout

    var scratchCount: Int { 0 }

    func write(
        _ image: Int, to destination: UnsafeMutablePointer<Float>, rowStep: Int,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let from = storage.pointer + image * layout.image
        for row in 0..<layout.size.height {
            (destination + row * rowStep).update(from: from + row * layout.row, count: layout.row)
        }
    }

    func reads(for image: Int) -> [UnsafeRawBufferPointer] { [layout.bytes(of: image, in: storage)] }

    func stored(_ image: Int) -> UnsafePointer<Float>? {
        UnsafePointer(storage.pointer + image * layout.image)
    }
}

/// Floats of a part of scratch memory, rounded up so that the next part begins at a cache line.
func alignedFloats(_ count: Int) -> Int { (count + 15) / 16 * 16 }

/// Scratch memory of recipes and kernels, one array for each worker, made ready when a worker first asks.
final class PreparedScratch: @unchecked Sendable {
    private let storage: [CPUStorage]
    // A worker is one thread at a time, and touches its own entry only.
    private let isReady: UnsafeMutablePointer<Bool>
    private let prepare: @Sendable (UnsafeMutablePointer<Float>) -> Void

    init(
        workers: Int, floats: Int, pool: MemoryPool,
        prepare: @escaping @Sendable (UnsafeMutablePointer<Float>) -> Void
    ) {
        storage = (0..<workers).map { _ in CPUStorage(count: floats, pool: pool) }
        isReady = .allocate(capacity: workers)
        isReady.initialize(repeating: false, count: workers)
        self.prepare = prepare
    }

    deinit { isReady.deallocate() }

    /// The array of a worker.
    subscript(worker: Int) -> UnsafeMutablePointer<Float> {
        if !isReady[worker] {
            prepare(storage[worker].pointer)
            isReady[worker] = true
        }
        return storage[worker].pointer
    }
}
