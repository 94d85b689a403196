internal import Foundation

/// Whole files as bytes: bounded reading and replacement that is complete or does not happen.
enum FileBytes {
    /// The bytes of a regular file of at most `limit` bytes.
    static func read(_ path: String, limit: Int) throws -> [UInt8] {
        // Without O_NONBLOCK, opening a FIFO would wait for its writer for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw ImageFileError.cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else {
            throw ImageFileError.cannotRead(path: path, reason: String(cString: strerror(errno)))
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw ImageFileError.cannotRead(path: path, reason: "not a regular file")
        }
        let size = Int(information.st_size)
        guard size <= limit else {
            throw ImageFileError.fileTooLarge(path: path, bytes: size, limit: limit)
        }
        return try bytes(of: descriptor, count: size, path: path)
    }

    /// Up to `count` bytes from a descriptor; fewer when the file shrinks meanwhile.
    private static func bytes(of descriptor: Int32, count: Int, path: String) throws -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let rest = UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(buffer)[filled...])
                let step = Foundation.read(descriptor, rest.baseAddress, rest.count)
                if step < 0, errno == EINTR { continue }
                if step < 0 { failure = errno }
                if step <= 0 { return }
                filled += step
            }
        }
        guard failure == 0 else {
            throw ImageFileError.cannotRead(path: path, reason: String(cString: strerror(failure)))
        }
        return bytes
    }

    /// Puts `bytes` at `path`: written beside it, flushed to the disk, then renamed.
    static func replace(_ path: String, with bytes: [UInt8]) throws {
        let draft = "\(path).\(getpid())-\(UInt32.random(in: 0...UInt32.max)).tmp"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw ImageFileError.cannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
        var failure = write(bytes, to: descriptor)
        if failure == 0, fsync(descriptor) != 0 { failure = errno }
        if close(descriptor) != 0, failure == 0 { failure = errno }
        if failure == 0, rename(draft, path) != 0 { failure = errno }
        guard failure == 0 else {
            unlink(draft)
            throw ImageFileError.cannotWrite(path: path, reason: String(cString: strerror(failure)))
        }
    }

    /// Writes all of `bytes`; 0, or the system's error number.
    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { source in
            var done = 0
            while done < source.count {
                let step = Foundation.write(
                    descriptor, source.baseAddress?.advanced(by: done), source.count - done)
                if step < 0, errno == EINTR { continue }
                if step < 0 { return errno }
                done += step
            }
            return 0
        }
    }
}
