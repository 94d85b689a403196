/// What the first bytes of a file tell about it.
enum Signature {
    /// Throws unless the bytes begin like a FITS file, and says what they are instead.
    static func requireFITS(_ source: ByteSource) throws(FITSError) {
        if try begins(source, at: 0, with: "SIMPLE  =") == 9 { return }
        let start = try source.bytes(at: 0, count: min(512, source.size))
        throw .notFITS(path: source.name, found: impostor(start, size: source.size))
    }

    /// Whether another extension begins at `offset`; anything else after the last one is ignored.
    static func isExtension(_ source: ByteSource, at offset: Int) throws(FITSError) -> Bool {
        let length = try begins(source, at: offset, with: "XTENSION=")
        return length == 9 || length > 0 && offset + length == source.size
    }

    /// Whether the bytes begin like a gzip member.
    static func isGzip(_ source: ByteSource) throws(FITSError) -> Bool {
        guard source.size >= 2 else { return false }
        return try source.withBytes(at: 0, count: 2) { $0[0] == 0x1f && $0[1] == 0x8b }
    }

    /// How many bytes from `offset` on are those of `text`.
    private static func begins(
        _ source: ByteSource, at offset: Int, with text: StaticString
    ) throws(FITSError) -> Int {
        let count = min(text.utf8CodeUnitCount, source.size - offset)
        return try source.withBytes(at: offset, count: count) { bytes in
            var length = 0
            while length < count, bytes[length] == text.utf8Start[length] { length += 1 }
            return length
        }
    }

    private static func impostor(_ start: [UInt8], size: Int) -> String {
        if size == 0 { return "file is empty" }
        let text = String(decoding: start, as: UTF8.self).lowercased()
            .trimmingPrefix { $0.isWhitespace || $0 == "\u{feff}" }
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.contains("<html") {
            return "not a FITS file but an HTML page (a failed download?)"
        }
        if text.hasPrefix("version https://git-lfs") {
            return "not a FITS file but a git-lfs pointer (run 'git lfs pull' to fetch the file itself)"
        }
        if text.hasPrefix("<?xml") || text.hasPrefix("<votable") { return "not a FITS file but XML" }
        if text.hasPrefix("{") || text.hasPrefix("[") { return "not a FITS file but JSON" }
        if start.starts(with: [0x89, 0x50, 0x4e, 0x47]) { return "not a FITS file but a PNG image" }
        if start.starts(with: [0xff, 0xd8, 0xff]) { return "not a FITS file but a JPEG image" }
        if start.allSatisfy({ $0 == 0 }) { return "not a FITS file: it begins with zeros" }
        return "not a FITS file: it does not begin with 'SIMPLE  =' (\(size) bytes)"
    }
}
