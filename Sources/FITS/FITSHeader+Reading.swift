extension FITSHeader {
    /// Reads the header that starts at `offset`.
    ///
    /// - Parameter notesAskedCards: Whether the header notes which of its cards are asked for.
    /// - Returns: The header and the offset of the data after it.
    static func read(
        from source: ByteSource, at offset: Int, hdu: Int, notesAskedCards: Bool = false
    ) throws(FITSError) -> (header: FITSHeader, dataOffset: Int) {
        var bytes: [UInt8] = []
        // Five blocks hold the header of a survey cutout, and most need fewer, which matters where they are
        // copied from memory; long headers come in larger pieces.
        var piece = source.isInMemory ? blockLength : 5 * blockLength
        var scanned = 0
        while true {
            let position = offset + bytes.count
            let count = min(piece, source.size - position)
            if count <= 0 {
                throw .headerWithoutEnd(path: source.name, hdu: hdu, bytes: bytes.count)
            }
            if bytes.isEmpty {
                bytes = try source.bytes(at: position, count: count)
            } else {
                bytes += try source.bytes(at: position, count: count)
            }
            let cards = bytes.count / cardLength
            if let end = (scanned..<cards).first(where: { Keyword(bytes, $0) == .end }) {
                let length = (end * cardLength / blockLength + 1) * blockLength
                guard offset + length <= source.size else {
                    throw .truncated(
                        path: source.name, hdu: hdu, part: "header", promised: length,
                        present: source.size - offset)
                }
                bytes.removeSubrange((end * cardLength)...)
                let header = try FITSHeader(
                    path: source.name, hdu: hdu, bytes: bytes, notesAskedCards: notesAskedCards)
                return (header, offset + length)
            }
            guard cards < cardLimit else {
                throw .tooMany(path: source.name, hdu: hdu, what: "header cards", limit: cardLimit)
            }
            scanned = cards
            piece = min(piece * 4, 256 * blockLength)
        }
    }
}
