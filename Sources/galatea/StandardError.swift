import Foundation

/// Text to standard error, whatever has become of it.
///
/// Nobody may be there to read any more (a closed pipe): that ends no run.
enum StandardError {
    /// Writes a text at once; what cannot be written is lost.
    static func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 {
                guard errno == EINTR else { return }
            } else {
                rest = rest.dropFirst(count)
            }
        }
    }
}
