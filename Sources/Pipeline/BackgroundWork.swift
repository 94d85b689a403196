internal import Dispatch
internal import Synchronization

/// Tells synchronous work on other threads that its task was cancelled.
public final class CancellationFlag: Sendable {
    private let raised = Atomic<Bool>(false)

    /// A flag that is down.
    public init() {}

    /// Whether the work should stop.
    public var isRaised: Bool { raised.load(ordering: .relaxed) }

    /// Asks the work to stop.
    public func raise() { raised.store(true, ordering: .relaxed) }

    /// Throws `CancellationError` when the flag is up.
    public func check() throws {
        if isRaised { throw CancellationError() }
    }
}

/// Runs long synchronous work outside the cooperative thread pool.
enum BackgroundWork {
    private static let queue = DispatchQueue(label: "galatea.work", attributes: .concurrent)

    /// The result of `work`, run on a thread of its own; cancelling the task raises the flag it is given.
    static func run<Result: Sendable>(
        _ work: @escaping @Sendable (CancellationFlag) throws -> Result
    ) async throws -> Result {
        let flag = CancellationFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    continuation.resume(
                        with: Swift.Result { try work(flag) }.mapError(PipelineError.presenting))
                }
            }
        } onCancel: {
            flag.raise()
        }
    }
}
