internal import Dispatch
internal import Synchronization

/// The one way that work is spread over processor cores.
///
/// Chunks of indices are handed out dynamically to worker threads (outside the cooperative pool). Results
/// must depend on the index alone, so that one thread and many give the same bits; anything summed is summed
/// per chunk and joined in chunk order.
public struct ParallelLoop: Sendable {
    /// The number of worker threads, at least 1.
    public let threads: Int

    /// A loop over `threads` workers; all active processor cores when `nil`.
    public init(threads: Int? = nil) {
        self.threads = max(1, threads ?? ProcessorCount.active)
    }

    /// Calls `body` once for each chunk of `0..<count`.
    ///
    /// After an error or when `isCancelled` turns true no further chunk starts; chunks under way finish.
    ///
    /// - Parameters:
    ///   - count: Number of indices.
    ///   - chunk: Indices per call, at least 1; the last chunk may be shorter.
    ///   - isCancelled: Asked before each chunk, from any worker.
    ///   - body: The work on a range of indices; `worker` (0 up to `threads`) picks a workspace.
    /// - Throws: The error of the lowest failing chunk; `CancellationError` when cancelled.
    public func forEachChunk(
        count: Int, chunk: Int, isCancelled: @Sendable () -> Bool = { false },
        _ body: @Sendable (_ range: Range<Int>, _ worker: Int) throws -> Void
    ) throws {
        precondition(count >= 0 && chunk >= 1, "ParallelLoop: impossible count \(count), chunk \(chunk)")
        let chunks = (count + chunk - 1) / chunk
        let next = Atomic<Int>(0)
        let failure = Mutex<(chunk: Int, error: any Error)?>(nil)
        @Sendable func work(worker: Int) {
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                if index >= chunks { return }
                do {
                    if isCancelled() { throw CancellationError() }
                    try body(index * chunk..<min(count, (index + 1) * chunk), worker)
                } catch {
                    failure.withLock { if $0 == nil || index < $0!.chunk { $0 = (index, error) } }
                    next.store(chunks, ordering: .relaxed)
                }
            }
        }
        let workers = min(threads, chunks)
        if workers == 1 {
            work(worker: 0)
        } else {
            DispatchQueue.concurrentPerform(iterations: workers, execute: work)
        }
        if let failure = failure.withLock({ $0 }) { throw failure.error }
    }

    /// The results of two works, done side by side where there are two threads.
    ///
    /// - Throws: The error of the first that fails, in this order.
    public func both<First: Sendable, Second: Sendable>(
        _ first: @Sendable () throws -> First, _ second: @Sendable () throws -> Second
    ) throws -> (First, Second) {
        let results = Mutex<(first: First?, second: Second?)>((nil, nil))
        try forEachChunk(count: 2, chunk: 1) { range, _ in
            if range.lowerBound == 0 {
                let result = try first()
                results.withLock { $0.first = result }
            } else {
                let result = try second()
                results.withLock { $0.second = result }
            }
        }
        guard case (let first?, let second?) = results.withLock({ $0 }) else {
            preconditionFailure("ParallelLoop: a work without a result")
        }
        return (first, second)
    }

    /// The results of `transform` for each chunk of `0..<count`, in chunk order.
    public func mapChunks<Result: Sendable>(
        count: Int, chunk: Int, isCancelled: @Sendable () -> Bool = { false },
        _ transform: @Sendable (_ range: Range<Int>, _ worker: Int) throws -> Result
    ) throws -> [Result] {
        let chunks = (count + chunk - 1) / max(1, chunk)
        let results = Mutex<[Result?]>(Array(repeating: nil, count: chunks))
        try forEachChunk(count: count, chunk: chunk, isCancelled: isCancelled) { range, worker in
            let result = try transform(range, worker)
            results.withLock { $0[range.lowerBound / chunk] = result }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
