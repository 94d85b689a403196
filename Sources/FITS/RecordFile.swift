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

    /// Starts a file, or with `resume` goes on with its part file: complete records are kept.
    init(
        path: String, primary: [HeaderCard], cards: [HeaderCard], recordLength: Int, resume: Bool
    ) throws(FITSError) {
        precondition(recordLength > 0, "RecordFile: records of \(recordLength) bytes")
        file = try PartFile(path: path, resume: resume)
        if file.length > 0 {
            let start = try Self.checkedStart(file, primary, cards)
            count = (file.length - start.data) / recordLength
            let dataLength = count * recordLength
            try file.truncate(to: start.data + dataLength)
            unit = try UnitWriter(resuming: file, cards: cards, at: start.header, dataLength: dataLength)
        } else {
            count = 0
            do throws(FITSError) {
                try UnitWriter(file, cards: primary).finish()
                unit = try UnitWriter(file, cards: cards)
            } catch {
                file.discard()
                throw error
            }
        }
    }

    /// Where the records' header and data begin in a part file, which must begin with these headers.
    private static func checkedStart(
        _ file: PartFile, _ primary: [HeaderCard], _ cards: [HeaderCard]
    ) throws(FITSError) -> (header: Int, data: Int) {
        let first = UnitWriter.finishedHeader(primary)
        let expected = first + UnitWriter.header(cards)
        guard file.length >= expected.count else {
            throw .resumeRefused(path: file.partPath, reason: "it was cut inside its header")
        }
        guard try file.read(at: 0, count: expected.count) == expected else {
            throw .resumeRefused(
                path: file.partPath, reason: "it was written by a run with other columns, options or input")
        }
        return (first.count, expected.count)
    }

    /// Adds `count` records.
    func append(_ bytes: [UInt8], count: Int) throws(FITSError) {
        try unit.append(bytes)
        self.count += count
    }

    /// Makes the records so far survive a loss of power.
    func synchronize() throws(FITSError) { try file.synchronize() }

    /// Sets the count, closes and renames.
    func finish(_ countCard: HeaderCard) throws(FITSError) {
        try unit.finish(replacing: [countCard])
        try file.finish()
    }

    /// Removes the part file.
    func discard() { file.discard() }
}
