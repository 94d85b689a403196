public import FITS

/// Reads a text table (CSV, ECSV, any delimiter, plain or gzipped) in blocks of rows.
///
/// The file is read twice: once to find types, widths and the number of rows, once for the values. So a
/// column's type never depends on where a block ends, and ten million rows need the memory of one block.
/// A column is int64 when every value is an integer of 64 bits (identifiers stay exact), float64 when every
/// value is a number, bool when every value is `true` or `false`, and text otherwise; integers with leading
/// zeros and numbers in quotes are text. Empty fields are missing; `NaN`, `null`, `NA`, `N/A`, `None` and `--`
/// are missing in columns of numbers.
public final class TextTableReader {
    /// The columns; text columns know the longest value.
    public let columns: [ColumnDescription]
    /// The number of rows.
    public let rowCount: Int
    /// Rows given out so far.
    public private(set) var rowsRead = 0

    private let input: TextInput
    private let layout: TextTableLayout
    private var scanner: TextRecordScanner

    /// Opens a text table and looks through all of it.
    ///
    /// - Throws: `CatalogError` with the line of a row of the wrong length, and so on.
    public init(path: String, options: TextTableOptions = TextTableOptions()) throws(CatalogError) {
        input = try TextInput(path: path)
        layout = try TextTableLayout(input: input, options: options)
        let survey = try TextTableSurvey(input: input, layout: layout)
        columns = survey.columns
        rowCount = survey.rowCount
        scanner = try Self.scanner(input, layout)
    }

    /// The next rows, at most `limit`; `nil` when none is left.
    public func next(_ limit: Int) throws(CatalogError) -> CatalogTable? {
        precondition(limit >= 1, "TextTableReader: \(limit) rows")
        let count = min(limit, rowCount - rowsRead)
        guard count > 0 else { return nil }
        var builders = columns.map { TextColumnBuilder(header: $0, expecting: count) }
        for row in 0..<count {
            guard try scanner.next(), scanner.fields.count == columns.count else {
                throw .file(path: input.path, action: "read", reason: "it changed while it was read")
            }
            for index in columns.indices where !builders[index].append(scanner.fields[index], of: scanner) {
                let field = scanner.fields[index]
                let text = scanner.text(field) ?? "(bytes that are no UTF-8)"
                throw .badCell(
                    path: input.path, row: rowsRead + row + 1, column: columns[index].name,
                    text: String(text.prefix(40)), expected: builders[index].expectation)
            }
        }
        rowsRead += count
        return CatalogTable(columns: builders.map(\.column), rowCount: count)
    }

    /// Every row that is left.
    public func rest() throws(CatalogError) -> CatalogTable {
        let left = rowCount - rowsRead
        if left > 0, let table = try next(left) { return table }
        return CatalogTable(columns: columns.map(\.emptyColumn), rowCount: 0)
    }

    /// Goes back to the first row.
    public func rewind() throws(CatalogError) {
        scanner = try Self.scanner(input, layout)
        rowsRead = 0
    }

    /// Passes over rows.
    public func skip(_ count: Int) throws(CatalogError) {
        precondition(count >= 0 && rowsRead + count <= rowCount, "TextTableReader: skipping \(count) rows")
        for _ in 0..<count { _ = try scanner.next() }
        rowsRead += count
    }

    /// A scanner behind the header.
    private static func scanner(
        _ input: TextInput, _ layout: TextTableLayout
    ) throws(CatalogError) -> TextRecordScanner {
        let scanner = try TextRecordScanner(
            input: input, delimiter: layout.delimiter, comment: layout.comment,
            skippedLines: layout.skippedLines)
        if layout.firstRecordIsHeader { _ = try scanner.next() }
        return scanner
    }
}
