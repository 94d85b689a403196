internal import TOMLKit

/// A value that a configuration file can hold.
protocol ConfigurationValue {
    /// The value as TOML text.
    var toml: String { get }
    /// The value in a file, or `nil` when the file holds something else.
    init?(toml: any TOMLValueConvertible)
    /// What the file should hold, for error messages.
    static var expectation: String { get }
}

/// One key of a configuration file: where its value lives, and what a reader of the file is told.
struct ConfigurationKey<Root> {
    /// The table that the key stands in, e.g. `training`.
    let table: String
    /// The key.
    let name: String
    /// What it does, for the comment above it.
    let comment: String
    /// The value of a configuration as TOML text.
    let text: (Root) -> String
    /// Puts a file's value into a configuration; what was expected when it has another type.
    let assign: (inout Root, any TOMLValueConvertible) -> String?

    /// A key for one property of the configuration.
    init<Value: ConfigurationValue>(
        _ table: String, _ name: String, _ path: WritableKeyPath<Root, Value>, _ comment: String
    ) {
        self.table = table
        self.name = name
        self.comment = comment
        text = { $0[keyPath: path].toml }
        assign = { root, given in
            guard let value = Value(toml: given) else { return Value.expectation }
            root[keyPath: path] = value
            return nil
        }
    }
}

extension Int: ConfigurationValue {
    var toml: String { String(self) }
    init?(toml: any TOMLValueConvertible) {
        guard let value = toml.int else { return nil }
        self = value
    }
    static var expectation: String { "a whole number" }
}

extension UInt64: ConfigurationValue {
    var toml: String { String(self) }
    init?(toml: any TOMLValueConvertible) {
        guard let value = toml.int, value >= 0 else { return nil }
        self = UInt64(value)
    }
    static var expectation: String { "a whole number that is not negative" }
}

extension Double: ConfigurationValue {
    var toml: String { String(self) }
    init?(toml: any TOMLValueConvertible) {
        guard let value = toml.double ?? toml.int.map(Double.init) else { return nil }
        self = value
    }
    static var expectation: String { "a number" }
}

extension Bool: ConfigurationValue {
    var toml: String { String(self) }
    init?(toml: any TOMLValueConvertible) {
        guard let value = toml.bool else { return nil }
        self = value
    }
    static var expectation: String { "true or false" }
}

extension String: ConfigurationValue {
    var toml: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
    init?(toml: any TOMLValueConvertible) {
        guard let value = toml.string else { return nil }
        self = value
    }
    static var expectation: String { "a text in quotes" }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    var toml: String { "[" + map(\.toml).joined(separator: ", ") + "]" }
    init?(toml: any TOMLValueConvertible) {
        guard let array = toml.array else { return nil }
        var values: [Element] = []
        for entry in array {
            guard let value = Element(toml: entry) else { return nil }
            values.append(value)
        }
        self = values
    }
    static var expectation: String { "a list, each entry \(Element.expectation)" }
}

/// A choice among names, for enumerations of the models.
protocol ConfigurationChoice: ConfigurationValue, RawRepresentable, CaseIterable where RawValue == String {}

extension ConfigurationChoice {
    var toml: String { rawValue.toml }
    init?(toml: any TOMLValueConvertible) {
        guard let name = toml.string, let value = Self(rawValue: name) else { return nil }
        self = value
    }
    static var expectation: String { "one of " + allCases.map(\.rawValue.toml).joined(separator: ", ") }
}

/// A value that can be left open.
protocol ConfigurationOption: ConfigurationValue {}

extension Optional: ConfigurationValue where Wrapped: ConfigurationOption {
    var toml: String { self?.toml ?? "auto".toml }
    init?(toml: any TOMLValueConvertible) {
        if toml.string == "auto" {
            self = .none
        } else {
            guard let value = Wrapped(toml: toml) else { return nil }
            self = .some(value)
        }
    }
    static var expectation: String { "\"auto\" or \(Wrapped.expectation)" }
}

/// What can name an entry of an inline table.
protocol ConfigurationName: Hashable {
    init?(configurationName: String)
    var configurationName: String { get }
    static var nameExpectation: String { get }
}

extension String: ConfigurationName {
    init?(configurationName: String) { self = configurationName }
    var configurationName: String { self }
    static var nameExpectation: String { "any name" }
}

extension Dictionary: ConfigurationValue where Key: ConfigurationName, Value: ConfigurationValue {
    var toml: String {
        guard !isEmpty else { return "{}" }
        let entries = map { ($0.configurationName, $1.toml) }.sorted { $0.0 < $1.0 }
        return "{ " + entries.map { "\($0.0.toml) = \($0.1)" }.joined(separator: ", ") + " }"
    }
    init?(toml: any TOMLValueConvertible) {
        guard let table = toml.table else { return nil }
        self = [:]
        for (name, entry) in table {
            guard let key = Key(configurationName: name), let value = Value(toml: entry) else { return nil }
            self[key] = value
        }
    }
    static var expectation: String {
        "a table { name = value }, each name \(Key.nameExpectation), each value \(Value.expectation)"
    }
}
