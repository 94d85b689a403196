import Foundation

/// Bytes that any thread may read at any offset: an open regular file, or memory.
///
/// A file is read with `pread`, so that one which shrinks gives an error and not a signal. This is the
/// only place that knows where bytes come from.
package final class ByteSource: Sendable {
    /// The path, or the name that stands for it in messages.
    package let name: String
    /// Bytes in all, as found when opened.
    package let size: Int
    private let storage: Storage

    private enum Storage: Sendable {
        case file(descriptor: Int32)
        case memory([UInt8])
    }

    /// Memory under a name for messages.
    package init(bytes: [UInt8], name: String) {
        self.name = name
        size = bytes.count
        storage = .memory(bytes)
    }

    /// The regular file at `path`, which is taken as a plain name whatever characters it holds.
    package init(path: String) throws(FITSError) {
        name = path
        guard !path.utf8.contains(0) else {
            throw .cannotOpen(path: path, reason: "the name holds a zero byte")
        }
        // Without O_NONBLOCK opening a pipe waits for its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: SystemError.text(errno)) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotOpen(path: path, reason: SystemError.text(code))
        }
        if let kind = Self.kindUnlessRegular(status.st_mode) {
            close(descriptor)
            throw .notRegularFile(path: path, kind: kind)
        }
        size = Int(status.st_size)
        storage = .file(descriptor: descriptor)
    }

    deinit {
        if case .file(let descriptor) = storage { close(descriptor) }
    }

    /// Fills `buffer` with the bytes from `offset` on.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FITSError) {
        guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
        guard offset >= 0, offset <= size, buffer.count <= size - offset else {
            throw .shrankWhileReading(
                path: name, offset: offset, expected: buffer.count, got: max(0, size - max(0, offset)))
        }
        switch storage {
        case .memory(let bytes):
            bytes.withUnsafeBytes { all in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[offset..<offset + buffer.count]))
            }
        case .file(let descriptor):
            var done = 0
            while done < buffer.count {
                let got = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
                if got < 0 {
                    if errno == EINTR { continue }
                    throw .readFailed(path: name, offset: offset + done, reason: SystemError.text(errno))
                }
                guard got > 0 else {
                    throw .shrankWhileReading(
                        path: name, offset: offset, expected: buffer.count, got: done)
                }
                done += got
            }
        }
    }

    /// The bytes `offset..<offset + count`.
    package func bytes(at offset: Int, count: Int) throws(FITSError) -> [UInt8] {
        // Checked before memory is asked for: a count may come from a file.
        guard count >= 0, offset >= 0, offset <= size, count <= size - offset else {
            throw .shrankWhileReading(
                path: name, offset: offset, expected: count, got: max(0, size - max(0, offset)))
        }
        var failure: FITSError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(FITSError) {
                try read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// What a file is when it is not a regular one.
    static func kindUnlessRegular(_ mode: mode_t) -> String? {
        switch mode & S_IFMT {
        case S_IFREG: nil
        case S_IFDIR: "a folder"
        case S_IFIFO: "a pipe"
        case S_IFCHR, S_IFBLK: "a device"
        case S_IFSOCK: "a socket"
        default: "something else"
        }
    }
}

/// The system's texts for its error numbers.
enum SystemError {
    /// The text of an `errno`.
    static func text(_ code: Int32) -> String { String(cString: strerror(code)) }
}
