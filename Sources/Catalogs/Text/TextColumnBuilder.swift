/// Gathers the values of one column of a text table, row after row.
struct TextColumnBuilder {
    private let header: CatalogTable.Column
    // One of these is filled: an enum with payloads would copy its array for every value.
    private var bools: [Bool] = []
    private var shorts: [Int32] = []
    private var integers: [Int64] = []
    private var floats: [Float] = []
    private var doubles: [Double] = []
    private var texts: [String] = []
    private var missing: [Bool] = []
    private var hasMissing = false

    /// A builder of a column like `header`, which has no rows.
    init(header: CatalogTable.Column, expecting rows: Int) {
        self.header = header
        let count = rows * header.width
        switch header.values {
        case .bool: bools.reserveCapacity(count)
        case .int32: shorts.reserveCapacity(count)
        case .int64: integers.reserveCapacity(count)
        case .float: floats.reserveCapacity(count)
        case .double: doubles.reserveCapacity(count)
        case .text: texts.reserveCapacity(count)
        }
    }

    /// The column, with its rows.
    var column: CatalogTable.Column {
        let values: CatalogTable.Values =
            switch header.values {
            case .bool: .bool(bools)
            case .int32: .int32(shorts)
            case .int64: .int64(integers)
            case .float: .float(floats)
            case .double: .double(doubles)
            case .text: .text(texts)
            }
        return CatalogTable.Column(
            name: header.name, unit: header.unit, ucd: header.ucd, description: header.description,
            width: header.width, textWidth: header.textWidth, values: values,
            missing: hasMissing ? missing : nil)
    }

    /// What a field that does not fit should have been.
    var expectation: String {
        if header.width > 1 { return "a list of \(header.width) values of type \(header.values.typeName)" }
        return switch header.values {
        case .bool: "true or false"
        case .int32, .int64: "an integer (\(header.values.typeName))"
        case .float, .double: "a number"
        case .text: "text in UTF-8"
        }
    }

    /// Adds the value of a field; false when the field does not hold the column's type.
    mutating func append(_ field: TextRecordScanner.Field, of scanner: TextRecordScanner) -> Bool {
        if header.width > 1 || isText {
            guard let text = scanner.text(field) else { return false }
            return header.width > 1 ? appendVector(text) : appendText(text)
        }
        return appendNumber(scanner.bytes + field.start, field.end - field.start)
    }

    private var isText: Bool { if case .text = header.values { true } else { false } }

    private mutating func appendText(_ text: String) -> Bool {
        texts.append(text)
        return true
    }

    /// Adds one number or truth value, or a missing one.
    private mutating func appendNumber(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        switch header.values {
        case .double:
            guard let value = real(bytes, count) else { return false }
            doubles.append(value)
            return true
        case .float:
            guard let value = single(bytes, count) else { return false }
            floats.append(value)
            return true
        default: break
        }
        let isMissing = count == 0 || TextNumber.kind(bytes, count) == .missingWord
        note(isMissing: isMissing)
        switch header.values {
        case .int64:
            guard let value = isMissing ? 0 : TextNumber.integer(bytes, count) else { return false }
            integers.append(value)
        case .int32:
            guard let value = isMissing ? 0 : TextNumber.integer(bytes, count).flatMap(Int32.init(exactly:))
            else { return false }
            shorts.append(value)
        default:
            let kind = TextNumber.kind(bytes, count)
            guard isMissing || kind == .boolean || (count == 1 && (bytes[0] == 0x30 || bytes[0] == 0x31))
            else { return false }
            bools.append(!isMissing && (bytes[0] | 0x20 == 0x74 || bytes[0] == 0x31))
        }
        return true
    }

    private func real(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        if count == 0 { return .nan }
        if let value = TextNumber.real(bytes, count) { return value }
        return TextNumber.kind(bytes, count) == .missingWord ? .nan : nil
    }

    /// The single-precision number nearest to the decimal text, not to its double.
    private func single(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Float? {
        guard let value = real(bytes, count) else { return nil }
        // Rounding twice errs only where the double lies exactly between two floats.
        let isTie = value.isFinite && value.bitPattern & 0x1FFF_FFFF == 0x1000_0000
        guard isTie else { return Float(value) }
        return Float(String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self))
            ?? Float(value)
    }

    private mutating func note(isMissing: Bool) {
        missing.append(isMissing)
        if isMissing { hasMissing = true }
    }

    /// Adds the values of a list `[a, b, c]`; an empty field makes all of them missing.
    private mutating func appendVector(_ text: String) -> Bool {
        let items = text.isEmpty ? Array(repeating: "", count: header.width) : Self.items(text)
        guard let items, items.count == header.width else { return false }
        for item in items {
            if isText {
                texts.append(item == "null" ? "" : item)
                continue
            }
            var copy = item
            let fits = copy.withUTF8 { bytes in
                bytes.withMemoryRebound(to: UInt8.self) { bytes in
                    // An empty text has no address.
                    bytes.baseAddress.map { appendNumber($0, bytes.count) } ?? appendMissing()
                }
            }
            if !fits { return false }
        }
        return true
    }

    private mutating func appendMissing() -> Bool {
        withUnsafeBytes(of: UInt8(0)) { raw in
            raw.withMemoryRebound(to: UInt8.self) { bytes in
                bytes.baseAddress.map { appendNumber($0, 0) } ?? false
            }
        }
    }

    /// The elements of a JSON list, nested ones in a row, quotes and their escapes undone.
    private static func items(_ text: String) -> [String]? {
        guard text.first == "[", text.last == "]" else { return nil }
        var items: [String] = []
        var current = ""
        var (quoted, escaped, began) = (false, false, false)
        for character in text {
            if quoted {
                if escaped {
                    current.append(character)
                    escaped = false
                } else if character == "\\" {
                    escaped = true
                } else if character == "\"" {
                    quoted = false
                } else {
                    current.append(character)
                }
                continue
            }
            switch character {
            case "[", " ": break
            case "\"": (quoted, began) = (true, true)
            case ",", "]":
                if began || !current.isEmpty { items.append(current) }
                (current, began) = ("", false)
            default: current.append(character)
            }
        }
        return quoted ? nil : items
    }
}
