import FITS

/// Gathers the values of one column of a text table, row after row.
struct TextColumnBuilder {
    private let header: ColumnDescription
    // One of these is filled: an enum with payloads would copy its array for every value.
    private var bools: [Bool] = []
    private var integers: [Int64] = []
    private var unsigned: [UInt64] = []
    private var floats: [Float] = []
    private var doubles: [Double] = []
    private var texts: [String] = []
    private var missing: [Bool] = []
    private var hasMissing = false
    private let range: ClosedRange<Int64>

    /// A builder of a column of this description.
    init(header: ColumnDescription, expecting rows: Int) {
        self.header = header
        let count = rows * header.width
        range =
            switch header.element {
            case .uint8: 0...255
            case .int16: -32768...32767
            case .int32: Int64(Int32.min)...Int64(Int32.max)
            default: Int64.min...Int64.max
            }
        switch header.element {
        case .logical: bools.reserveCapacity(count)
        case .uint8, .int16, .int32, .int64: integers.reserveCapacity(count)
        case .uint64: unsigned.reserveCapacity(count)
        case .float: floats.reserveCapacity(count)
        case .double: doubles.reserveCapacity(count)
        case .text: texts.reserveCapacity(count)
        case .complexFloat, .complexDouble:
            preconditionFailure("TextColumnBuilder: text tables hold no complex columns")
        }
    }

    /// The column, with its rows.
    var column: TableColumn {
        let values: ColumnValues =
            switch header.element {
            case .logical: .logical(bools)
            case .uint8: .uint8(integers.map(UInt8.init))
            case .int16: .int16(integers.map(Int16.init))
            case .int32: .int32(integers.map(Int32.init))
            case .uint64: .uint64(unsigned)
            case .float: .float(floats)
            case .double: .double(doubles)
            case .text: .text(texts)
            default: .int64(integers)
            }
        return TableColumn(
            header.name, values, width: header.width, unit: header.unit, ucd: header.ucd,
            description: header.description, isMissing: hasMissing ? missing : nil)
    }

    /// What a field that does not fit should have been.
    var expectation: String {
        if header.width > 1 { return "a list of \(header.width) values of type \(header.element)" }
        return switch header.element {
        case .logical: "true or false"
        case .float, .double: "a number"
        case .text: "text in UTF-8"
        default: "an integer (\(header.element))"
        }
    }

    /// Adds the value of a field; false when the field does not hold the column's type.
    mutating func append(_ field: TextRecordScanner.Field, of scanner: TextRecordScanner) -> Bool {
        if header.width > 1 || header.element == .text {
            guard let text = scanner.text(field) else { return false }
            if header.width > 1 { return appendVector(text) }
            texts.append(text)
            return true
        }
        return appendNumber(scanner.bytes + field.start, field.end - field.start)
    }

    /// Adds one number or truth value, or a missing one.
    private mutating func appendNumber(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        switch header.element {
        case .double:
            guard let value = real(bytes, count) else { return false }
            doubles.append(value)
            return true
        case .float:
            guard let value = single(bytes, count) else { return false }
            floats.append(value)
            return true
        default: return appendDiscrete(bytes, count)
        }
    }

    /// Adds one integer or truth value, or a missing one.
    private mutating func appendDiscrete(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        let isMissing = count == 0 || TextNumber.kind(bytes, count) == .missingWord
        missing.append(isMissing)
        if isMissing { hasMissing = true }
        switch header.element {
        case .logical:
            let isDigit = count == 1 && (bytes[0] == 0x30 || bytes[0] == 0x31)
            guard isMissing || isDigit || TextNumber.kind(bytes, count) == .boolean else { return false }
            bools.append(!isMissing && (bytes[0] | 0x20 == 0x74 || bytes[0] == 0x31))
        case .uint64:
            let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
            guard let value = isMissing ? 0 : UInt64(text) else { return false }
            unsigned.append(value)
        default:
            guard let value = isMissing ? 0 : TextNumber.integer(bytes, count), range.contains(value)
            else { return false }
            integers.append(value)
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

    /// Adds the values of a list `[a, b, c]`; an empty field makes all of them missing.
    private mutating func appendVector(_ text: String) -> Bool {
        let items = text.isEmpty ? Array(repeating: "null", count: header.width) : Self.items(text)
        guard let items, items.count == header.width else { return false }
        for item in items {
            if header.element == .text {
                texts.append(item == "null" ? "" : item)
                continue
            }
            var word = item.isEmpty ? "null" : item
            let fits = word.withUTF8 { bytes in
                bytes.baseAddress.map { appendNumber($0, bytes.count) } ?? false
            }
            if !fits { return false }
        }
        return true
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
