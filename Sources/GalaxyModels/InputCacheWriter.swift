internal import Foundation

/// Writes an `InputCache`, its records in any order and from several threads.
public final class InputCacheWriter: Sendable {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private let recordLength: Int

    /// Begins a cache at `path`; the file appears there with `finish()`.
    public init(path: String, key: String, count: Int, recordLength: Int) throws {
        self.path = path
        self.recordLength = recordLength
        temporary = path + ".part"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        if descriptor < 0 {
            throw InputCache.CacheError.system(path: temporary, operation: "create", code: errno)
        }
        let header = InputCache.header(key: key, count: count, recordLength: recordLength)
        try header.withUnsafeBytes { try write($0, at: 0) }
    }

    deinit { close(descriptor) }

    /// Writes a record.
    public func write(_ values: [Float], record: Int) throws {
        precondition(
            values.count == recordLength, "InputCache: \(values.count) values, expected \(recordLength)")
        try values.withUnsafeBytes { bytes in
            try write(bytes, at: InputCache.headerLength + record * recordLength * 4)
        }
    }

    /// Puts the finished file in its place.
    public func finish() throws {
        if fsync(descriptor) != 0 {
            throw InputCache.CacheError.system(path: temporary, operation: "write", code: errno)
        }
        if rename(temporary, path) != 0 {
            throw InputCache.CacheError.system(path: path, operation: "rename to", code: errno)
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let put = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(offset + done))
            if put < 0, errno == EINTR { continue }
            if put <= 0 {
                throw InputCache.CacheError.system(
                    path: temporary, operation: "write", code: put < 0 ? errno : EIO)
            }
            done += put
        }
    }
}
