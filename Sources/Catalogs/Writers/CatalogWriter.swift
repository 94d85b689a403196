public import FITS
import Foundation

/// Writes a catalogue to one or several files in one pass, in bounded memory.
///
/// Rows go to `<path>.part` (`<path>.unpacked.part` for gzipped files), renamed when all is complete. The same
/// columns, rows and provenance give the same bytes. After a kill a new writer can go on with the part files:
/// it keeps the rows that all of them hold, see `rowCount`. Not safe for use from several threads.
public final class CatalogWriter {
    /// The files.
    public let outputs: [CatalogOutput]
    /// The columns.
    public let columns: [ColumnDescription]
    /// Rows that are in all files.
    public private(set) var rowCount: Int
    private let sinks: [any CatalogSink]

    /// Starts the files, or goes on with those of a run that was killed.
    ///
    /// - Parameters:
    ///   - outputs: The files; at least one, all of different paths.
    ///   - columns: The columns, of different names in any case.
    ///   - provenance: What the headers say; CSV has none.
    ///   - tableName: EXTNAME in FITS files.
    ///   - resume: Whether part files of an earlier run are gone on with.
    /// - Throws: Among others `FITSError.resumeRefused` when a part file has another header: other columns,
    ///   options or input.
    public init(
        outputs: [CatalogOutput], columns: [ColumnDescription], provenance: Provenance = Provenance(),
        tableName: String = "CATALOG", resume: Bool = false
    ) throws(CatalogError) {
        precondition(!outputs.isEmpty, "CatalogWriter: no output")
        if let path = Self.firstRepeated(outputs.map(\.path)) {
            throw .file(path: path, action: "write", reason: "it is named twice")
        }
        if let name = Self.firstRepeated(columns.map { $0.name.lowercased() }) {
            throw .duplicateColumn(path: outputs[0].path, name: name)
        }
        guard columns.count <= 999 || outputs.allSatisfy({ $0.format != .fits }) else {
            throw .file(
                path: outputs[0].path, action: "write",
                reason: "\(columns.count) columns, a FITS table has at most 999")
        }
        // A gzipped file gets its name last: what stands in its way must show before the work, too.
        do throws(FITSError) {
            for output in outputs { try PartFile.checkReplaceable(output.path) }
        } catch {
            throw .fits(error)
        }
        self.outputs = outputs
        self.columns = columns
        var plan = SinkPlan(
            columns: columns, provenance: provenance, tableName: tableName, resume: resume)
        var sinks = try Self.open(outputs, plan)
        let common = sinks.map(\.rowCount).min() ?? 0
        if sinks.contains(where: { $0.rowCount > common }) {
            // Part files are locked while they are open: let go of them before they are cut.
            sinks = []
            plan.rowLimit = common
            sinks = try Self.open(outputs, plan)
        }
        self.sinks = sinks
        rowCount = common
    }

    private static func open(
        _ outputs: [CatalogOutput], _ plan: SinkPlan
    ) throws(CatalogError) -> [any CatalogSink] {
        var sinks: [any CatalogSink] = []
        for output in outputs {
            switch output.format {
            case .fits: sinks.append(try FITSSink(path: output.workPath, plan: plan))
            case .csv, .ecsv:
                sinks.append(try TextSink(path: output.workPath, format: output.format, plan: plan))
            }
        }
        return sinks
    }

    private static func firstRepeated(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }

    /// Adds rows to all files; the table's columns must be the writer's.
    public func append(_ table: CatalogTable) throws(CatalogError) {
        for sink in sinks { try sink.append(table) }
        rowCount += table.rowCount
    }

    /// Calls `body` with columns of the rows that are in the files, block by block: what a resumed run counts.
    ///
    /// Of several files one is read, if possible one that keeps the columns' types; in text files a column's
    /// type is found anew, as any reader of it would.
    public func forEachWrittenBlock(
        of names: [String], _ body: (CatalogTable) throws(CatalogError) -> Void
    ) throws(CatalogError) {
        let sink = zip(outputs, sinks).first { $0.0.format == .fits }?.1 ?? sinks[0]
        try sink.forEachBlock(of: names, body)
    }

    /// Makes the rows so far survive a loss of power.
    public func synchronize() throws(CatalogError) { for sink in sinks { try sink.synchronize() } }

    /// Completes all files and gives them their names. Nothing may be appended afterwards.
    public func finish() throws(CatalogError) {
        // All are durable before the first is renamed, so that a full disk leaves every part file resumable.
        try synchronize()
        for (output, sink) in zip(outputs, sinks) {
            try sink.finish()
            if output.isGzipped { try Self.pack(output) }
        }
    }

    /// Gzips a complete file and removes it.
    private static func pack(_ output: CatalogOutput) throws(CatalogError) {
        do throws(FITSError) { try GzipWriter.compress(output.workPath, to: output.path) } catch {
            throw .fits(error)
        }
        guard unlink(output.workPath) == 0 else { throw .system(output.workPath, "remove", errno) }
    }

    /// Gives up and removes the part files.
    public func discard() { for sink in sinks { sink.discard() } }
}
