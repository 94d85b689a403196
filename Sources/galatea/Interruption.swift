import Dispatch
import Foundation
import Synchronization

/// Turns SIGINT and SIGTERM into the cancellation of a task; a second signal ends the process at once.
final class Interruption: Sendable {
    private let received = Mutex<Int32?>(nil)
    /// Kept alive for as long as the process listens; touched by `init` alone.
    nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

    /// The signal that arrived first, if any.
    var signal: Int32? { received.withLock { $0 } }

    /// Cancels `task` when the user or the batch system asks the process to end.
    init(of task: Task<Void, any Error>) {
        // A queue of its own: long loops hold every thread of the global one.
        let queue = DispatchQueue(label: "galatea.signals", qos: .userInteractive)
        for number in [SIGINT, SIGTERM] {
            Foundation.signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { [weak self] in
                guard let self, self.isFirst(number) else { exit(ExitStatus.interrupted(by: number)) }
                task.cancel()
            }
            source.activate()
            sources.append(source)
        }
    }

    /// Notes a signal; whether it is the first one.
    private func isFirst(_ number: Int32) -> Bool {
        received.withLock { previous in
            defer { previous = previous ?? number }
            return previous == nil
        }
    }
}
