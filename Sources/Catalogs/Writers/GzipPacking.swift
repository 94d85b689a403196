import CZlib
import FITS
import Foundation

/// Packs a finished file: same content, same bytes (no time and no name stand in the gzip header).
enum GzipPacking {
    private static let piece = 1 << 20

    /// Writes the gzipped content of `source` to `path`, atomically, and removes `source`.
    static func pack(_ source: String, to path: String) throws(CatalogError) {
        let input = try TextInput(path: source)
        let target: PartFile
        do throws(FITSError) { target = try PartFile(path: path) } catch { throw .fits(error) }
        do throws(CatalogError) {
            try deflateAll(input, into: target)
        } catch {
            target.discard()
            throw error
        }
        do throws(FITSError) { try target.finish() } catch { throw .fits(error) }
        unlink(source)
    }

    private static func deflateAll(_ input: TextInput, into target: PartFile) throws(CatalogError) {
        var stream = z_stream()
        // 16: a gzip header; 15: the largest window; 8: zlib's default memory.
        let status = deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            throw .file(path: target.path, action: "pack", reason: "zlib error \(status)")
        }
        defer { deflateEnd(&stream) }
        var (plain, packed) = ([UInt8](repeating: 0, count: piece), [UInt8](repeating: 0, count: piece))
        while true {
            var failure: CatalogError?
            let count = plain.withUnsafeMutableBytes { buffer in
                do throws(CatalogError) { return try input.read(into: buffer) } catch {
                    failure = error
                    return 0
                }
            }
            if let failure { throw failure }
            let isLast = count < piece
            try deflatePiece(&stream, &plain, count, &packed, isLast: isLast, into: target)
            if isLast { return }
        }
    }

    private static func deflatePiece(
        _ stream: inout z_stream, _ plain: inout [UInt8], _ count: Int, _ packed: inout [UInt8],
        isLast: Bool, into target: PartFile
    ) throws(CatalogError) {
        var consumed = 0
        while true {
            let capacity = packed.count
            let produced = plain.withUnsafeMutableBufferPointer { plain in
                packed.withUnsafeMutableBufferPointer { packed in
                    stream.next_in = plain.baseAddress.map { $0 + consumed }
                    stream.avail_in = UInt32(count - consumed)
                    stream.next_out = packed.baseAddress
                    stream.avail_out = UInt32(capacity)
                    _ = deflate(&stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    consumed = count - Int(stream.avail_in)
                    return capacity - Int(stream.avail_out)
                }
            }
            if produced > 0 {
                do throws(FITSError) {
                    let part = Array(packed[..<produced])
                    try part.withRawBytes(target.append)
                } catch {
                    throw .fits(error)
                }
            }
            // A full output buffer may mean that more waits inside the encoder.
            if produced < capacity, consumed == count { return }
        }
    }
}
