// `stdout` is a variable of a library that knows no concurrency; Foundation would bring it in with checks.
#if canImport(Glibc)
    @preconcurrency import Glibc
#elseif canImport(Musl)
    @preconcurrency import Musl
#elseif canImport(Darwin)
    @preconcurrency import Darwin
#endif

/// What became of the results on standard output.
enum StandardOutput {
    /// Writes what is buffered; whether results were lost.
    ///
    /// A reader that left early (`| head`) has what it wanted, and nobody reads a stream that was closed; a file
    /// or device that could not be written lacks something.
    static func losesResults() -> Bool {
        var status = stat()
        guard fflush(stdout) != 0 || ferror(stdout) != 0, fstat(STDOUT_FILENO, &status) == 0 else {
            return false
        }
        return [S_IFREG, S_IFCHR, S_IFBLK].contains(status.st_mode & S_IFMT)
    }
}
