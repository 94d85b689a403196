/// The value field of one card, read by the rules of the standard (FITS 4.0, section 4.2).
///
/// Bytes are read where they stand: a header has dozens of cards, and a survey billions of headers.
struct ValueField {
    /// The value.
    var value: HeaderValue
    /// Where in the field the text after the slash stands, without blanks at its ends; empty if there is none.
    var comment: Range<Int>

    /// Reads the bytes from column 11 on, in fixed or free format.
    ///
    /// - Returns: `nil` when they follow no rule.
    init?(_ field: Span<UInt8>) {
        let content = field.withoutBlanks(0..<field.count)
        guard let start = content.first else {
            value = .undefined
            comment = 0..<0
            return
        }
        if field[start] == UInt8(ascii: "'") {
            guard let text = Self.quoted(field, content) else { return nil }
            value = .string(text.value)
            guard let comment = Self.comment(field, text.end..<content.upperBound) else { return nil }
            self.comment = comment
            return
        }
        var end = start
        while end < content.upperBound, field[end] != UInt8(ascii: "/") { end += 1 }
        guard let value = Self.scalar(field, field.withoutBlanks(start..<end)) else { return nil }
        self.value = value
        comment = Self.comment(field, end..<content.upperBound) ?? 0..<0
    }

    /// Reads the value field of a card of 80 bytes, which is empty on a card that says it has none.
    init?(card: Span<UInt8>) { self.init(card.extracting(Self.columns(ofCard: card))) }

    /// Where the value field stands on a card.
    static func columns(ofCard card: Span<UInt8>) -> Range<Int> {
        let isValue =
            card[8] == UInt8(ascii: "=") && card[9] == 0x20 || Keyword(card: card) == .continuation
        return isValue ? 10..<card.count : 0..<0
    }

    /// The number, if the value is one.
    var number: Double? {
        switch value {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }

    /// A text in quotes, trailing blanks removed, and the index after its closing quote.
    private static func quoted(_ field: Span<UInt8>, _ range: Range<Int>) -> (value: String, end: Int)? {
        let quote = UInt8(ascii: "'")
        var hasQuotes = false
        var index = range.lowerBound + 1
        while index < range.upperBound {
            if field[index] == quote {
                guard index + 1 < range.upperBound, field[index + 1] == quote else {
                    var text = range.lowerBound + 1..<index
                    while let last = text.last, field[last] == 0x20 { text.removeLast() }
                    return (hasQuotes ? withSingleQuotes(field, text) : field.text(text), index + 1)
                }
                hasQuotes = true
                index += 1
            }
            index += 1
        }
        return nil
    }

    /// A text in which each two quotes stand for one.
    private static func withSingleQuotes(_ field: Span<UInt8>, _ range: Range<Int>) -> String {
        var bytes: [UInt8] = []
        var isSecond = false
        for index in range {
            isSecond = field[index] == UInt8(ascii: "'") && !isSecond
            if !isSecond { bytes.append(field[index]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The text after a slash; empty for blanks, `nil` when something else stands there.
    private static func comment(_ field: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        let rest = field.withoutBlanks(range)
        guard let first = rest.first else { return rest }
        guard field[first] == UInt8(ascii: "/") else { return nil }
        return field.withoutBlanks(rest.dropFirst())
    }

    /// A number, logical, complex number (which becomes text) or nothing.
    private static func scalar(_ field: Span<UInt8>, _ token: Range<Int>) -> HeaderValue? {
        guard let start = token.first, let end = token.last else { return .undefined }
        switch field[start] {
        case UInt8(ascii: "T") where token.count == 1: return .logical(true)
        case UInt8(ascii: "F") where token.count == 1: return .logical(false)
        case UInt8(ascii: "(") where field[end] == UInt8(ascii: ")"): return .string(field.text(token))
        default: return DecimalNumber.value(field, token)
        }
    }
}

extension Span<UInt8> {
    /// A part without the blanks at its ends; empty, at its end, when there is nothing else.
    func withoutBlanks(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start + 8 <= end, areBlanks(start) { start += 8 }
        while start < end, self[start] == 0x20 { start += 1 }
        while start + 8 <= end, areBlanks(end - 8) { end -= 8 }
        while end > start, self[end - 1] == 0x20 { end -= 1 }
        return start..<end
    }

    /// Whether there are eight blanks from `start` on: most of a card is blank.
    private func areBlanks(_ start: Int) -> Bool {
        bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self) == 0x2020_2020_2020_2020
    }

    /// A part as text, repaired where it is no UTF-8.
    func text(_ range: Range<Int>) -> String {
        extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}
