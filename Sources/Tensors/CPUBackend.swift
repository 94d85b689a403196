internal import CKernels
public import Computing

/// The operators on this machine's processor: our C kernels, and OpenBLAS for matrix products in training.
///
/// Work is cut into chunks whose size depends on the operator alone, and sums over chunks run in chunk order:
/// one thread and many give the same bits.
public final class CPUBackend: Backend {
    /// How work is spread over cores.
    public let loop: ParallelLoop
    /// The instruction-set level of the kernels.
    public let instructionSet: InstructionSet
    /// Memory of tensors.
    let pool: MemoryPool

    /// A backend of its own memory.
    ///
    /// - Parameters:
    ///   - threads: Worker threads; all active cores when `nil`.
    ///   - instructionSet: Level of the kernels; must be available.
    ///   - keptBytes: Memory kept for later tensors when nobody uses it.
    public init(
        threads: Int? = nil, instructionSet: InstructionSet = .detected, keptBytes: Int = 4 << 30
    ) {
        precondition(
            InstructionSet.available.contains(instructionSet),
            "CPUBackend: this processor does not run \(instructionSet)")
        loop = ParallelLoop(threads: threads)
        self.instructionSet = instructionSet
        pool = MemoryPool(limit: keptBytes)
        _ = BLASInformation.current
    }

    /// Gives memory that no tensor uses back to the system.
    public func releaseFreeMemory() { pool.trim() }

    /// The level as the kernels name it.
    var level: galatea_level { galatea_level(rawValue: UInt32(instructionSet.rawValue)) }

    /// Elements a chunk of elementwise work: 64 KB, which stays in the first two caches.
    static let elementsPerChunk = 16_384

    /// New storage of undefined values.
    func make(_ count: Int) -> CPUStorage { CPUStorage(count: count, pool: pool) }

    /// Runs `body` on each chunk of `0..<count`.
    func forEachChunk(
        _ count: Int, chunk: Int, _ body: @Sendable (_ range: Range<Int>, _ worker: Int) -> Void
    ) {
        do {
            try loop.forEachChunk(count: count, chunk: max(1, chunk)) { range, worker in body(range, worker) }
        } catch {
            preconditionFailure("CPUBackend: \(error)")  // neither the body nor the loop throws here
        }
    }
}

extension TensorStorage {
    /// The numbers as this backend keeps them.
    var onCPU: CPUStorage {
        if let deferred = self as? DeferredStorage { return deferred.stored }
        guard let storage = self as? CPUStorage else {
            preconditionFailure("CPUBackend: a tensor of another backend, \(type(of: self))")
        }
        return storage
    }
}
