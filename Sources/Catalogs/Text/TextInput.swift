internal import CZlib
internal import Foundation

/// The bytes of a text file, or those that a gzip file expands to, from the beginning to the end.
final class TextInput {
    /// The path, for messages.
    let path: String
    private let stream: gzFile

    /// Opens the regular file at `path`, which is taken as a plain name whatever characters it holds.
    init(path: String) throws(CatalogError) {
        self.path = path
        guard !path.utf8.contains(0) else {
            throw .file(path: path, action: "open", reason: "the name holds a zero byte")
        }
        // Without O_NONBLOCK opening a pipe waits for its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .system(path, "open", errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .system(path, "open", code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            let kind = status.st_mode & S_IFMT == S_IFDIR ? "a folder" : "a pipe or device"
            throw .notATable(path: path, reason: "it is \(kind), not a regular file")
        }
        guard let stream = gzdopen(descriptor, "rb") else {
            close(descriptor)
            throw .file(path: path, action: "open", reason: "out of memory")
        }
        gzbuffer(stream, 1 << 18)
        self.stream = stream
    }

    deinit { gzclose(stream) }

    /// Fills `buffer` from its beginning.
    ///
    /// - Returns: The bytes filled in; fewer than asked for only at the end, 0 when nothing is left.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(CatalogError) -> Int {
        var done = 0
        while done < buffer.count {
            let wanted = UInt32(min(buffer.count - done, 1 << 30))
            let got = gzread(stream, buffer.baseAddress.map { $0 + done }, wanted)
            var code: Int32 = Z_OK
            let message = gzerror(stream, &code).map { String(cString: $0) } ?? ""
            if got < 0 || (code != Z_OK && code != Z_STREAM_END) {
                if code == Z_ERRNO { throw .system(path, "read", errno) }
                throw .notATable(
                    path: path,
                    reason: code == Z_BUF_ERROR ? "the gzip file is truncated" : "bad gzip data (\(message))")
            }
            if got == 0 { break }
            done += Int(got)
        }
        return done
    }

    /// Whether a file, unpacked if it is gzipped, begins like a FITS file.
    static func beginsLikeFITS(_ path: String) throws(CatalogError) -> Bool {
        let input = try TextInput(path: path)
        var head = [UInt8](repeating: 0, count: 9)
        var failure: CatalogError?
        let count = head.withUnsafeMutableBytes { buffer in
            do throws(CatalogError) { return try input.read(into: buffer) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        return count == 9 && head.elementsEqual("SIMPLE  =".utf8)
    }

    /// Goes back to the beginning.
    func rewind() throws(CatalogError) {
        guard gzrewind(stream) == 0 else { throw .file(path: path, action: "rewind", reason: "not seekable") }
    }
}
