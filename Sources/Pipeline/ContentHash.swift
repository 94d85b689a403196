internal import CCrypto
public import Foundation

/// A SHA-256 hash built up piece by piece.
public struct ContentHash: ~Copyable {
    private let context: OpaquePointer

    /// The hash of nothing yet.
    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            preconditionFailure("ContentHash: libcrypto offers no SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public mutating func update(_ bytes: some ContiguousBytes) {
        bytes.withUnsafeBytes { buffer in
            if let base = buffer.baseAddress { EVP_DigestUpdate(context, base, buffer.count) }
        }
    }

    /// Adds text with its length, so that neighbouring texts cannot run into each other.
    public mutating func update(text: String) {
        update(Array("\(text.utf8.count):\(text)".utf8))
    }

    /// The hash of all that was added, 64 hexadecimal digits.
    public consuming func hexadecimal() -> String {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &digest, &length)
        let digits = Array("0123456789abcdef")
        return String(digest.prefix(Int(length)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The hash of a text.
    public static func of(text: String) -> String {
        var hash = ContentHash()
        hash.update(text: text)
        return hash.hexadecimal()
    }

    /// The hash of a file's bytes, read in pieces.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - progress: Told the bytes that were read, after each piece; what it throws ends the reading.
    /// - Throws: `PipelineError` of category inputOutput; what `progress` throws.
    public static func ofFile(
        _ path: String, progress: (_ bytes: Int) throws -> Void = { _ in }
    ) throws -> String {
        do {
            // Closes itself when it goes.
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            var hash = ContentHash()
            var bytes = 0
            while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                hash.update(piece)
                bytes += piece.count
                try progress(bytes)
            }
            return hash.hexadecimal()
        } catch let error as CancellationError {
            throw error
        } catch {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(error.localizedDescription)")
        }
    }
}
