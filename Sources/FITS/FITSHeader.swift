/// The header of one header-data unit: cards of 80 bytes, read on demand.
///
/// Of a keyword that stands twice the first counts, unless it describes the data's structure: then two
/// different values are an error.
public struct FITSHeader: Sendable {
    /// The file's path or name, for messages.
    public let path: String
    /// The number of the unit, 0 for the primary one.
    public let hdu: Int
    /// All cards before END, 80 bytes each.
    private let bytes: [UInt8]
    /// The cards as they stand in the file.
    var rawCards: [UInt8] { bytes }
    /// The first card of each keyword.
    private var first: [UInt64: Int] = [:]
    /// Every card of the keywords that stand more than once.
    private var repeated: [UInt64: [Int]] = [:]

    /// Most cards that are read; the longest real headers hold some ten thousand.
    static let cardLimit = 100_000
    /// Bytes of a card.
    static let cardLength = 80
    /// Bytes of a FITS block.
    static let blockLength = 2880

    /// A header of `bytes` (whole cards, END not among them).
    init(path: String, hdu: Int, bytes: [UInt8]) throws(FITSError) {
        self.path = path
        self.hdu = hdu
        self.bytes = bytes
        for card in 0..<bytes.count / Self.cardLength {
            let key = Self.key(bytes, card)
            // Every byte of a keyword field is printable ASCII, or this is no header at all.
            guard Self.isPrintable(key) else {
                throw .malformedHeader(
                    path: path, hdu: hdu, keyword: "card \(card + 1)",
                    reason: "the keyword holds bytes that are not printable")
            }
            if Self.commentary.contains(key) { continue }
            if let earlier = first[key] {
                repeated[key, default: [earlier]].append(card)
            } else {
                first[key] = card
            }
        }
    }

    /// The number of cards, END not counted.
    public var cardCount: Int { bytes.count / Self.cardLength }

    // MARK: Values

    /// The value of a keyword; `nil` when it is absent.
    public func value(_ keyword: String) throws(FITSError) -> HeaderValue? {
        guard let card = first[Self.key(keyword)] else { return nil }
        return try field(card).value
    }

    /// A text; `nil` when absent or without value, an error when it is something else.
    public func string(_ keyword: String) throws(FITSError) -> String? {
        switch try value(keyword) {
        case nil, .undefined: return nil
        case .string(let text): return text
        case let other?: throw wrongType(keyword, other, "a text")
        }
    }

    /// A whole number; `nil` when absent or without value, an error when it is something else.
    public func integer(_ keyword: String) throws(FITSError) -> Int64? {
        switch try value(keyword) {
        case nil, .undefined: return nil
        case .integer(let number): return number
        case let other?: throw wrongType(keyword, other, "a whole number of 64 bits")
        }
    }

    /// A finite real number; `nil` when absent or without value, an error when it is something else.
    public func real(_ keyword: String) throws(FITSError) -> Double? {
        switch try value(keyword) {
        case nil, .undefined: return nil
        case .integer(let number): return Double(number)
        case .real(let number): return number
        case let other?: throw wrongType(keyword, other, "a number")
        }
    }

    /// T or F; `nil` when absent or without value, an error when it is something else.
    public func logical(_ keyword: String) throws(FITSError) -> Bool? {
        switch try value(keyword) {
        case nil, .undefined: return nil
        case .logical(let flag): return flag
        case let other?: throw wrongType(keyword, other, "T or F")
        }
    }

    /// A text that only informs: `nil` also when the card is broken or of another type.
    public func text(_ keyword: String) -> String? {
        guard let card = first[Self.key(keyword)], case .string(let text)? = parsed(card)?.value else {
            return nil
        }
        return text
    }

    /// A whole number on which the layout of the data depends.
    func structural(_ keyword: String) throws(FITSError) -> Int64 {
        try rejectContradiction(keyword)
        guard let number = try integer(keyword) else {
            throw .malformedHeader(path: path, hdu: hdu, keyword: keyword, reason: "is missing")
        }
        return number
    }

    /// Throws when `keyword` stands more than once with different values.
    func rejectContradiction(_ keyword: String) throws(FITSError) {
        guard let cards = repeated[Self.key(keyword)] else { return }
        let expected = try field(cards[0]).value
        for card in cards.dropFirst() where try field(card).value != expected {
            throw .malformedHeader(
                path: path, hdu: hdu, keyword: keyword, reason: "stands twice with different values")
        }
    }

    /// Whether the keyword is there.
    public func contains(_ keyword: String) -> Bool { first[Self.key(keyword)] != nil }

    private func wrongType(_ keyword: String, _ value: HeaderValue, _ expected: String) -> FITSError {
        .malformedHeader(path: path, hdu: hdu, keyword: keyword, reason: "\(value) is not \(expected)")
    }

    // MARK: Cards

    /// The value field of a card with the long text that follows it.
    private func field(_ card: Int) throws(FITSError) -> ValueField {
        guard let field = parsed(card) else {
            throw .malformedHeader(
                path: path, hdu: hdu, keyword: keyword(card), reason: "its value cannot be read")
        }
        return field
    }

    /// As `field`, `nil` when broken.
    private func parsed(_ card: Int) -> ValueField? {
        let start = card * Self.cardLength
        guard bytes[start + 8] == UInt8(ascii: "="), bytes[start + 9] == 0x20 else {
            return ValueField(bytes[start..<start])
        }
        guard var field = ValueField(bytes[start + 10..<start + Self.cardLength]) else { return nil }
        guard case .string(var text) = field.value, text.hasSuffix("&") else { return field }
        var next = card + 1
        while text.hasSuffix("&"), next < cardCount, Self.key(bytes, next) == Self.continuation {
            let from = next * Self.cardLength + 10
            guard let more = ValueField(bytes[from..<from + 70]), case .string(let piece) = more.value
            else { break }
            text.removeLast()
            text += piece
            field.comment += more.comment
            next += 1
        }
        field.value = .string(text)
        return field
    }

    /// The keyword of a card.
    private func keyword(_ card: Int) -> String {
        let start = card * Self.cardLength
        let name = bytes[start..<start + 8]
        return String(decoding: name.prefix(through: name.lastIndex { $0 != 0x20 } ?? start), as: UTF8.self)
            .replacing(" ", with: "")
    }

    /// Every card in order, long texts joined, as `inspect` lists them.
    public var cards: [HeaderCard] {
        var cards: [HeaderCard] = []
        for card in 0..<cardCount {
            let key = Self.key(bytes, card)
            let start = card * Self.cardLength
            if key == Self.continuation, cards.last?.isValue == true { continue }
            let isValue = bytes[start + 8] == UInt8(ascii: "=") && !Self.commentary.contains(key)
            if isValue, let field = parsed(card) {
                cards.append(
                    HeaderCard(unchecked: keyword(card), value: field.value, comment: field.comment))
            } else {
                var text = bytes[start + 8..<start + Self.cardLength]
                while text.last == 0x20 { text.removeLast() }
                cards.append(
                    HeaderCard(
                        unchecked: keyword(card), value: nil,
                        comment: String(decoding: text, as: UTF8.self)))
            }
        }
        return cards
    }

    // MARK: Keys

    private static let continuation = key("CONTINUE")
    private static let commentary: Set<UInt64> = [
        key("COMMENT"), key("HISTORY"), key(""), continuation, key("HIERARCH"),
    ]

    /// The eight bytes of a keyword as one number.
    private static func key(_ keyword: String) -> UInt64 {
        var key: UInt64 = 0
        var count = 0
        for byte in keyword.utf8.prefix(8) {
            key = key << 8 | UInt64(byte)
            count += 1
        }
        while count < 8 {
            key = key << 8 | 0x20
            count += 1
        }
        return key
    }

    /// The keyword of card `card` as one number.
    private static func key(_ bytes: [UInt8], _ card: Int) -> UInt64 {
        bytes.withUnsafeBytes {
            UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: card * cardLength, as: UInt64.self))
        }
    }

    /// Whether all eight bytes lie in 0x20...0x7e.
    private static func isPrintable(_ key: UInt64) -> Bool {
        var rest = key
        for _ in 0..<8 {
            if !(0x20...0x7e).contains(rest & 0xff) { return false }
            rest >>= 8
        }
        return true
    }
}
