/// The value of a header keyword.
public enum HeaderValue: Sendable, Hashable {
    /// Text, trailing blanks removed.
    case string(String)
    /// T or F.
    case logical(Bool)
    /// A whole number.
    case integer(Int64)
    /// A real number; whole numbers beyond 64 bits arrive here too.
    case real(Double)
    /// A keyword without a value.
    case undefined
}

extension HeaderValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// Text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A real number.
    public init(floatLiteral value: Double) { self = .real(value) }
    /// T or F.
    public init(booleanLiteral value: Bool) { self = .logical(value) }
}

extension HeaderValue: CustomStringConvertible {
    /// The value as `inspect` shows it.
    public var description: String {
        switch self {
        case .string(let text): text
        case .logical(let flag): flag ? "T" : "F"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .undefined: ""
        }
    }
}

/// The value field of one card, read by the rules of the standard (FITS 4.0, section 4.2).
struct ValueField {
    /// The value.
    var value: HeaderValue
    /// The text after the slash, if any.
    var comment: String

    /// Reads the bytes from column 11 on, in fixed or free format.
    ///
    /// - Returns: `nil` when they follow no rule.
    init?(_ field: ArraySlice<UInt8>) {
        guard let start = field.firstIndex(where: { $0 != 0x20 }) else {
            value = .undefined
            comment = ""
            return
        }
        if field[start] == UInt8(ascii: "'") {
            guard let (text, rest) = Self.string(field[start...]) else { return nil }
            value = .string(text)
            guard let comment = Self.comment(field[rest...]) else { return nil }
            self.comment = comment
            return
        }
        let end = field[start...].firstIndex(of: UInt8(ascii: "/")) ?? field.endIndex
        let token = Self.trimmed(field[start..<end])
        guard let value = token.isEmpty ? .undefined : Self.scalar(token) else { return nil }
        self.value = value
        comment = Self.comment(field[end...]) ?? ""
    }

    /// A quoted text that starts at the first byte, and the index after its closing quote.
    static func string(_ field: ArraySlice<UInt8>) -> (text: String, rest: Int)? {
        var text: [UInt8] = []
        var index = field.startIndex + 1
        let quote = UInt8(ascii: "'")
        while index < field.endIndex {
            if field[index] == quote {
                guard index + 1 < field.endIndex, field[index + 1] == quote else {
                    // Trailing blanks do not count, but a blank text is one blank, not none.
                    while text.last == 0x20 { text.removeLast() }
                    return (String(decoding: text, as: UTF8.self), index + 1)
                }
                index += 1
            }
            text.append(field[index])
            index += 1
        }
        return nil
    }

    /// The text after a slash; empty for blanks, `nil` when something else stands there.
    private static func comment(_ rest: ArraySlice<UInt8>) -> String? {
        let rest = trimmed(rest)
        guard let first = rest.first else { return "" }
        guard first == UInt8(ascii: "/") else { return nil }
        return String(decoding: trimmed(rest.dropFirst()), as: UTF8.self)
    }

    /// A number, logical or complex number (which becomes text).
    private static func scalar(_ token: ArraySlice<UInt8>) -> HeaderValue? {
        if token.count == 1, token.first == UInt8(ascii: "T") { return .logical(true) }
        if token.count == 1, token.first == UInt8(ascii: "F") { return .logical(false) }
        if token.first == UInt8(ascii: "("), token.last == UInt8(ascii: ")") {
            return .string(String(decoding: token, as: UTF8.self))
        }
        return number(token)
    }

    /// A number in decimal notation; `nan`, `inf` and hexadecimal forms are no FITS numbers.
    private static func number(_ token: ArraySlice<UInt8>) -> HeaderValue? {
        var isInteger = true
        var hasDigit = false
        var text: [UInt8] = []
        for (position, byte) in token.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "+"), UInt8(ascii: "-"): if position > 0 { isInteger = false }
            case UInt8(ascii: "."): isInteger = false
            case UInt8(ascii: "E"), UInt8(ascii: "e"), UInt8(ascii: "D"), UInt8(ascii: "d"):
                guard hasDigit else { return nil }
                isInteger = false
                text.append(UInt8(ascii: "E"))
                continue
            default: return nil
            }
            text.append(byte)
        }
        guard hasDigit else { return nil }
        let string = String(decoding: text, as: UTF8.self)
        if isInteger, let integer = Int64(string) { return .integer(integer) }
        guard let real = Double(string), real.isFinite else { return nil }
        return .real(real)
    }

    /// `bytes` without blanks at either end.
    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while bytes.first == 0x20 { bytes.removeFirst() }
        while bytes.last == 0x20 { bytes.removeLast() }
        return bytes
    }
}
