import CZlib

/// Files compressed as a whole.
enum Gzip {
    /// `source` itself, or its content unpacked into memory when it begins like a gzip file.
    static func unpackedIfNeeded(_ source: ByteSource, limit: Int) throws(FITSError) -> ByteSource {
        guard try Signature.isGzip(source) else { return source }
        return ByteSource(bytes: try unpack(source, limit: limit), name: source.name)
    }

    /// Unpacks all members of a gzip stream; more than `limit` bytes are refused.
    static func unpack(_ source: ByteSource, limit: Int) throws(FITSError) -> [UInt8] {
        var stream = z_stream()
        // 16: a gzip header is expected; 15: the largest window.
        let status = inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw failure(source, stream, status) }
        defer { inflateEnd(&stream) }
        var unpacked: [UInt8] = []
        var output = [UInt8](repeating: 0, count: 1 << 18)
        var offset = 0
        var isComplete = false
        while offset < source.size {
            var input = try source.bytes(at: offset, count: min(1 << 18, source.size - offset))
            offset += input.count
            var used = 0
            while true {
                if isComplete, used < input.count {
                    // Padding after the last member is no member.
                    if input[used...].allSatisfy({ $0 == 0 }) { break }
                    inflateReset(&stream)
                    isComplete = false
                }
                let step = inflateStep(&stream, &input, from: used, &output)
                used += step.consumed
                guard step.status == Z_OK || step.status == Z_STREAM_END || step.status == Z_BUF_ERROR
                else { throw failure(source, stream, step.status) }
                guard unpacked.count + step.produced <= limit else {
                    throw .decompressedTooLarge(path: source.name, limit: limit)
                }
                unpacked += output[..<step.produced]
                isComplete = step.status == Z_STREAM_END
                // A full output buffer may mean that more waits inside the decoder.
                if used == input.count, step.produced < output.count { break }
                if step.consumed == 0, step.produced == 0 { break }
            }
        }
        guard isComplete else {
            throw .decompressionFailed(path: source.name, reason: "it ends in the middle")
        }
        return unpacked
    }

    private struct Step {
        var consumed: Int
        var produced: Int
        var status: Int32
    }

    /// One call of the decoder.
    private static func inflateStep(
        _ stream: inout z_stream, _ input: inout [UInt8], from start: Int, _ output: inout [UInt8]
    ) -> Step {
        let available = input.count - start
        let capacity = output.count
        return input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress.map { $0 + start }
                stream.avail_in = UInt32(available)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(capacity)
                let status = inflate(&stream, Z_NO_FLUSH)
                return Step(
                    consumed: available - Int(stream.avail_in),
                    produced: capacity - Int(stream.avail_out), status: status)
            }
        }
    }

    private static func failure(_ source: ByteSource, _ stream: z_stream, _ status: Int32) -> FITSError {
        let text = stream.msg.map { String(cString: $0) } ?? "zlib error \(status)"
        return .decompressionFailed(path: source.name, reason: text)
    }
}
