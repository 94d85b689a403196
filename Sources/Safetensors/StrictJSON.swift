/// A JSON reader that takes exactly RFC 8259 and nothing else.
///
/// Beyond the grammar it refuses duplicate keys (other decoders silently take the first or the last, so that
/// two programs read two different documents from one file), lone surrogates, bytes that are not UTF-8, a
/// byte-order mark, nesting beyond a depth and documents of too many values. Two keys that Unicode calls
/// canonically equivalent count as duplicates.
public struct StrictJSON {
    /// Bounds on what a document may cost.
    public struct Limits: Sendable {
        /// Levels of arrays and objects.
        public var depth: Int
        /// Values in the whole document, containers included.
        public var values: Int

        /// Limits of `depth` levels and `values` values.
        public init(depth: Int = 64, values: Int = 4_000_000) {
            precondition((1...512).contains(depth), "StrictJSON: depth must be 1 to 512, got \(depth)")
            self.depth = depth
            self.values = values
        }
    }

    private let bytes: ArraySlice<UInt8>
    private let limits: Limits
    private var position: Int
    private var values = 0

    private init(_ bytes: ArraySlice<UInt8>, _ limits: Limits) {
        self.bytes = bytes
        self.limits = limits
        position = bytes.startIndex
    }

    /// Reads the document in `bytes`, UTF-8.
    ///
    /// - Throws: The first fault with its line and column.
    public static func parse(
        _ bytes: some Collection<UInt8>, limits: Limits = Limits()
    ) throws(JSONError) -> JSONValue {
        var reader = StrictJSON((bytes as? ArraySlice<UInt8>) ?? ArraySlice(bytes), limits)
        reader.skipSpace()
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        if reader.peek != nil { throw reader.error(.trailingContent) }
        return value
    }

    /// Reads the document in `text`.
    public static func parse(_ text: String, limits: Limits = Limits()) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }

    private var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private func error(_ reason: JSONError.Reason, at place: Int? = nil) -> JSONError {
        let before = bytes[bytes.startIndex..<min(place ?? position, bytes.endIndex)]
        let lineStart = before.lastIndex(of: 0x0a).map { $0 + 1 } ?? before.startIndex
        let line = 1 + before.reduce(into: 0) { count, byte in if byte == 0x0a { count += 1 } }
        return JSONError(reason: reason, line: line, column: 1 + before.endIndex - lineStart)
    }

    private func unexpected(_ expected: String) -> JSONError {
        error(peek.map { .unexpected(byte: $0, expected: expected) } ?? .unexpectedEnd)
    }

    private mutating func take(_ byte: UInt8, _ expected: String) throws(JSONError) {
        guard peek == byte else { throw unexpected(expected) }
        position += 1
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        values += 1
        if values > limits.values { throw error(.tooManyValues(limit: limits.values)) }
        guard let first = peek else { throw error(.unexpectedEnd) }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            if depth >= limits.depth { throw error(.tooDeep(limit: limits.depth)) }
            return first == UInt8(ascii: "{") ? try object(depth: depth + 1) : try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
        default: throw unexpected("a value")
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        for byte in text.description.utf8 { try take(byte, "'\(text)'") }
        return value
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var elements: [JSONValue] = []
        skipSpace()
        if peek == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            skipSpace()
            elements.append(try value(depth: depth))
            skipSpace()
            if peek == UInt8(ascii: "]") { break }
            try take(UInt8(ascii: ","), "',' or ']'")
        }
        position += 1
        return .array(elements)
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        position += 1
        var object = JSONObject()
        skipSpace()
        if peek == UInt8(ascii: "}") {
            position += 1
            return .object(object)
        }
        while true {
            skipSpace()
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a quoted key") }
            let key = try string()
            if object.contains(key) { throw error(.duplicateKey(key), at: start) }
            skipSpace()
            try take(UInt8(ascii: ":"), "':'")
            skipSpace()
            object.append(key, try value(depth: depth))
            skipSpace()
            if peek == UInt8(ascii: "}") { break }
            try take(UInt8(ascii: ","), "',' or '}'")
        }
        position += 1
        return .object(object)
    }
}

extension StrictJSON {
    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        if position == start { throw error(.invalidNumber) }
    }

    private mutating func number() throws(JSONError) -> JSONNumber {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        // What follows a number must end it; this catches `01` and `1x` where they stand.
        if let byte = peek, !" \n\r\t,]}".utf8.contains(byte) { throw error(.invalidNumber) }
        return JSONNumber(literal: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func string() throws(JSONError) -> String {
        let start = position
        position += 1
        var decoded: [UInt8] = []
        while true {
            guard let byte = peek else { throw error(.unexpectedEnd) }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: decoded, as: UTF8.self) else {
                    throw error(.invalidString("bytes are not UTF-8"), at: start)
                }
                return text
            case UInt8(ascii: "\\"): decoded.append(contentsOf: try escape())
            case 0..<0x20: throw error(.invalidString("a control character must be escaped"))
            default:
                decoded.append(byte)
                position += 1
            }
        }
    }

    /// The UTF-8 bytes of the escape at the position.
    private mutating func escape() throws(JSONError) -> [UInt8] {
        let start = position
        position += 1
        guard let byte = peek else { throw error(.unexpectedEnd) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0c]
        case UInt8(ascii: "n"): return [0x0a]
        case UInt8(ascii: "r"): return [0x0d]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            var code = UInt32(try hexadecimal())
            if (0xd800...0xdbff).contains(code), peek == UInt8(ascii: "\\") {
                position += 1
                try take(UInt8(ascii: "u"), "the second half of a surrogate pair")
                let low = UInt32(try hexadecimal())
                guard (0xdc00...0xdfff).contains(low) else {
                    throw error(.invalidString("lone surrogate"), at: start)
                }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else {
                throw error(.invalidString("lone surrogate"), at: start)
            }
            return Array(String(Character(scalar)).utf8)
        default: throw error(.invalidString("unknown escape"), at: start)
        }
    }

    private mutating func hexadecimal() throws(JSONError) -> UInt16 {
        var code: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw error(.unexpectedEnd) }
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw error(.invalidString("\\u needs four hexadecimal digits"))
            }
            code = code << 4 | UInt16(digit)
            position += 1
        }
        return code
    }
}
