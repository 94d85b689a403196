import FITS

/// Turns rows into the lines of a CSV or ECSV file.
///
/// Numbers are the shortest that read back as the same number, in every locale. A missing value is an empty
/// field; in ECSV a missing floating-point value is `nan`, since an empty field there masks the column.
/// Vectors are JSON lists. Text that could be taken for a number or a word is quoted.
struct TextRowEncoder {
    private let columns: [ColumnDescription]
    private let isECSV: Bool

    init(columns: [ColumnDescription], isECSV: Bool) {
        self.columns = columns
        self.isECSV = isECSV
    }

    /// The line of column names.
    var names: [UInt8] {
        var bytes: [UInt8] = []
        for (index, column) in columns.enumerated() {
            if index > 0 { bytes.append(0x2C) }
            Self.appendQuoted(column.name, whenNeeded: true, to: &bytes)
        }
        bytes.append(0x0A)
        return bytes
    }

    /// Adds the lines of all rows.
    func encode(_ table: CatalogTable, into bytes: inout [UInt8]) {
        precondition(
            table.columns.count == columns.count
                && zip(table.columns, columns).allSatisfy {
                    $0.name == $1.name && $0.values.element == $1.element && $0.width == $1.width
                }, "CatalogWriter: columns \(table.names), expected \(columns.map(\.name))")
        bytes.reserveCapacity(bytes.count + table.rowCount * columns.count * 12)
        for row in 0..<table.rowCount {
            for (index, column) in table.columns.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                if column.width > 1 {
                    appendVector(column, row, to: &bytes)
                } else {
                    appendScalar(column, row, to: &bytes)
                }
            }
            // An only column's empty field would be an empty line, which is no row.
            if columns.count == 1, bytes.last ?? 0x0A == 0x0A { bytes += [0x22, 0x22] }
            bytes.append(0x0A)
        }
    }

    private func appendScalar(_ column: TableColumn, _ place: Int, to bytes: inout [UInt8]) {
        if let isMissing = column.isMissing, isMissing[place] { return }
        switch column.values {
        case .logical(let values): bytes += Array((values[place] ? "True" : "False").utf8)
        case .uint8(let values): bytes += "\(values[place])".utf8
        case .int16(let values): bytes += "\(values[place])".utf8
        case .int32(let values): bytes += "\(values[place])".utf8
        case .int64(let values): bytes += "\(values[place])".utf8
        case .uint64(let values): bytes += "\(values[place])".utf8
        case .float(let values): appendReal(values[place], to: &bytes)
        case .double(let values): appendReal(values[place], to: &bytes)
        case .complexFloat(let values):
            bytes += Self.complex(Double(values[place].x), Double(values[place].y)).utf8
        case .complexDouble(let values): bytes += Self.complex(values[place].x, values[place].y).utf8
        case .text(let values): Self.appendQuoted(values[place], whenNeeded: true, to: &bytes)
        }
    }

    private func appendReal<Number: BinaryFloatingPoint & LosslessStringConvertible>(
        _ value: Number, to bytes: inout [UInt8]
    ) {
        if value.isNaN {
            if isECSV { bytes += [0x6E, 0x61, 0x6E] }
            return
        }
        bytes += value.description.utf8
    }

    private static func complex(_ real: Double, _ imaginary: Double) -> String {
        "(\(real)\(imaginary.sign == .minus || imaginary.isNaN ? "" : "+")\(imaginary)j)"
    }

    /// Adds a vector as a quoted JSON list.
    private func appendVector(_ column: TableColumn, _ row: Int, to bytes: inout [UInt8]) {
        var list = "["
        for element in 0..<column.width {
            let place = row * column.width + element
            if element > 0 { list += "," }
            list += isNull(column, place) ? "null" : Self.item(column.values, place)
        }
        Self.appendQuoted(list + "]", whenNeeded: false, to: &bytes)
    }

    /// Whether an element is `null`; text is not, an empty one says as much.
    private func isNull(_ column: TableColumn, _ place: Int) -> Bool {
        if case .text = column.values { return false }
        if let isMissing = column.isMissing, isMissing[place] { return true }
        switch column.values {
        case .float(let values): return !isECSV && !values[place].isFinite
        case .double(let values): return !isECSV && !values[place].isFinite
        default: return false
        }
    }

    private static func item(_ values: ColumnValues, _ place: Int) -> String {
        switch values {
        case .logical(let values): values[place] ? "true" : "false"
        case .uint8(let values): "\(values[place])"
        case .int16(let values): "\(values[place])"
        case .int32(let values): "\(values[place])"
        case .int64(let values): "\(values[place])"
        case .uint64(let values): "\(values[place])"
        case .float(let values): json(Double(values[place]), values[place].description)
        case .double(let values): json(values[place], values[place].description)
        case .complexFloat(let values):
            "\"" + complex(Double(values[place].x), Double(values[place].y)) + "\""
        case .complexDouble(let values): "\"" + complex(values[place].x, values[place].y) + "\""
        case .text(let values): EscapedText.quoted(values[place])
        }
    }

    /// JSON has no words for what is not finite; these are the ones that its readers know.
    private static func json(_ value: Double, _ text: String) -> String {
        value.isNaN ? "NaN" : value.isFinite ? text : value > 0 ? "Infinity" : "-Infinity"
    }

    /// Adds a text, in quotes when they are needed or asked for.
    private static func appendQuoted(_ text: String, whenNeeded: Bool, to bytes: inout [UInt8]) {
        if whenNeeded, !needsQuotes(text) {
            bytes += text.utf8
            return
        }
        bytes.append(0x22)
        for byte in text.utf8 {
            if byte == 0x22 { bytes.append(0x22) }
            bytes.append(byte)
        }
        bytes.append(0x22)
    }

    private static func needsQuotes(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.first, let last = bytes.last, let start = bytes.baseAddress else {
                return false
            }
            if first <= 0x20 || last <= 0x20 || first == 0x23 { return true }
            for byte in bytes where byte == 0x2C || byte == 0x22 || byte == 0x0A || byte == 0x0D {
                return true
            }
            let kind = TextNumber.kind(start, bytes.count)
            return kind != .text && kind != .missingWord
        }
    }
}
