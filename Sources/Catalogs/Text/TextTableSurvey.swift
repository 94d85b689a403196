/// What one look through a text table finds: its rows, and the type and width of each column.
struct TextTableSurvey {
    /// The columns, without rows.
    let columns: [CatalogTable.Column]
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
        var rows = 0
        while try scanner.next() {
            guard scanner.fields.count == count else {
                throw .raggedRow(
                    path: input.path, line: scanner.line, expected: count, found: scanner.fields.count)
            }
            for (index, field) in scanner.fields.enumerated() {
                let length = field.end - field.start
                if length > widths[index] { widths[index] = length }
                // A column once known as text stays text.
                if kinds[index].contains(.text) { continue }
                kinds[index].formUnion(
                    field.isQuoted && layout.quotedIsText && length > 0
                        ? .text : TextNumber.kind(scanner.bytes + field.start, length))
            }
            rows += 1
        }
        rowCount = rows
        if let declared = layout.declared {
            columns = try Self.columns(declared: declared, widths: widths, path: input.path)
        } else {
            columns = layout.names.indices.map {
                CatalogTable.Column(
                    name: layout.names[$0], textWidth: widths[$0], values: Self.values(for: kinds[$0]))
            }
        }
    }

    private static func columns(
        declared: [ECSVColumn], widths: [Int], path: String
    ) throws(CatalogError) -> [CatalogTable.Column] {
        var columns: [CatalogTable.Column] = []
        for (index, declaration) in declared.enumerated() {
            guard var column = declaration.column() else {
                throw .malformed(
                    path: path, line: 1,
                    reason: "column '\(declaration.name)' has the type '\(declaration.elementType)'")
            }
            if case .text = column.values { column.textWidth = widths[index] }
            columns.append(column)
        }
        return columns
    }

    /// The narrowest type that holds all that was seen.
    private static func values(for kinds: TextNumber.Kinds) -> CatalogTable.Values {
        var kinds = kinds
        let hasMissingWords = kinds.remove(.missingWord) != nil
        if kinds.isEmpty { return hasMissingWords ? .text([]) : .double([]) }
        if kinds.contains(.text) { return .text([]) }
        if kinds.contains(.boolean) { return kinds == .boolean ? .bool([]) : .text([]) }
        if kinds.contains(.real) { return .double([]) }
        if !kinds.isDisjoint(with: [.largeInteger, .paddedInteger]) { return .text([]) }
        return .int64([])
    }
}
