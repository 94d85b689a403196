/// The header of one header-data unit: cards of 80 bytes, read on demand.
///
/// Of a keyword that stands twice the first counts, unless it describes the data's structure: then two
/// different values are an error.
public struct FITSHeader: Sendable {
    /// The number of the unit, 0 for the primary one.
    public let hdu: Int
    private let content: Content

    /// What is shared by copies of a header.
    private final class Content: Sendable {
        let path: String
        let bytes: [UInt8]
        let index: KeywordIndex
        let asked: AskedCards?

        init(path: String, bytes: [UInt8], index: KeywordIndex, asked: AskedCards?) {
            self.path = path
            self.bytes = bytes
            self.index = index
            self.asked = asked
        }
    }

    /// The file's path or name, for messages.
    public var path: String { content.path }
    /// All cards before END as they stand in the file, 80 bytes each.
    var rawCards: [UInt8] {
        content.asked?.noteAll()
        return content.bytes
    }
    /// Which cards were asked for until now, those not counted whose keyword alone was; `nil` unless it is noted.
    var askedCards: [Bool]? { content.asked?.all }

    /// Most cards that are read; the longest real headers hold some ten thousand.
    static let cardLimit = 100_000
    /// Bytes of a card.
    static let cardLength = 80
    /// Bytes of a FITS block.
    static let blockLength = 2880

    /// A header of `bytes` (whole cards, END not among them).
    init(path: String, hdu: Int, bytes: [UInt8], notesAskedCards: Bool = false) throws(FITSError) {
        self.hdu = hdu
        var index = KeywordIndex(capacity: bytes.count / Self.cardLength)
        for card in 0..<bytes.count / Self.cardLength {
            let keyword = Keyword(bytes, card)
            // Every byte of a keyword field is printable ASCII, or this is no header at all.
            guard keyword.isPrintable else {
                throw .malformedHeader(
                    path: path, hdu: hdu, keyword: "card \(card + 1)",
                    reason: "the keyword holds bytes that are not printable")
            }
            if !keyword.isCommentary { index.add(keyword, card: card) }
        }
        content = Content(
            path: path, bytes: bytes, index: index,
            asked: notesAskedCards ? AskedCards(count: bytes.count / Self.cardLength) : nil)
    }

    /// The number of cards, END not counted.
    public var cardCount: Int { content.bytes.count / Self.cardLength }

    // MARK: Values

    /// The value of a keyword; `nil` when it is absent.
    public func value(_ keyword: String) throws(FITSError) -> HeaderValue? {
        guard let card = content.index.first(Keyword(keyword)) else { return nil }
        return try field(card)
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
        guard let card = content.index.first(Keyword(keyword)), case .string(let text)? = parsed(card)?.value
        else { return nil }
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
        guard let cards = content.index.repeated(Keyword(keyword)) else { return }
        let expected = try field(cards[0])
        for card in cards.dropFirst() where try field(card) != expected {
            throw .malformedHeader(
                path: path, hdu: hdu, keyword: keyword, reason: "stands twice with different values")
        }
    }

    /// Whether the keyword is there.
    public func contains(_ keyword: String) -> Bool { content.index.first(Keyword(keyword)) != nil }

    private func wrongType(_ keyword: String, _ value: HeaderValue, _ expected: String) -> FITSError {
        .malformedHeader(path: path, hdu: hdu, keyword: keyword, reason: "\(value) is not \(expected)")
    }

    // MARK: Cards

    /// The value of a card with the long text that follows it.
    private func field(_ card: Int) throws(FITSError) -> HeaderValue {
        guard let field = parsed(card) else {
            throw .malformedHeader(
                path: path, hdu: hdu, keyword: keyword(card), reason: "its value cannot be read")
        }
        return field.value
    }

    /// The value that begins on a card, and the cards that it stands on.
    private struct CardValue {
        var value: HeaderValue
        var cards: Range<Int>
    }

    /// As `field`, `nil` when broken.
    private func parsed(_ card: Int) -> CardValue? {
        guard let field = valueField(card) else { return nil }
        var parsed = CardValue(value: field.value, cards: card..<card + 1)
        guard case .string(var text) = field.value, text.utf8.last == UInt8(ascii: "&") else { return parsed }
        while text.utf8.last == UInt8(ascii: "&"), parsed.cards.upperBound < cardCount {
            let next = parsed.cards.upperBound
            guard Keyword(content.bytes, next) == .continuation,
                case .string(let piece)? = valueField(next)?.value
            else { break }
            text.unicodeScalars.removeLast()
            text += piece
            parsed.cards = card..<next + 1
        }
        parsed.value = .string(text)
        return parsed
    }

    /// What stands on one card, `nil` when broken.
    private func valueField(_ card: Int) -> ValueField? {
        content.asked?.note(card)
        let bytes = content.bytes
        return ValueField(card: bytes.span.extracting(Self.place(card)))
    }

    /// Where a card stands.
    private static func place(_ card: Int) -> Range<Int> { card * cardLength..<(card + 1) * cardLength }

    /// The comment of a value.
    private func comment(_ cards: Range<Int>) -> String {
        let bytes = content.bytes
        var text = ""
        for card in cards {
            let card = bytes.span.extracting(Self.place(card))
            let field = card.extracting(ValueField.columns(ofCard: card))
            if let comment = ValueField(field)?.comment { text += field.text(comment) }
        }
        return text
    }

    /// The keyword of a card.
    private func keyword(_ card: Int) -> String {
        let start = card * Self.cardLength
        let name = content.bytes[start..<start + 8]
        return String(decoding: name.prefix(through: name.lastIndex { $0 != 0x20 } ?? start), as: UTF8.self)
            .replacing(" ", with: "")
    }

    /// Every card in order, long texts joined, as `inspect` lists them.
    public var cards: [HeaderCard] {
        let bytes = rawCards
        var cards: [HeaderCard] = []
        for card in 0..<cardCount {
            let keyword = Keyword(bytes, card)
            let start = card * Self.cardLength
            if keyword == .continuation, cards.last?.isValue == true { continue }
            let isValue = bytes[start + 8] == UInt8(ascii: "=") && !keyword.isCommentary
            if isValue, let field = parsed(card) {
                cards.append(
                    HeaderCard(
                        unchecked: self.keyword(card), value: field.value, comment: comment(field.cards)))
            } else {
                var text = bytes[start + 8..<start + Self.cardLength]
                while text.last == 0x20 { text.removeLast() }
                cards.append(
                    HeaderCard(
                        unchecked: self.keyword(card), value: nil,
                        comment: String(decoding: text, as: UTF8.self)))
            }
        }
        return cards
    }
}
