internal import Synchronization

/// Memory that each worker of a parallel loop keeps between its chunks, made when it is first needed.
///
/// A `ParallelLoop` tells each chunk its worker, and no two chunks of one worker run at the same time; a chunk of
/// another loop that comes with the same number waits.
public final class WorkerMemory<State>: Sendable {
    private final class Slot: Sendable {
        let state = Mutex<State?>(nil)
    }

    private let slots: [Slot]
    private let make: @Sendable () -> sending State

    /// Memory for the workers of a loop.
    public init(for loop: ParallelLoop, _ make: @escaping @Sendable () -> sending State) {
        slots = (0..<loop.threads).map { _ in Slot() }
        self.make = make
    }

    /// Lends the memory of a worker.
    public func withState<Result>(
        of worker: Int, _ body: (inout State) throws -> sending Result
    ) rethrows -> sending Result {
        precondition(slots.indices.contains(worker), "WorkerMemory: worker \(worker) of \(slots.count)")
        return try slots[worker].state.withLock { held in
            if held == nil { held = make() }
            guard held != nil else { preconditionFailure("WorkerMemory: nothing was made") }
            return try body(&held!)
        }
    }
}
