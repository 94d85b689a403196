public import FITS

/// Which columns of the input catalogue stand in the enriched one, and under which names.
///
/// A column whose name (in any case) is one of ours becomes `in_NAME`, which its description says. The columns
/// that our `id`, `ra`, `dec` and `ebv` were read from are shared and not repeated under the same name.
public struct PassThrough: Sendable, Equatable {
    /// A column that passes through.
    public struct Entry: Sendable, Equatable {
        /// Its name in the input.
        public let source: String
        /// The column of the output.
        public let column: ColumnDescription
    }

    /// The columns, in the order of the input.
    public let entries: [Entry]

    /// Nothing passes through.
    public static let none = PassThrough(entries: [])

    private init(entries: [Entry]) { self.entries = entries }

    /// The columns of an input catalogue that pass through.
    ///
    /// - Parameters:
    ///   - input: The input's columns.
    ///   - ours: The names of the enriched catalogue's own columns.
    ///   - shared: The input's columns that our `id`, `ra`, `dec` and `ebv` are read from.
    public init(input: [ColumnDescription], ours: [String], shared: [String]) {
        var taken = Set(ours.map { $0.lowercased() })
        let own = taken
        var entries: [Entry] = []
        for column in input where column.width > 0 && !column.isVariableLength {
            let folded = column.name.lowercased()
            if own.contains(folded), shared.contains(column.name) { continue }
            var name = column.name
            while taken.contains(name.lowercased()) { name = "in_" + name }
            taken.insert(name.lowercased())
            entries.append(Entry(source: column.name, column: Self.output(column, name: name)))
        }
        self.entries = entries
    }

    /// The column to be written for one that was read.
    private static func output(_ column: ColumnDescription, name: String) -> ColumnDescription {
        var description = column.description
        if name != column.name {
            let note = "Column '\(column.name)' of the input catalogue"
            description = description.map { "\(note): \($0)" } ?? note
        }
        return ColumnDescription(
            name, column.element, width: column.width, textWidth: max(1, column.textWidth),
            unit: column.unit, ucd: column.ucd, description: description, null: null(of: column))
    }

    /// A number for missing values that no value of the column can be.
    private static func null(of column: ColumnDescription) -> Int64? {
        guard let null = column.null, column.element.isInteger else { return nil }
        // Unsigned numbers are stored with an offset, their null as well: outside their range is safe.
        switch column.element {
        case .int32 where column.format.hasSuffix("I"): return Int64(Int32.min)
        case .int64 where column.format.hasSuffix("J"): return Int64.min
        default: return null
        }
    }

    /// The passing columns of a block of the input's rows.
    public func columns(of table: CatalogTable) -> [TableColumn] {
        entries.map { entry in
            guard var column = table.columns.first(where: { $0.name == entry.source }) else {
                preconditionFailure("PassThrough: the block has no column '\(entry.source)'")
            }
            column.name = entry.column.name
            column.description = entry.column.description
            return column
        }
    }
}
