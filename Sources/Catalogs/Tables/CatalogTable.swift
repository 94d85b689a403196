public import FITS

/// A table of a catalogue, or a block of its rows: columns with unit, UCD and description.
///
/// Every reader gives this type and every writer takes it, whatever the file format.
public struct CatalogTable: Sendable, Equatable {
    /// The columns, all of `rowCount` rows.
    public let columns: [TableColumn]
    /// The number of rows.
    public let rowCount: Int

    /// A table of these columns, which must have `rowCount` rows each.
    public init(columns: [TableColumn], rowCount: Int) {
        for column in columns {
            precondition(
                column.rowCount == rowCount,
                "CatalogTable: column \(column.name) has \(column.rowCount) rows, expected \(rowCount)")
        }
        self.columns = columns
        self.rowCount = rowCount
    }

    /// A table of these columns; at least one, all of the same number of rows.
    public init(columns: [TableColumn]) {
        precondition(!columns.isEmpty, "CatalogTable: no column, so no row count")
        self.init(columns: columns, rowCount: columns[0].rowCount)
    }

    /// The rows of all parts, one after another; at least one part, all of the same columns.
    public init(joining parts: [CatalogTable]) {
        precondition(!parts.isEmpty, "CatalogTable: joining no parts")
        precondition(
            parts.allSatisfy { $0.names == parts[0].names }, "CatalogTable: joining tables of other columns")
        self.init(
            columns: parts[0].columns.indices.map { index in
                TableColumn.joined(parts.map { $0.columns[index] })
            },
            rowCount: parts.reduce(0) { $0 + $1.rowCount })
    }

    /// The names of the columns, in order.
    public var names: [String] { columns.map(\.name) }

    /// The column of this name; if none has exactly this name, the only one that differs in case alone.
    public func column(_ name: String) -> TableColumn? {
        ColumnNames.index(of: name, among: names).map { columns[$0] }
    }

    /// The same rows with only the named columns, in the order asked for; names that are not there are left out.
    public func selecting(_ wanted: [String]) -> CatalogTable {
        CatalogTable(columns: wanted.compactMap { column($0) }, rowCount: rowCount)
    }

    /// The table's rows in a range.
    public func rows(_ range: Range<Int>) -> CatalogTable {
        CatalogTable(columns: columns.map { $0.rows(range) }, rowCount: range.count)
    }

    /// The rows at these indices, in this order.
    public func rows(at indices: [Int]) -> CatalogTable {
        CatalogTable(columns: columns.map { $0.rows(at: indices) }, rowCount: indices.count)
    }
}

/// Finding columns by name.
enum ColumnNames {
    /// Where a name stands: exactly, else the only one that differs in case alone.
    static func index(of name: String, among names: [String]) -> Int? {
        if let exact = names.firstIndex(of: name) { return exact }
        let folded = name.lowercased()
        let alike = names.indices.filter { names[$0].lowercased() == folded }
        return alike.count == 1 ? alike[0] : nil
    }
}
