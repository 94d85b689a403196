import CZlib

/// Writes a gzip file; the same content gives the same bytes, for neither name nor time go into it.
///
/// Everything goes to `<path>.part`, which `finish` renames. Not safe for use from several threads.
public final class GzipWriter {
    private let file: PartFile
    private var stream = z_stream()
    private var output = [UInt8](repeating: 0, count: 1 << 18)

    /// Starts a file; `level` from 1 (fast) to 9 (small).
    public init(path: String, level: Int = 6) throws(FITSError) {
        precondition((1...9).contains(level), "GzipWriter: level \(level)")
        file = try PartFile(path: path)
        // 16: a gzip header; 15: the largest window; 8: zlib's usual memory.
        let status = deflateInit2_(
            &stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else {
            file.discard()
            throw .writeFailed(path: path, operation: "compress", reason: "zlib error \(status)")
        }
    }

    deinit { deflateEnd(&stream) }

    /// Compresses the whole file at `source` to `path`; the source stays.
    public static func compress(_ source: String, to path: String) throws(FITSError) {
        let input = try ByteSource(path: source)
        let writer = try GzipWriter(path: path)
        do throws(FITSError) {
            for offset in stride(from: 0, to: input.size, by: 1 << 20) {
                try writer.append(input.bytes(at: offset, count: min(1 << 20, input.size - offset)))
            }
            try writer.finish()
        } catch {
            writer.discard()
            throw error
        }
    }

    /// Adds content.
    public func append(_ bytes: [UInt8]) throws(FITSError) {
        // The decoder's counters have 32 bits.
        for start in stride(from: 0, to: bytes.count, by: 1 << 30) {
            try deflate(Array(bytes[start..<min(bytes.count, start + 1 << 30)]), Z_NO_FLUSH)
        }
    }

    /// Completes the file and gives it its name. Nothing may be appended afterwards.
    public func finish() throws(FITSError) {
        try deflate([], Z_FINISH)
        try file.finish()
    }

    /// Gives up and removes the part file.
    public func discard() { file.discard() }

    /// Feeds the encoder until it wants more, and writes what it gives.
    private func deflate(_ bytes: [UInt8], _ flush: Int32) throws(FITSError) {
        var input = bytes
        var used = 0
        while true {
            let step = step(&input, from: used, flush)
            used += step.consumed
            guard step.status == Z_OK || step.status == Z_STREAM_END || step.status == Z_BUF_ERROR else {
                throw .writeFailed(
                    path: file.partPath, operation: "compress", reason: "zlib error \(step.status)")
            }
            try file.append(Array(output[..<step.produced]))
            // A full output buffer may mean that more waits inside the encoder.
            if step.status == Z_STREAM_END || used == input.count && step.produced < output.count { return }
        }
    }

    private struct Step {
        var consumed: Int
        var produced: Int
        var status: Int32
    }

    private func step(_ input: inout [UInt8], from start: Int, _ flush: Int32) -> Step {
        let available = input.count - start
        let capacity = output.count
        return input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress.map { $0 + start }
                stream.avail_in = UInt32(available)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(capacity)
                let status = CZlib.deflate(&stream, flush)
                return Step(
                    consumed: available - Int(stream.avail_in),
                    produced: capacity - Int(stream.avail_out), status: status)
            }
        }
    }
}
