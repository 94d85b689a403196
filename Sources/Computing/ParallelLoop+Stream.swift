internal import Dispatch
internal import Synchronization

extension ParallelLoop {
    /// Chunks of each worker that may be done or under way before the first of them is received.
    private static let chunksAhead = 4

    /// Results that wait for those before them.
    private struct Waiting<Result> {
        var results: [Int: Result] = [:]
        /// The chunk that is received next.
        var next = 0
        var isBroken = false
    }

    /// Hands the results of `transform` for each chunk of `0..<count` to `receive`, in chunk order and one at a time,
    /// while later chunks are under way: no worker waits for another at the end of a block. As long as it lasts, it may hold
    /// every thread of the caller's dispatch queue: what must run meanwhile needs a queue of its own.
    ///
    /// After an error or when `isCancelled` turns true no further chunk starts; chunks under way finish, and those before
    /// the one that failed are received.
    ///
    /// - Parameters:
    ///   - count: Number of indices.
    ///   - chunk: Indices per call, at least 1; the last chunk may be shorter.
    ///   - isCancelled: Asked before each chunk, from any worker.
    ///   - transform: The work on a range of indices; `worker` (0 up to `threads`) picks a workspace.
    ///   - receive: Takes the result of a range, on any worker; while it takes its time, some chunks a worker are done
    ///     ahead, and no more.
    /// - Throws: The error of the lowest failing chunk; `CancellationError` when cancelled.
    public func streamChunks<Result: Sendable>(
        count: Int, chunk: Int, isCancelled: @Sendable () -> Bool = { false },
        _ transform: @Sendable (_ range: Range<Int>, _ worker: Int) throws -> Result,
        receive: @Sendable (_ range: Range<Int>, _ result: Result) throws -> Void
    ) throws {
        precondition(count >= 0 && chunk >= 1, "ParallelLoop: impossible count \(count), chunk \(chunk)")
        let chunks = (count + chunk - 1) / chunk
        let next = Atomic<Int>(0)
        let failure = Mutex<(chunk: Int, error: any Error)?>(nil)
        let waiting = Mutex(Waiting<Result>())
        // One signal a chunk that may be started; a semaphore must not go with less than it was made with.
        let room = DispatchSemaphore(value: 0)
        for _ in 0..<Self.chunksAhead * threads { room.signal() }
        @Sendable func range(_ index: Int) -> Range<Int> { index * chunk..<min(count, (index + 1) * chunk) }
        @Sendable func fail(_ index: Int, _ error: any Error) {
            failure.withLock { if $0 == nil || index < $0!.chunk { $0 = (index, error) } }
            next.store(chunks, ordering: .relaxed)
        }
        @Sendable func work(worker: Int) {
            while true {
                room.wait()
                let index = next.add(1, ordering: .relaxed).oldValue
                if index >= chunks {
                    // The next worker leaves, too.
                    room.signal()
                    return
                }
                do {
                    if isCancelled() { throw CancellationError() }
                    let result = try transform(range(index), worker)
                    waiting.withLock { waiting in
                        waiting.results[index] = result
                        while !waiting.isBroken,
                            let result = waiting.results.removeValue(forKey: waiting.next)
                        {
                            do {
                                try receive(range(waiting.next), result)
                            } catch {
                                waiting.isBroken = true
                                fail(waiting.next, error)
                            }
                            waiting.next += 1
                            room.signal()
                        }
                    }
                } catch {
                    fail(index, error)
                    room.signal()
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
}
