import Foundation

/// Bytes that any thread may read at any offset: an open regular file, or memory.
///
/// A file is read with `pread`, so that one which shrinks gives an error and not a signal; what is lent comes
/// from a guarded mapping where there is one. This is the only place that knows where bytes come from.
package final class ByteSource: Sendable {
    /// The path, or the name that stands for it in messages.
    package let name: String
    /// Bytes in all, as found when opened.
    package let size: Int
    private let storage: Storage

    private enum Storage: Sendable {
        case file(descriptor: Int32)
        case mapped(descriptor: Int32, FileMapping)
        case memory([UInt8])
        case reused(ReusedMemory)
    }

    /// Whether all bytes are in memory.
    var isInMemory: Bool {
        switch storage {
        case .memory, .reused: true
        case .file, .mapped: false
        }
    }

    /// Memory under a name for messages.
    package init(bytes: [UInt8], name: String) {
        self.name = name
        size = bytes.count
        storage = .memory(bytes)
    }

    private init(storage: Storage, size: Int, name: String) {
        self.name = name
        self.size = size
        self.storage = storage
    }

    /// The regular file at `path`, which is taken as a plain name whatever characters it holds.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - isMapped: Whether the file is mapped, for `withBytes` without a copy; where the system refuses that
    ///     all is read.
    package init(path: String, isMapped: Bool = false) throws(FITSError) {
        name = path
        let (descriptor, size) = try Self.open(path)
        self.size = size
        if isMapped, let mapping = FileMapping(descriptor: descriptor, size: size) {
            storage = .mapped(descriptor: descriptor, mapping)
        } else {
            storage = .file(descriptor: descriptor)
        }
    }

    /// The regular file at `path`, read in one go; a file beyond `limit` bytes stays on disk.
    ///
    /// - Parameters:
    ///   - memory: Where the bytes go if no source needs it any more; replaced otherwise.
    ///   - likelySize: Bytes that the file probably has, at most `limit`. If so, nobody is asked what it is and how
    ///     long: a device that has as many bytes passes for a file.
    static func whole(
        path: String, memory: inout ReusedMemory, likelySize: Int? = nil, limit: Int = 1 << 24
    ) throws(FITSError) -> ByteSource {
        let descriptor = try openAny(path)
        if let likelySize, fill(&memory, from: descriptor, expecting: likelySize) {
            close(descriptor)
            return ByteSource(storage: .reused(memory), size: likelySize, name: path)
        }
        let size = try regularSize(descriptor, path)
        guard size <= limit else {
            return ByteSource(storage: .file(descriptor: descriptor), size: size, name: path)
        }
        defer { close(descriptor) }
        try ReusedMemory.fill(&memory, count: size) { bytes throws(FITSError) in
            try read(descriptor, at: 0, into: bytes, name: path)
        }
        return ByteSource(storage: .reused(memory), size: size, name: path)
    }

    /// Reads a file of so many bytes; `false`, whatever was read, when it has not so many, or is none to read from.
    private static func fill(
        _ memory: inout ReusedMemory, from descriptor: Int32, expecting size: Int
    ) -> Bool {
        // One byte more is asked for: what has it is longer.
        ReusedMemory.fill(&memory, count: size + 1) { pread(descriptor, $0.baseAddress, size + 1, 0) } == size
    }

    /// Opens a regular file.
    private static func open(_ path: String) throws(FITSError) -> (descriptor: Int32, size: Int) {
        let descriptor = try openAny(path)
        return (descriptor, try regularSize(descriptor, path))
    }

    /// Opens whatever is at a path.
    private static func openAny(_ path: String) throws(FITSError) -> Int32 {
        // Of the bytes as they lie in memory this takes nothing; of a view of them it is felt beside opening.
        let holdsZero = path.utf8.withContiguousStorageIfAvailable { $0.contains(0) }
        guard !(holdsZero ?? path.utf8.contains(0)) else {
            throw .cannotOpen(path: path, reason: "the name holds a zero byte")
        }
        // Without O_NONBLOCK opening a pipe waits for its other end.
        let descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: SystemError.text(errno)) }
        return descriptor
    }

    /// Bytes of an open file; closes one that is not regular.
    private static func regularSize(_ descriptor: Int32, _ path: String) throws(FITSError) -> Int {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotOpen(path: path, reason: SystemError.text(code))
        }
        if let kind = kindUnlessRegular(status.st_mode) {
            close(descriptor)
            throw .notRegularFile(path: path, kind: kind)
        }
        return Int(status.st_size)
    }

    deinit {
        switch storage {
        case .file(let descriptor), .mapped(let descriptor, _): close(descriptor)
        case .memory, .reused: break
        }
    }

    /// Fills `buffer` with the bytes from `offset` on.
    package func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(FITSError) {
        guard !buffer.isEmpty else { return }
        guard offset >= 0, offset <= size, buffer.count <= size - offset else {
            throw .shrankWhileReading(
                path: name, offset: offset, expected: buffer.count, got: max(0, size - max(0, offset)))
        }
        switch storage {
        case .memory(let bytes):
            bytes.withUnsafeBytes { all in
                buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[offset..<offset + buffer.count]))
            }
        case .reused(let memory):
            memory.withBytes(offset..<offset + buffer.count) { buffer.copyMemory(from: $0) }
        case .file(let descriptor), .mapped(let descriptor, _):
            try Self.read(descriptor, at: offset, into: buffer, name: name)
        }
    }

    /// Fills `buffer` from an open file.
    private static func read(
        _ descriptor: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer, name: String
    ) throws(FITSError) {
        guard let start = buffer.baseAddress else { return }
        var done = 0
        while done < buffer.count {
            let got = pread(descriptor, start + done, buffer.count - done, off_t(offset + done))
            if got < 0 {
                if errno == EINTR { continue }
                throw .readFailed(path: name, offset: offset + done, reason: SystemError.text(errno))
            }
            guard got > 0 else {
                throw .shrankWhileReading(path: name, offset: offset, expected: buffer.count, got: done)
            }
            done += got
        }
    }

    /// Lends the bytes `offset..<offset + count` without a copy where the file is mapped.
    ///
    /// - Parameter body: What to do with them; called a second time, on bytes that were read, when the file
    ///   turned out to be broken under the mapping. Must not lend bytes itself.
    package func withBytes<Result>(
        at offset: Int, count: Int, _ body: (UnsafeRawBufferPointer) -> Result
    ) throws(FITSError) -> Result {
        let isInside = offset >= 0 && count >= 0 && offset <= size && count <= size - offset
        switch storage {
        case .mapped(_, let mapping) where isInside:
            if let result = mapping.withBytes(offset..<offset + count, body) { return result }
        case .memory(let bytes) where isInside:
            return bytes.withUnsafeBytes {
                body(UnsafeRawBufferPointer(rebasing: $0[offset..<offset + count]))
            }
        case .reused(let memory) where isInside: return memory.withBytes(offset..<offset + count, body)
        default: break
        }
        return try bytes(at: offset, count: count).withUnsafeBytes(body)
    }

    /// Says that the bytes `offset..<offset + count` are about to be read.
    package func expect(at offset: Int, count: Int) {
        withMapping(at: offset, count: count) { $0.expect($1) }
    }

    /// Says that the bytes `offset..<offset + count` are not needed again soon, so that their memory may go.
    package func release(at offset: Int, count: Int) {
        withMapping(at: offset, count: count) { $0.release($1) }
    }

    /// Hands over the mapping and a range of it, where there are both.
    private func withMapping(at offset: Int, count: Int, _ body: (FileMapping, Range<Int>) -> Void) {
        guard case .mapped(_, let mapping) = storage, offset >= 0, count >= 0, offset <= size,
            count <= size - offset
        else { return }
        body(mapping, offset..<offset + count)
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
