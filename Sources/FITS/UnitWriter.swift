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

    /// Puts `cards` in place of those with the same keyword, sets the checksums and pads the data.
    func finish(replacing cards: [HeaderCard] = []) throws(FITSError) {
        try close(replacing: cards)
        try pad()
    }

    /// Puts `cards` in place of those with the same keyword, and sets the checksums of the data so far.
    func close(replacing cards: [HeaderCard]) throws(FITSError) {
        // Zeros up to a whole block leave the sum as it is, but complete its last word.
        var sum = dataSum
        [UInt8](repeating: 0, count: padding).withUnsafeBytes { sum.add($0) }
        Self.close(&header, replacing: cards, dataSum: sum)
        try file.overwrite(header, at: start)
    }

    /// Fills the last block with zeros.
    func pad() throws(FITSError) { try append([UInt8](repeating: 0, count: padding)) }

    /// Bytes to the end of the block.
    private var padding: Int {
        (FITSHeader.blockLength - dataLength % FITSHeader.blockLength) % FITSHeader.blockLength
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
        guard let position = position(of: card.keyword, in: header) else {
            preconditionFailure("UnitWriter: the header has no \(card.keyword)")
        }
        header.replaceSubrange(position..<position + FITSHeader.cardLength, with: card.encoded)
    }

    /// Where the last card of a keyword begins: in a file's start the last is that of its last unit.
    private static func position(of keyword: String, in header: [UInt8]) -> Int? {
        let key = Array(keyword.utf8) + Array(repeating: 0x20, count: 8 - keyword.utf8.count)
        let last = (header.count / FITSHeader.cardLength - 1) * FITSHeader.cardLength
        return stride(from: last, through: 0, by: -FITSHeader.cardLength)
            .first { header[$0..<$0 + 8].elementsEqual(key) }
    }

    /// The whole number that the last card of `keyword` in `start` gives.
    static func integer(_ keyword: String, in start: [UInt8]) -> Int? {
        guard let position = position(of: keyword, in: start),
            case .integer(let value)? = ValueField(start.span.extracting(position + 10..<position + 80))?
                .value
        else { return nil }
        return Int(value)
    }

    /// `start` with the last cards of `keywords` blanked, to compare what does not change while writing.
    static func blanking(_ keywords: [String], in start: [UInt8]) -> [UInt8] {
        var start = start
        for keyword in keywords {
            guard let position = position(of: keyword, in: start) else { continue }
            let range = position..<position + FITSHeader.cardLength
            start.replaceSubrange(range, with: repeatElement(0x20, count: range.count))
        }
        return start
    }
}
