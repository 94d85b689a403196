public import FITS

/// Reads a catalogue in blocks of rows: a FITS binary table or a text table, found by content.
public final class CatalogReader {
    /// The file.
    public let path: String
    /// The columns.
    public let columns: [ColumnDescription]
    /// Columns that are left out because their rows hold arrays of different lengths, or nothing.
    public let skippedColumns: [String]
    /// The number of rows.
    public let rowCount: Int
    /// Rows given out so far.
    public private(set) var rowsRead = 0

    private enum Source {
        case fits(BinaryTable, indices: [Int])
        case text(TextTableReader)
    }
    private let source: Source

    /// Opens a catalogue.
    ///
    /// - Parameters:
    ///   - path: A FITS file (its first binary table) or a text table, each also gzipped.
    ///   - table: EXTNAME of another binary table.
    ///   - options: The layout of a text table; what is left open is found.
    ///   - limits: What a gzipped FITS file may unpack to.
    public init(
        path: String, table: String? = nil, options: TextTableOptions = TextTableOptions(),
        limits: FITSFile.Limits = FITSFile.Limits(decompressedBytes: 1 << 34)
    ) throws(CatalogError) {
        self.path = path
        if try TextInput.beginsLikeFITS(path) {
            do throws(FITSError) {
                let binary = try FITSFile(path: path, limits: limits).table(named: table)
                let indices = binary.columns.indices.filter {
                    !binary.columns[$0].isVariableLength && binary.columns[$0].width > 0
                }
                columns = try Self.describe(binary, indices)
                skippedColumns = binary.columns.indices.filter { !indices.contains($0) }
                    .map { binary.columns[$0].name }
                rowCount = binary.rowCount
                source = .fits(binary, indices: indices)
            } catch {
                throw .fits(error)
            }
        } else {
            let text = try TextTableReader(path: path, options: options)
            columns = text.columns
            skippedColumns = []
            rowCount = text.rowCount
            source = .text(text)
        }
    }

    /// The columns, those of text as wide as their values are when they are written again.
    private static func describe(
        _ table: BinaryTable, _ indices: [Int]
    ) throws(FITSError) -> [ColumnDescription] {
        var columns = indices.map { table.columns[$0] }
        let texts = columns.indices.filter { columns[$0].element == .text && columns[$0].textWidth > 0 }
        let widths = try table.storedTextWidths(at: texts.map { indices[$0] })
        for (position, width) in zip(texts, widths) where width > columns[position].textWidth {
            let column = columns[position]
            columns[position] = ColumnDescription(
                column.name, .text, width: column.width, textWidth: width, unit: column.unit,
                ucd: column.ucd, description: column.description)
        }
        return columns
    }

    /// The next rows, at most `limit`; `nil` when none is left.
    public func next(_ limit: Int) throws(CatalogError) -> CatalogTable? {
        precondition(limit >= 1, "CatalogReader: \(limit) rows")
        let count = min(limit, rowCount - rowsRead)
        guard count > 0 else { return nil }
        defer { rowsRead += count }
        switch source {
        case .text(let reader): return try reader.next(count)
        case .fits(let table, let indices):
            do throws(FITSError) {
                let rows = rowsRead..<rowsRead + count
                return CatalogTable(columns: try table.columns(at: indices, rows: rows), rowCount: count)
            } catch {
                throw .fits(error)
            }
        }
    }

    /// Every row that is left.
    public func rest() throws(CatalogError) -> CatalogTable {
        if let table = try next(max(1, rowCount - rowsRead)) { return table }
        return CatalogTable(columns: columns.map(\.emptyColumn), rowCount: 0)
    }

    /// Some columns of every row that is left, in the order asked for.
    ///
    /// It is read block by block and joined column by column, so that other columns take no memory and these
    /// little more than they need.
    public func rest(of names: [String]) throws(CatalogError) -> CatalogTable {
        let known = columns.map(\.name)
        let indices = names.compactMap { ColumnNames.index(of: $0, among: known) }
        let left = rowCount - rowsRead
        guard left > 0 else {
            return CatalogTable(columns: indices.map { columns[$0].emptyColumn }, rowCount: 0)
        }
        var pieces: [[TableColumn]] = Array(repeating: [], count: indices.count)
        while let block = try next(100_000) {
            for (place, index) in indices.enumerated() { pieces[place].append(block.columns[index]) }
        }
        var joined: [TableColumn] = []
        for place in pieces.indices {
            joined.append(.joined(pieces[place]))
            pieces[place] = []
        }
        return CatalogTable(columns: joined, rowCount: left)
    }

    /// Goes back to the first row.
    public func rewind() throws(CatalogError) {
        rowsRead = 0
        if case .text(let reader) = source { try reader.rewind() }
    }

    /// Passes over rows.
    public func skip(_ count: Int) throws(CatalogError) {
        precondition(count >= 0 && rowsRead + count <= rowCount, "CatalogReader: skipping \(count) rows")
        if case .text(let reader) = source { try reader.skip(count) }
        rowsRead += count
    }
}

extension CatalogTable {
    /// All rows of a catalogue file; see `CatalogReader`.
    public init(
        path: String, table: String? = nil, options: TextTableOptions = TextTableOptions()
    ) throws(CatalogError) {
        self = try CatalogReader(path: path, table: table, options: options).rest()
    }
}
