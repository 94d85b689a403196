/// Numbers in main memory, 64-byte aligned, from a pool.
final class CPUStorage: TensorStorage, @unchecked Sendable {
    let count: Int
    /// The numbers. Written once by the operator that makes the storage, then only read.
    let pointer: UnsafeMutablePointer<Float>
    private let pool: MemoryPool

    /// Storage of undefined values.
    init(count: Int, pool: MemoryPool) {
        self.count = count
        self.pool = pool
        pointer = pool.take(count)
    }

    deinit {
        pool.give(pointer, count)
    }
}
