internal import Foundation

/// Network inputs on disk: computed once before training, read back for every batch.
///
/// A file of float32 records of one size behind a 64-byte header that names what they were computed from. The
/// writer renames it into place when all records are there, so that an interrupted run leaves none.
public final class InputCache: Sendable {
    /// Records in the file.
    public let count: Int
    /// Floats of a record.
    public let recordLength: Int
    private let descriptor: Int32
    private let path: String

    static let headerLength = 64
    private static let magic = Array("GALINPUT".utf8)

    /// What goes wrong with a cache.
    public enum CacheError: Error, Equatable, CustomStringConvertible {
        /// The file cannot be opened, read or written.
        case system(path: String, operation: String, code: Int32)
        /// The file is none of ours, or of another computation.
        case mismatch(path: String)

        /// One line for the user.
        public var description: String {
            switch self {
            case .system(let path, let operation, let code):
                "cannot \(operation) '\(path)': \(String(cString: strerror(code)))"
            case .mismatch(let path): "'\(path)' holds inputs of another training"
            }
        }
    }

    /// Opens a finished cache.
    ///
    /// - Parameters:
    ///   - key: What the inputs were computed from; at most 32 bytes count.
    /// - Throws: `CacheError`; `mismatch` when key, count or size differ.
    public init(path: String, key: String, count: Int, recordLength: Int) throws(CacheError) {
        self.path = path
        self.count = count
        self.recordLength = recordLength
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        if descriptor < 0 { throw .system(path: path, operation: "open", code: errno) }
        var header = [UInt8](repeating: 0, count: Self.headerLength)
        let length = pread(descriptor, &header, header.count, 0)
        let expected = Self.header(key: key, count: count, recordLength: recordLength)
        let size = Int64(Self.headerLength) + Int64(count) * Int64(recordLength) * 4
        if length != header.count || header != expected || lseek(descriptor, 0, SEEK_END) != off_t(size) {
            close(descriptor)
            throw .mismatch(path: path)
        }
    }

    deinit { close(descriptor) }

    /// Reads a record; safe from several threads.
    func read(_ record: Int, into buffer: UnsafeMutableBufferPointer<Float>) throws(CacheError) {
        precondition(
            buffer.count == recordLength && record < count, "InputCache: record \(record) of \(count)")
        let bytes = recordLength * 4
        let offset = off_t(Self.headerLength + record * bytes)
        var done = 0
        while done < bytes {
            let got = pread(
                descriptor, UnsafeMutableRawPointer(buffer.baseAddress!) + done, bytes - done,
                offset + off_t(done))
            if got < 0, errno == EINTR { continue }
            if got <= 0 { throw .system(path: path, operation: "read", code: got < 0 ? errno : EIO) }
            done += got
        }
    }

    /// The numbers of a record.
    public func values(of record: Int) throws(CacheError) -> [Float] {
        var failure: CacheError?
        let values = [Float](unsafeUninitializedCapacity: recordLength) { buffer, initialized in
            do throws(CacheError) {
                try read(record, into: UnsafeMutableBufferPointer(rebasing: buffer[0..<recordLength]))
                initialized = recordLength
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return values
    }

    static func header(key: String, count: Int, recordLength: Int) -> [UInt8] {
        var header = magic
        for number in [UInt64(count), UInt64(recordLength)] {
            withUnsafeBytes(of: number.littleEndian) { header.append(contentsOf: $0) }
        }
        header.append(contentsOf: key.utf8.prefix(32))
        return header + [UInt8](repeating: 0, count: headerLength - header.count)
    }
}
