/// One keyword with its value and comment, or one line of commentary.
public struct HeaderCard: Sendable, Hashable {
    /// The keyword, at most eight of `A-Z 0-9 - _`.
    public let keyword: String
    /// The value; `nil` for commentary (COMMENT, HISTORY).
    public let value: HeaderValue?
    /// The comment, or the commentary's text.
    public let comment: String

    /// A keyword with a value.
    ///
    /// Text that is not printable ASCII is written as `\u{..}` escapes; numbers that are not finite become
    /// a keyword without value, for FITS has no notation for them.
    public init(_ keyword: String, _ value: HeaderValue, comment: String = "") {
        precondition(
            (1...8).contains(keyword.utf8.count) && keyword.utf8.allSatisfy(Self.isKeywordByte),
            "HeaderCard: '\(keyword)' is no FITS keyword")
        self.init(unchecked: keyword, value: value, comment: comment)
    }

    /// A card as it was found.
    init(unchecked keyword: String, value: HeaderValue?, comment: String) {
        self.keyword = keyword
        self.value = value
        self.comment = comment
    }

    /// A line (or several) of the file's history.
    public static func history(_ text: String) -> HeaderCard {
        HeaderCard(unchecked: "HISTORY", value: nil, comment: text)
    }

    /// A line (or several) of comment.
    public static func comment(_ text: String) -> HeaderCard {
        HeaderCard(unchecked: "COMMENT", value: nil, comment: text)
    }

    /// Whether this is a keyword with a value.
    public var isValue: Bool { value != nil }

    private static func isKeywordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension HeaderCard {
    /// The card's bytes: 80, or a multiple where a long text continues.
    var encoded: [UInt8] {
        guard let value else { return encodedCommentary }
        let head = Self.padded(Array(keyword.utf8), to: 8) + Array("= ".utf8)
        switch value {
        case .string(let text): return encodedText(text, head: head)
        case .logical(let flag): return oneCard(head, Self.right(flag ? "T" : "F"))
        case .integer(let number): return oneCard(head, Self.right("\(number)"))
        case .real(let number):
            return oneCard(head, number.isFinite ? Self.right(Self.notation(number)) : Self.right(""))
        case .undefined: return oneCard(head, Self.right(""))
        }
    }

    /// The shortest decimal notation that reads back as the same number.
    static func notation(_ number: Double) -> String {
        let text = "\(number)"
        guard let exponent = text.firstIndex(of: "e") else { return text }
        let mantissa = text[..<exponent]
        return (mantissa.contains(".") ? mantissa : mantissa + ".0") + "E"
            + text[text.index(after: exponent)...]
    }

    /// `text` in printable ASCII, everything else escaped.
    static func ascii(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            if (0x20...0x7e).contains(scalar.value) {
                bytes.append(UInt8(scalar.value))
            } else {
                bytes += Array("\\u{\(String(scalar.value, radix: 16))}".utf8)
            }
        }
        return bytes
    }

    /// Numbers and logicals end in column 30.
    private static func right(_ text: String) -> [UInt8] {
        Array(repeating: 0x20, count: max(0, 20 - text.utf8.count)) + Array(text.utf8)
    }

    private static func padded(_ bytes: [UInt8], to length: Int) -> [UInt8] {
        bytes + Array(repeating: 0x20, count: max(0, length - bytes.count))
    }

    /// One card of head, value and as much of the comment as fits.
    private func oneCard(_ head: [UInt8], _ value: [UInt8]) -> [UInt8] {
        var card = head + value
        if !comment.isEmpty, card.count < 76 { card += Array(" / ".utf8) + Self.ascii(comment) }
        return Self.padded(Array(card.prefix(FITSHeader.cardLength)), to: FITSHeader.cardLength)
    }

    /// A text on one card, or continued over several (FITS 4.0, section 4.2.1.2).
    private func encodedText(_ text: String, head: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "'")
        let units = Self.ascii(text).map { $0 == quote ? [quote, quote] : [$0] }
        let length = units.reduce(0) { $0 + $1.count }
        if length <= 68 {
            let quoted = [quote] + Self.padded(units.flatMap { $0 }, to: 8) + [quote]
            return oneCard(head, Self.padded(quoted, to: 20))
        }
        var cards: [UInt8] = []
        var piece: [UInt8] = []
        var lead = head
        for (index, unit) in units.enumerated() {
            piece += unit
            let isLast = index == units.count - 1
            if isLast || piece.count + units[index + 1].count > 67 {
                let body = [quote] + piece + (isLast ? [quote] : [UInt8(ascii: "&"), quote])
                cards += isLast ? oneCard(lead, body) : Self.padded(lead + body, to: FITSHeader.cardLength)
                piece = []
                lead = Array("CONTINUE  ".utf8)
            }
        }
        return cards
    }

    /// Commentary of any length, 72 characters a card.
    private var encodedCommentary: [UInt8] {
        let text = Self.ascii(comment)
        let head = Self.padded(Array(keyword.utf8), to: 8)
        var cards: [UInt8] = []
        var start = 0
        repeat {
            let end = min(text.count, start + 72)
            cards += Self.padded(head + text[start..<end], to: FITSHeader.cardLength)
            start = end
        } while start < text.count
        return cards
    }
}
