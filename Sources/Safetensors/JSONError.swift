/// Why a JSON document was refused, and where.
public struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: Sendable, Equatable {
        /// The document ends inside a value.
        case unexpectedEnd
        /// A byte that cannot stand here; `expected` says what could.
        case unexpected(byte: UInt8, expected: String)
        /// A number outside the grammar of RFC 8259, such as `01`, `+1`, `.5` or `NaN`.
        case invalidNumber
        /// A string with an unknown escape, a lone surrogate, a raw control character or bytes not UTF-8.
        case invalidString(String)
        /// A key that its object already has.
        case duplicateKey(String)
        /// Arrays and objects nested deeper than the limit.
        case tooDeep(limit: Int)
        /// More values than the limit.
        case tooManyValues(limit: Int)
        /// Something after the end of the document.
        case trailingContent
    }

    /// What is wrong.
    public let reason: Reason
    /// Line of the document, from 1.
    public let line: Int
    /// Byte within the line, from 1.
    public let column: Int

    /// One line for a user.
    public var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONError.Reason: CustomStringConvertible {
    /// The reason in words.
    public var description: String {
        switch self {
        case .unexpectedEnd: "the text ends inside a value"
        case .unexpected(let byte, let expected): "expected \(expected), found \(Self.name(of: byte))"
        case .invalidNumber: "not a valid number"
        case .invalidString(let detail): "invalid string: \(detail)"
        case .duplicateKey(let key): "duplicate key \(JSONText.quoted(key))"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .tooManyValues(let limit): "more than \(limit) values"
        case .trailingContent: "content after the end of the document"
        }
    }

    private static func name(of byte: UInt8) -> String {
        (0x21...0x7e).contains(byte)
            ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + String(byte, radix: 16)
    }
}
