/// Writes a file of one binary table, chunk of rows by chunk of rows, in bounded memory.
///
/// Rows go to `<path>.part`; `finish` sets the row count and the checksums and renames the file. A run that
/// was killed can be gone on with. Not safe for use from several threads.
public final class BinaryTableWriter {
    private let file: RecordFile
    private let encoder: RowEncoder

    /// Rows that are in the file.
    public var rowCount: Int { file.count }
    /// The columns.
    public var columns: [ColumnDescription] { encoder.columns }

    /// Starts a table, or goes on with the part file of a run that was killed.
    ///
    /// - Parameters:
    ///   - path: The file to be; a file of that name is replaced in the end.
    ///   - columns: The columns in order; their names differ (in any case).
    ///   - name: EXTNAME of the table.
    ///   - primary: Cards of the primary header.
    ///   - cards: Cards of the table's header.
    ///   - resume: `true` keeps the complete rows of an existing part file (see `rowCount`) and cuts a
    ///     partial one; without a part file the table starts empty.
    ///   - rowLimit: The most rows of a part file that are kept; the rest is cut off.
    ///   - sourceDate: The value of SOURCE_DATE_EPOCH; DATE is written only when there is one.
    /// - Throws: `resumeRefused` when the part file was written with other columns or cards.
    public init(
        path: String, columns: [ColumnDescription], name: String, primary: [HeaderCard] = [],
        cards: [HeaderCard] = [], resume: Bool = false, rowLimit: Int = .max,
        sourceDate: String? = SourceDate.environment
    ) throws(FITSError) {
        precondition((1...999).contains(columns.count), "BinaryTableWriter: \(columns.count) columns")
        precondition(
            Set(columns.map { $0.name.lowercased() }).count == columns.count,
            "BinaryTableWriter: column names repeat: \(columns.map(\.name))")
        encoder = RowEncoder(columns, path: path)
        file = try RecordFile(
            path: path, primary: UnitCards.primary(primary, sourceDate: sourceDate),
            cards: UnitCards.table(name: name, columns: columns, cards), recordLength: encoder.rowLength,
            countKeyword: "NAXIS2", resume: resume, recordLimit: rowLimit)
    }

    /// Adds the rows of `columns`, which must be the table's columns in order.
    ///
    /// - Throws: `textTooWide` before anything of the chunk is written.
    public func append(_ columns: [TableColumn]) throws(FITSError) {
        let rows = columns.first?.rowCount ?? 0
        try file.append(encoder.rows(columns, firstRow: rowCount), count: rows)
    }

    /// Columns of rows that are in the file already, such as those that an earlier run wrote.
    ///
    /// - Parameters:
    ///   - names: Names of columns of the table.
    ///   - rows: A range of rows up to `rowCount`.
    public func columns(_ names: [String], rows: Range<Int>) throws(FITSError) -> [TableColumn] {
        let records = try file.records(rows)
        return names.map { name in
            guard let column = columns.first(where: { $0.name == name }) else {
                preconditionFailure("BinaryTableWriter: no column '\(name)' among \(columns.map(\.name))")
            }
            return ColumnDecoder(column).tableColumn(
                encoder.bytes(of: column, in: records, count: rows.count), rows: rows.count)
        }
    }

    /// Makes the rows so far survive a loss of power.
    public func synchronize() throws(FITSError) { try file.synchronize() }

    /// Completes the file and gives it its name. Nothing may be appended afterwards.
    public func finish() throws(FITSError) { try file.finish(comment: UnitCards.rowComment) }

    /// Gives up and removes the part file.
    public func discard() { file.discard() }
}
