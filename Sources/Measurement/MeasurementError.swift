/// What can go wrong in a measurement.
public enum MeasurementError: Error, Equatable, CustomStringConvertible {
    /// A peer's program cannot be started.
    case peerNotStarted(peer: String, reason: String)
    /// A peer ended, or answered with something that is no answer.
    case peerFailed(peer: String, reason: String)
    /// A peer did not answer in time.
    case peerSilent(peer: String, seconds: Int)
    /// A peer says that it cannot do the task, e.g. for a missing package.
    case peerRefused(peer: String, reason: String)
    /// A file cannot be written.
    case unwritable(path: String, reason: String)

    /// One line for the user.
    public var description: String {
        switch self {
        case .peerNotStarted(let peer, let reason): "cannot start the peer '\(peer)': \(reason)"
        case .peerFailed(let peer, let reason): "the peer '\(peer)' failed: \(reason)"
        case .peerSilent(let peer, let seconds): "the peer '\(peer)' gave no answer in \(seconds) s"
        case .peerRefused(let peer, let reason): "the peer '\(peer)' cannot: \(reason)"
        case .unwritable(let path, let reason): "cannot write '\(path)': \(reason)"
        }
    }
}
