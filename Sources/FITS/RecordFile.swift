/// A file of an empty primary unit and one unit of equal records (rows, planes) that come one by one.
///
/// What table and cube writers share: the part file, going on after a kill, closing.
final class RecordFile {
    /// Complete records in the file.
    private(set) var count: Int
    /// The final path.
    var path: String { file.path }
    private let file: PartFile
    private let unit: UnitWriter
    private let countKeyword: String
    private let recordLength: Int
    /// Where the first record begins.
    private let start: Int

    /// Starts a file, or with `resume` goes on with its part file: complete records are kept.
    ///
    /// - Parameters:
    ///   - countKeyword: The keyword that `finish` sets to the number of records.
    ///   - recordLimit: The most records of a part file that are kept.
    init(
        path: String, primary: [HeaderCard], cards: [HeaderCard], recordLength: Int, countKeyword: String,
        resume: Bool, recordLimit: Int = .max
    ) throws(FITSError) {
        precondition(recordLength > 0, "RecordFile: records of \(recordLength) bytes")
        self.countKeyword = countKeyword
        self.recordLength = recordLength
        file = try PartFile(path: path, resume: resume)
        let first = UnitWriter.finishedHeader(primary)
        let start = first + UnitWriter.header(cards)
        self.start = start.count
        if let present = try Self.records(file, start: start, countKeyword, recordLength: recordLength) {
            let found = min(recordLimit, present)
            count = found
            // A run that was killed while finishing left its count in the header, and padding.
            try file.overwrite(start, at: 0)
            try file.truncate(to: start.count + found * recordLength)
            unit = try UnitWriter(
                resuming: file, cards: cards, at: first.count, dataLength: found * recordLength)
        } else {
            count = 0
            do throws(FITSError) {
                try file.truncate(to: 0)
                try UnitWriter(file, cards: primary).finish()
                unit = try UnitWriter(file, cards: cards)
            } catch {
                file.discard()
                throw error
            }
        }
    }

    /// The complete records in a part file that must begin with `start`; `nil` when it holds none of it.
    private static func records(
        _ file: PartFile, start: [UInt8], _ countKeyword: String, recordLength: Int
    ) throws(FITSError) -> Int? {
        let found = try file.read(at: 0, count: min(file.length, start.count))
        // Killed before the header was out: nothing is lost by starting anew.
        if found.count < start.count, start.starts(with: found) { return nil }
        let written = UnitWriter.integer(countKeyword, in: found)
        let changing = [countKeyword, "CHECKSUM", "DATASUM"]
        guard UnitWriter.blanking(changing, in: found) == UnitWriter.blanking(changing, in: start) else {
            throw .resumeRefused(
                path: file.partPath, reason: "it was written by a run with other columns, options or input")
        }
        let complete = (file.length - start.count) / recordLength
        guard let written, written > 0 else { return complete }
        guard written <= complete else {
            throw .resumeRefused(
                path: file.partPath, reason: "its header counts \(written) records, \(complete) are there")
        }
        return written
    }

    /// Adds `count` records.
    func append(_ bytes: [UInt8], count: Int) throws(FITSError) {
        try unit.append(bytes)
        self.count += count
    }

    /// The bytes of records that are in the file.
    func records(_ range: Range<Int>) throws(FITSError) -> [UInt8] {
        precondition(
            range.lowerBound >= 0 && range.upperBound <= count, "RecordFile: records \(range) of \(count)")
        return try file.read(at: start + range.lowerBound * recordLength, count: range.count * recordLength)
    }

    /// Makes the records so far survive a loss of power.
    func synchronize() throws(FITSError) { try file.synchronize() }

    /// Sets the count, closes and renames.
    ///
    /// The count is on disk before the padding, which a resumed run would else take for records.
    func finish(comment: String) throws(FITSError) {
        let card = HeaderCard(countKeyword, .integer(Int64(count)), comment: comment)
        try unit.close(replacing: [card])
        try file.synchronize()
        try unit.pad()
        try file.finish()
    }

    /// Removes the part file.
    func discard() { file.discard() }
}
