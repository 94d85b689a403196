extension FITSHeader {
    /// Cards, END and padding: whole blocks.
    static func encoded(_ cards: [HeaderCard]) -> [UInt8] { finished(cards.flatMap(\.encoded)) }

    /// A header that was read, as it was read.
    static func encoded(raw header: FITSHeader) -> [UInt8] { finished(header.rawCards) }

    private static func finished(_ cards: [UInt8]) -> [UInt8] {
        var bytes = cards
        bytes += Array("END".utf8)
        let padding = (blockLength - bytes.count % blockLength) % blockLength
        bytes += [UInt8](repeating: 0x20, count: padding)
        return bytes
    }
}
