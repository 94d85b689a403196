import FITS

/// A file of one format that takes blocks of rows.
protocol CatalogSink: AnyObject {
    /// Rows that are in the file.
    var rowCount: Int { get }
    /// Calls `body` with columns of the rows that are in the file, block by block.
    func forEachBlock(
        of names: [String], _ body: (CatalogTable) throws(CatalogError) -> Void
    ) throws(CatalogError)
    /// Adds rows.
    func append(_ table: CatalogTable) throws(CatalogError)
    /// Makes the rows so far survive a loss of power.
    func synchronize() throws(CatalogError)
    /// Completes the file and gives it its name.
    func finish() throws(CatalogError)
    /// Gives up and removes the part file.
    func discard()
}

/// What a catalogue file begins with, and how much of an earlier run's part file is kept.
struct SinkPlan {
    /// The columns.
    var columns: [ColumnDescription]
    /// Where the catalogue comes from.
    var provenance: Provenance
    /// The table's name in a FITS file.
    var tableName: String
    /// Whether an earlier run's part file is gone on with.
    var resume: Bool
    /// The most rows of it that are kept.
    var rowLimit = Int.max
}

/// A FITS file that takes blocks of rows.
final class FITSSink: CatalogSink {
    private let writer: BinaryTableWriter

    init(path: String, plan: SinkPlan) throws(CatalogError) {
        do throws(FITSError) {
            writer = try BinaryTableWriter(
                path: path, columns: plan.columns, name: plan.tableName, cards: plan.provenance.cards,
                resume: plan.resume, rowLimit: plan.rowLimit)
        } catch {
            throw .fits(error)
        }
    }

    var rowCount: Int { writer.rowCount }

    func forEachBlock(
        of names: [String], _ body: (CatalogTable) throws(CatalogError) -> Void
    ) throws(CatalogError) {
        for start in stride(from: 0, to: rowCount, by: 4096) {
            let rows = start..<min(rowCount, start + 4096)
            let columns: [TableColumn]
            do throws(FITSError) { columns = try writer.columns(names, rows: rows) } catch {
                throw .fits(error)
            }
            try body(CatalogTable(columns: columns, rowCount: rows.count))
        }
    }

    func append(_ table: CatalogTable) throws(CatalogError) {
        do throws(FITSError) { try writer.append(table.columns) } catch { throw .fits(error) }
    }

    func synchronize() throws(CatalogError) {
        do throws(FITSError) { try writer.synchronize() } catch { throw .fits(error) }
    }

    func finish() throws(CatalogError) {
        do throws(FITSError) { try writer.finish() } catch { throw .fits(error) }
    }

    func discard() { writer.discard() }
}
