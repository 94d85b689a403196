/// Writes one header-data unit: its header first, data as they come, then size and checksums in place.
final class UnitWriter {
    private let file: PartFile
    private let start: Int
    private var header: [UInt8]
    private var dataSum = Checksum()
    /// Bytes of data so far.
    private(set) var dataLength = 0

    private static let unsetChecksum = "0000000000000000"

    /// Writes the header of `cards`, with room for the checksums.
    init(_ file: PartFile, cards: [HeaderCard]) throws(FITSError) {
        self.file = file
        start = file.length
        header = Self.header(cards)
        try header.withRawBytes { raw throws(FITSError) in try file.append(raw) }
    }

    /// Goes on with a unit whose header and first data are in the file already, up to its end.
    init(
        resuming file: PartFile, cards: [HeaderCard], at start: Int, dataLength: Int
    ) throws(FITSError) {
        self.file = file
        self.start = start
        header = Self.header(cards)
        var offset = start + header.count
        let end = offset + dataLength
        while offset < end {
            let bytes = try file.read(at: offset, count: min(4 << 20, end - offset))
            bytes.withUnsafeBytes { dataSum.add($0) }
            offset += bytes.count
        }
        self.dataLength = dataLength
    }

    /// The header's bytes as they stand while the unit is being written.
    static func header(_ cards: [HeaderCard]) -> [UInt8] {
        FITSHeader.encoded(
            cards + [
                HeaderCard("CHECKSUM", .string(unsetChecksum), comment: "HDU checksum"),
                HeaderCard("DATASUM", "0", comment: "data unit checksum"),
            ])
    }

    /// Adds data.
    func append(_ bytes: [UInt8]) throws(FITSError) {
        try bytes.withRawBytes { raw throws(FITSError) in try append(raw) }
    }

    /// Adds data.
    func append(_ bytes: UnsafeRawBufferPointer) throws(FITSError) {
        dataSum.add(bytes)
        try file.append(bytes)
        dataLength += bytes.count
    }

    /// Pads the data, puts `cards` in place of those with the same keyword, and sets the checksums.
    func finish(replacing cards: [HeaderCard] = []) throws(FITSError) {
        let rest = dataLength % FITSHeader.blockLength
        if rest > 0 {
            try append([UInt8](repeating: 0, count: FITSHeader.blockLength - rest))
        }
        Self.close(&header, replacing: cards, dataSum: dataSum)
        try file.overwrite(header, at: start)
    }

    /// The header of a finished unit without data.
    static func finishedHeader(_ cards: [HeaderCard]) -> [UInt8] {
        var header = header(cards)
        close(&header, replacing: [], dataSum: Checksum())
        return header
    }

    /// Replaces cards and sets the checksums.
    private static func close(_ header: inout [UInt8], replacing cards: [HeaderCard], dataSum: Checksum) {
        for card in cards { replace(card, in: &header) }
        replace(
            HeaderCard("DATASUM", .string("\(dataSum.sum)"), comment: "data unit checksum"), in: &header)
        let sum = Checksum(header).adding(dataSum)
        replace(
            HeaderCard("CHECKSUM", .string(sum.encodedComplement), comment: "HDU checksum"), in: &header)
    }

    private static func replace(_ card: HeaderCard, in header: inout [UInt8]) {
        let bytes = card.encoded
        let key = Array(bytes[..<9])
        let position = stride(from: 0, to: header.count, by: FITSHeader.cardLength)
            .first { header[$0..<$0 + 9].elementsEqual(key) }
        guard let position else { preconditionFailure("UnitWriter: the header has no \(card.keyword)") }
        header.replaceSubrange(position..<position + FITSHeader.cardLength, with: bytes)
    }
}
