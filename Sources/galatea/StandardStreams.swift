import Foundation

/// The three streams that every process should have.
enum StandardStreams {
    /// Opens those that were closed (`>&-`): the next file would take their place, and messages land in it.
    static func openClosed() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            // The lowest free number is this one.
            _ = open("/dev/null", O_RDWR)
        }
    }
}
