import FITS

/// What one look through a text table finds: its rows, and the type and width of each column.
struct TextTableSurvey {
    /// The columns.
    let columns: [ColumnDescription]
    /// The number of rows.
    let rowCount: Int

    /// Looks through all rows.
    init(input: TextInput, layout: TextTableLayout) throws(CatalogError) {
        let scanner = try TextRecordScanner(
            input: input, delimiter: layout.delimiter, comment: layout.comment,
            skippedLines: layout.skippedLines)
        let count = layout.names.count
        if layout.firstRecordIsHeader, try scanner.next(), scanner.fields.count != count {
            throw .raggedRow(
                path: input.path, line: scanner.line, expected: count, found: scanner.fields.count)
        }
        var kinds = [TextNumber.Kinds](repeating: [], count: count)
        var widths = [Int](repeating: 0, count: count)
        var hasMissing = [Bool](repeating: false, count: count)
        var rows = 0
        while try scanner.next() {
            guard scanner.fields.count == count else {
                throw .raggedRow(
                    path: input.path, line: scanner.line, expected: count, found: scanner.fields.count)
            }
            for (index, field) in scanner.fields.enumerated() {
                let length = field.end - field.start
                if length == 0 { hasMissing[index] = true }
                // A column once known as text stays text.
                if !kinds[index].contains(.text) {
                    let kind =
                        field.isQuoted && layout.quotedIsText && length > 0
                        ? .text : TextNumber.kind(scanner.bytes + field.start, length)
                    if kind == .missingWord { hasMissing[index] = true }
                    kinds[index].formUnion(kind)
                }
                let width = kinds[index].contains(.text) ? Self.storedLength(field, of: scanner) : length
                if width > widths[index] { widths[index] = width }
            }
            rows += 1
        }
        rowCount = rows
        if let declared = layout.declared {
            columns = try Self.columns(declared: declared, widths: widths, path: input.path)
        } else {
            columns = layout.names.indices.map { index in
                let element = Self.element(for: kinds[index])
                return ColumnDescription(
                    layout.names[index], element, textWidth: max(1, widths[index]),
                    null: element.isInteger && hasMissing[index] ? Int64.min : nil)
            }
        }
    }

    /// Bytes that a text takes in a FITS table, where all but printable ASCII is escaped.
    private static func storedLength(
        _ field: TextRecordScanner.Field, of scanner: TextRecordScanner
    ) -> Int {
        for index in field.start..<field.end where !(0x20...0x7e).contains(scanner.bytes[index]) {
            // Bytes that are no UTF-8 are an error when the values are read.
            return scanner.text(field).map(ColumnDescription.storedLength) ?? field.end - field.start
        }
        return field.end - field.start
    }

    private static func columns(
        declared: [ECSVColumn], widths: [Int], path: String
    ) throws(CatalogError) -> [ColumnDescription] {
        var columns: [ColumnDescription] = []
        for (index, declaration) in declared.enumerated() {
            guard let column = declaration.description(textWidth: max(1, widths[index])) else {
                throw .malformed(
                    path: path, line: 1,
                    reason: "column '\(declaration.name)' has the type '\(declaration.elementType)'")
            }
            columns.append(column)
        }
        return columns
    }

    /// The narrowest type that holds all that was seen.
    private static func element(for kinds: TextNumber.Kinds) -> ColumnElement {
        var kinds = kinds
        let hasMissingWords = kinds.remove(.missingWord) != nil
        if kinds.isEmpty { return hasMissingWords ? .text : .double }
        if kinds.contains(.text) { return .text }
        if kinds.contains(.boolean) { return kinds == .boolean ? .logical : .text }
        if kinds.contains(.real) { return .double }
        return kinds.isDisjoint(with: [.largeInteger, .paddedInteger]) ? .int64 : .text
    }
}
