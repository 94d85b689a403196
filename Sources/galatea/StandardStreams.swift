import Foundation

/// Text to standard error, whatever has become of it.
///
/// Nobody may be there to read any more (`2>&-`, a closed pipe): that ends no run.
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

/// What became of the results on standard output.
enum StandardOutput {
    /// Writes what is buffered; whether results were lost.
    ///
    /// A reader that left early (`| head`) has what it wanted; a file that could not be written has not.
    static func losesResults() -> Bool {
        // All streams, as `stdout` is a variable that no concurrency check lets pass; nothing else writes any.
        var status = stat()
        guard fflush(nil) != 0, fstat(STDOUT_FILENO, &status) == 0 else { return false }
        let kind = status.st_mode & S_IFMT
        return kind != S_IFIFO && kind != S_IFSOCK
    }
}
