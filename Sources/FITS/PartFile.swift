import Foundation

/// A file that is written beside its final place and renamed when complete: `<path>.part`.
///
/// Not safe for use from several threads. Without `finish` the part file stays, for a later resume;
/// `discard` removes it.
package final class PartFile {
    /// The final path.
    package let path: String
    /// The path while writing.
    package let partPath: String
    /// Bytes so far, buffered ones included.
    package private(set) var length: Int
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Bytes that are written together, from a multiple of this on: so the system's page cache can hold the file in its
    /// largest pages, where the file system knows them, and mapping a stretch costs a fraction of what small ones do.
    private static let pieceLength = 2 << 20

    /// Creates the part file, or opens the one that is there.
    ///
    /// - Parameter resume: `true` keeps what an earlier run wrote.
    package init(path: String, resume: Bool = false) throws(FITSError) {
        self.path = path
        partPath = path + ".part"
        guard !path.utf8.contains(0) else {
            throw .cannotOpen(path: path, reason: "the name holds a zero byte")
        }
        try Self.checkReplaceable(path)
        descriptor = open(partPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else {
            throw .writeFailed(path: partPath, operation: "create", reason: SystemError.text(errno))
        }
        guard Self.lock(descriptor) else {
            close(descriptor)
            throw .beingWritten(path: path)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notRegularFile(path: partPath, kind: "something else")
        }
        length = Int(status.st_size)
        // `deinit` closes the file when this throws.
        if !resume { try truncate(to: 0) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Checks, before any work is done for it, that a finished file may take the place of what is at `path`.
    ///
    /// A rename would fail on a folder, but quietly replace a pipe or a device such as `/dev/null`.
    package static func checkReplaceable(_ path: String) throws(FITSError) {
        var status = stat()
        guard stat(path, &status) == 0, let kind = ByteSource.kindUnlessRegular(status.st_mode) else {
            return
        }
        throw .writeFailed(path: path, operation: "write", reason: "it is \(kind), not a file")
    }

    /// Locks a file for this writer alone.
    ///
    /// Tries for a quarter of a second: a child process that was just started holds copies of our descriptors,
    /// and with them the lock of a file that we closed meanwhile, until it runs its own program.
    private static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<25 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return true }
            usleep(10_000)
        }
        return false
    }

    /// Adds bytes at the end. After an error the file is only good for being discarded, or gone on with anew.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(FITSError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = rest.prefix(Self.pieceLength - length % Self.pieceLength)
            buffer.append(contentsOf: taken)
            length += taken.count
            rest = rest.dropFirst(taken.count)
            if length % Self.pieceLength == 0 { try flush() }
        }
    }

    /// Adds bytes at the end.
    package func append(_ bytes: [UInt8]) throws(FITSError) {
        try bytes.withRawBytes { raw throws(FITSError) in try append(raw) }
    }

    /// Writes over bytes that are there.
    package func overwrite(_ bytes: [UInt8], at offset: Int) throws(FITSError) {
        precondition(offset + bytes.count <= length, "PartFile: overwriting beyond the end")
        try flush()
        try bytes.withRawBytes { raw throws(FITSError) in try write(raw, at: offset) }
    }

    /// Reads bytes that are there.
    package func read(at offset: Int, count: Int) throws(FITSError) -> [UInt8] {
        try flush()
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress.map { $0 + done }, count - done, off_t(offset + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                let reason = got < 0 ? SystemError.text(errno) : "it ends early"
                throw .readFailed(path: partPath, offset: offset + done, reason: reason)
            }
            done += got
        }
        return bytes
    }

    /// Cuts the file.
    package func truncate(to newLength: Int) throws(FITSError) {
        try flush()
        guard ftruncate(descriptor, off_t(newLength)) == 0 else { throw failed("truncate") }
        length = newLength
    }

    /// Makes sure that everything so far survives a loss of power.
    package func synchronize() throws(FITSError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw failed("synchronize") }
    }

    /// Makes the file durable and gives it its name.
    package func finish() throws(FITSError) {
        try synchronize()
        guard rename(partPath, path) == 0 else { throw failed("rename") }
        close(descriptor)
        descriptor = -1
        try Self.synchronizeFolder(of: path)
    }

    /// Removes the part file.
    package func discard() {
        guard descriptor >= 0 else { return }
        unlink(partPath)
        close(descriptor)
        descriptor = -1
    }

    /// The rename is durable once the folder is.
    private static func synchronizeFolder(of path: String) throws(FITSError) {
        let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) : "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw .writeFailed(
                path: path, operation: "synchronize the folder of", reason: SystemError.text(errno))
        }
        defer { close(descriptor) }
        // Some file systems cannot synchronise folders and say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .writeFailed(
                path: path, operation: "synchronize the folder of", reason: SystemError.text(errno))
        }
    }

    private func flush() throws(FITSError) {
        guard !buffer.isEmpty else { return }
        try buffer.withRawBytes { raw throws(FITSError) in try write(raw, at: length - buffer.count) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FITSError) {
        var done = 0
        while done < bytes.count {
            let put = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset + done))
            if put < 0 {
                if errno == EINTR { continue }
                throw failed("write")
            }
            done += put
        }
    }

    private func failed(_ operation: String) -> FITSError {
        .writeFailed(path: partPath, operation: operation, reason: SystemError.text(errno))
    }
}

extension Array where Element == UInt8 {
    /// As `withUnsafeBytes`, which loses the type of the error.
    func withRawBytes(_ body: (UnsafeRawBufferPointer) throws(FITSError) -> Void) throws(FITSError) {
        let outcome: Result<Void, FITSError> = withUnsafeBytes { raw in
            Result { () throws(FITSError) in try body(raw) }
        }
        try outcome.get()
    }
}
