internal import Dispatch
internal import Synchronization

extension ParallelLoop {
    /// Chunks of each worker that may be done or under way before the first of them is received.
    static let chunksAhead = 4

    /// Hands the results of `transform` for each chunk of `0..<count` to `receive`, in chunk order and one at a time,
    /// while other chunks are under way: no worker waits for another at the end of a block.
    ///
    /// After an error or when `isCancelled` turns true no further chunk starts; chunks under way finish, and what lies
    /// before an error is received: after a cancellation, everything that was started.
    ///
    /// Workers other than the first have threads of their own: as long as a stream may last, it holds none of those that
    /// other work of the process shares.
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
        count: Int, chunk: Int, isCancelled: @Sendable @escaping () -> Bool = { false },
        _ transform: @Sendable @escaping (_ range: Range<Int>, _ worker: Int) throws -> Result,
        receive: @Sendable @escaping (_ range: Range<Int>, _ result: Result) throws -> Void
    ) throws {
        precondition(count >= 0 && chunk >= 1, "ParallelLoop: impossible count \(count), chunk \(chunk)")
        let stream = ChunkStream(
            chunks: (count + chunk - 1) / chunk, ahead: Self.chunksAhead * threads, isCancelled: isCancelled,
            transform: { try transform($0 * chunk..<min(count, ($0 + 1) * chunk), $1) },
            receive: { try receive($0 * chunk..<min(count, ($0 + 1) * chunk), $1) })
        let others = DispatchGroup()
        for worker in 1..<max(1, min(threads, stream.chunks)) {
            // A queue without a target has a thread of its own while it is busy.
            DispatchQueue(label: "galatea.worker").async(group: others) { stream.work(worker: worker) }
        }
        stream.work(worker: 0)
        others.wait()
        try stream.check()
    }
}

/// What the workers of a stream share.
private final class ChunkStream<Result: Sendable>: Sendable {
    /// Results on their way to the receiver.
    private struct Waiting {
        var results: [Int: Result] = [:]
        /// The chunk that is received next.
        var next = 0
        /// Whether a worker is receiving.
        var isTaken = false
        /// The error of the lowest chunk so far.
        var failure: (chunk: Int, error: any Error)?
    }

    let chunks: Int
    private let isCancelled: @Sendable () -> Bool
    private let transform: @Sendable (_ chunk: Int, _ worker: Int) throws -> Result
    private let receive: @Sendable (_ chunk: Int, _ result: Result) throws -> Void
    private let nextToStart = Atomic<Int>(0)
    /// Changed on `turns` alone. A queue instead of a Mutex: what a busy Mutex orders, the thread sanitizer does not see.
    private nonisolated(unsafe) var waiting = Waiting()
    private let turns = DispatchQueue(label: "galatea.stream")
    /// One signal for each chunk that may be started.
    private let room = DispatchSemaphore(value: 0)

    init(
        chunks: Int, ahead: Int, isCancelled: @Sendable @escaping () -> Bool,
        transform: @Sendable @escaping (_ chunk: Int, _ worker: Int) throws -> Result,
        receive: @Sendable @escaping (_ chunk: Int, _ result: Result) throws -> Void
    ) {
        self.chunks = chunks
        self.isCancelled = isCancelled
        self.transform = transform
        self.receive = receive
        // Not its first value: a semaphore must not go with less than that.
        for _ in 0..<ahead { room.signal() }
    }

    /// Takes chunks until there are no more.
    func work(worker: Int) {
        while true {
            room.wait()
            // Before a chunk is taken, so that none that is taken is missing among the others.
            if nextToStart.load(ordering: .relaxed) < chunks, isCancelled() {
                fail(chunks, CancellationError())
            }
            let chunk = nextToStart.add(1, ordering: .relaxed).oldValue
            guard chunk < chunks else {
                // The next worker leaves, too.
                room.signal()
                return
            }
            do {
                hand(over: try transform(chunk, worker), of: chunk)
            } catch {
                fail(chunk, error)
                room.signal()
            }
        }
    }

    /// Puts a result to the others, and receives what is due unless another worker does.
    private func hand(over result: Result, of chunk: Int) {
        var due = turns.sync { () -> (chunk: Int, result: Result)? in
            waiting.results[chunk] = result
            return waiting.isTaken ? nil : take()
        }
        while let (chunk, result) = due {
            do { try receive(chunk, result) } catch { fail(chunk, error) }
            room.signal()
            due = turns.sync { take() }
        }
    }

    /// The result that is due, on `turns`; whoever gets it receives it. Nothing is due behind an error.
    private func take() -> (chunk: Int, result: Result)? {
        let isBroken = waiting.failure.map { $0.chunk < waiting.next } ?? false
        let result = isBroken ? nil : waiting.results.removeValue(forKey: waiting.next)
        waiting.isTaken = result != nil
        guard let result else { return nil }
        waiting.next += 1
        return (waiting.next - 1, result)
    }

    /// Notes an error; no further chunk starts.
    private func fail(_ chunk: Int, _ error: any Error) {
        turns.sync { if chunk < waiting.failure?.chunk ?? .max { waiting.failure = (chunk, error) } }
        nextToStart.store(chunks, ordering: .relaxed)
    }

    /// Throws the error of the lowest chunk.
    func check() throws {
        let failure = turns.sync { waiting.failure }
        if let failure { throw failure.error }
    }
}
