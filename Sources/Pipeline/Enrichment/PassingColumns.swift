internal import Catalogs
internal import FITS

/// The columns of the input catalogue that go through to the output, read along with the rows.
final class PassingColumns {
    private let reader: CatalogReader?
    private let passThrough: PassThrough

    /// What the output's header says of them.
    var columns: [ColumnDescription] { passThrough.entries.map(\.column) }

    /// Columns of the catalogue that cannot go through.
    var leftOut: [String] { reader?.skippedColumns ?? [] }

    /// The columns of a catalogue of a layout; none without one.
    init(path: String?, layout: LabelCatalogConfiguration, ours: [String], shared: [String]) throws {
        let reader = try path.map {
            try CatalogReader(path: $0, table: layout.tableName, options: layout.text)
        }
        self.reader = reader
        passThrough = reader.map { PassThrough(input: $0.columns, ours: ours, shared: shared) } ?? .none
    }

    /// Leaves rows out.
    func skip(_ count: Int) throws { try reader?.skip(count) }

    /// The next rows.
    func next(_ count: Int) throws -> [TableColumn] {
        guard let reader, let block = try reader.next(count) else { return [] }
        return passThrough.columns(of: block)
    }
}
