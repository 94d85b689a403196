import FITS

/// A CSV or ECSV file that takes blocks of rows.
final class TextSink: CatalogSink {
    private(set) var rowCount: Int
    private let file: PartFile
    private let encoder: TextRowEncoder
    private let isECSV: Bool

    init(path: String, format: CatalogOutput.Format, plan: SinkPlan) throws(CatalogError) {
        isECSV = format == .ecsv
        encoder = TextRowEncoder(columns: plan.columns, isECSV: isECSV)
        var header = isECSV ? ECSVHeaderWriter.header(plan.columns, plan.provenance) : []
        header += encoder.names
        do throws(FITSError) {
            file = try PartFile(path: path, resume: plan.resume)
            rowCount = 0
            // A part file that was cut inside its header holds nothing worth keeping.
            let present = try file.read(at: 0, count: min(file.length, header.count))
            guard header.starts(with: present) else {
                throw .resumeRefused(
                    path: file.partPath,
                    reason: "it was written by a run with other columns, options or input")
            }
            if file.length <= header.count {
                try file.truncate(to: 0)
                try file.append(header)
                return
            }
        } catch {
            throw .fits(error)
        }
        let kept = try Self.completeRows(
            in: file.partPath, columns: plan.columns.count, headerLength: header.count, limit: plan.rowLimit)
        rowCount = kept.count
        do throws(FITSError) { try file.truncate(to: kept.end) } catch { throw .fits(error) }
    }

    /// The complete rows of a part file and where the last of them ends.
    private static func completeRows(
        in path: String, columns: Int, headerLength: Int, limit: Int
    ) throws(CatalogError) -> (count: Int, end: Int) {
        let scanner = try TextRecordScanner(
            input: TextInput(path: path), delimiter: 0x2C, comment: "#", skippedLines: 0)
        _ = try scanner.next()  // the names
        var kept = (count: 0, end: headerLength)
        while kept.count < limit {
            // What a kill cut in the middle: an open quote, or a last line without its end.
            do throws(CatalogError) {
                guard try scanner.next() else { break }
            } catch {
                guard case .malformed = error else { throw error }
                break
            }
            guard scanner.endsWithNewline, scanner.fields.count == columns else { break }
            kept = (kept.count + 1, scanner.offsetBehindRecord)
        }
        return kept
    }

    func forEachBlock(
        of names: [String], _ body: (CatalogTable) throws(CatalogError) -> Void
    ) throws(CatalogError) {
        guard rowCount > 0 else { return }
        try synchronize()
        // With its header and whole rows the part file reads as the file that it will be.
        let options = TextTableOptions(delimiter: .character(","), header: isECSV ? .automatic : .firstRow)
        let reader = try CatalogReader(path: file.partPath, options: options)
        while let block = try reader.next(4096) { try body(block.selecting(names)) }
    }

    func append(_ table: CatalogTable) throws(CatalogError) {
        var bytes: [UInt8] = []
        encoder.encode(table, into: &bytes)
        do throws(FITSError) { try file.append(bytes) } catch { throw .fits(error) }
        rowCount += table.rowCount
    }

    func synchronize() throws(CatalogError) {
        do throws(FITSError) { try file.synchronize() } catch { throw .fits(error) }
    }

    func finish() throws(CatalogError) {
        do throws(FITSError) { try file.finish() } catch { throw .fits(error) }
    }

    func discard() { file.discard() }
}
