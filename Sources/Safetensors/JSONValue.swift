/// One value of a JSON document, as read by `StrictJSON`.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number, kept as it was written.
    case number(JSONNumber)
    /// A string, escapes resolved.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// What kind of value this is, in words for a message: `a number`, `an object`...
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The boolean, `nil` for other kinds.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The number, `nil` for other kinds.
    public var number: JSONNumber? { if case .number(let value) = self { value } else { nil } }
    /// The string, `nil` for other kinds.
    public var string: String? { if case .string(let value) = self { value } else { nil } }
    /// The elements of the array, `nil` for other kinds.
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    /// The object, `nil` for other kinds.
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
}

/// A JSON number as it was written, so that no digit of a 64-bit integer is lost on the way.
public struct JSONNumber: Sendable, Equatable {
    /// The number's text; the grammar of RFC 8259 was checked.
    public let literal: String

    package init(literal: String) { self.literal = literal }

    /// The value of an integer literal; `nil` with a fraction, an exponent, for `-0` or outside `Int`.
    public var int: Int? {
        guard literal != "-0" else { return nil }
        return Int(literal)
    }

    /// The nearest double; `nil` when it overflows to infinity.
    public var double: Double? {
        guard let value = Double(literal), value.isFinite else { return nil }
        return value
    }
}

/// A JSON object: its members in the order of the document, each key once.
public struct JSONObject: Sendable, Equatable {
    /// One key and its value.
    public struct Member: Sendable, Equatable {
        /// The key, escapes resolved.
        public let key: String
        /// The value.
        public let value: JSONValue
    }

    /// The members in the order of the document.
    public private(set) var members: [Member] = []
    private var indices: [String: Int] = [:]

    package init() {}

    /// The value of `key`, `nil` when the object has none.
    public subscript(key: String) -> JSONValue? { indices[key].map { members[$0].value } }

    /// Whether the object has `key`.
    package func contains(_ key: String) -> Bool { indices[key] != nil }

    /// Adds a member whose key is new.
    package mutating func append(_ key: String, _ value: JSONValue) {
        let previous = indices.updateValue(members.count, forKey: key)
        precondition(previous == nil, "JSONObject: key '\(key)' twice")
        members.append(Member(key: key, value: value))
    }

    /// Same members in the same order.
    public static func == (left: Self, right: Self) -> Bool { left.members == right.members }
}
