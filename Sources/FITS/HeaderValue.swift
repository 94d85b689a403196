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
