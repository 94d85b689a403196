/// A value of a request to a peer.
public enum PeerValue: Sendable, Equatable, Encodable, ExpressibleByStringLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// Text, such as a path.
    case text(String)
    /// A whole number.
    case integer(Int)
    /// A number.
    case real(Double)
    /// Yes or no.
    case flag(Bool)

    /// Text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .real(value) }
    /// Yes or no.
    public init(booleanLiteral value: Bool) { self = .flag(value) }

    /// The bare value, as JSON has it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .real(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        }
    }
}

/// What a peer answers.
struct PeerAnswer: Sendable, Equatable, Decodable {
    /// Why it cannot; everything else is then missing.
    var error: String?
    /// Seconds of a repetition, measured inside.
    var seconds: Double?
    /// Processor seconds of a repetition.
    var processorSeconds: Double?
    /// Versions of what it runs on, by name.
    var versions: [String: String]?
    /// Settings and results that a reader must know.
    var notes: [String]?
    /// How far its results are from ours.
    var agreement: Contender.Agreement?
}
