/// Reads files of single cutouts, one after the other, into memory that it keeps for the next one.
///
/// Each thread has its own. A file that is kept keeps its bytes: the next one then gets memory of its own. What a
/// file's headers have in common with those of the file before is not read again.
public struct CutoutReader: Sendable {
    private var memory = ReusedMemory()
    /// Of the last file that was read in full and is such that another may be like it.
    private var pattern: CutoutPattern?
    /// Bytes of the last file, and of the next one if the last two were of one length.
    private var lastSize, likelySize: Int?

    /// A reader without memory yet.
    public init() {}

    /// Reads the file at `path`.
    public mutating func read(_ path: String) throws(FITSError) -> CutoutFile {
        let source = try ByteSource.whole(path: path, memory: &memory, likelySize: likelySize)
        likelySize = source.isInMemory && source.size == lastSize ? lastSize : nil
        lastSize = source.size
        if let pattern, let header = try pattern.header(of: source) {
            return CutoutFile(header, in: source, dataOffset: pattern.dataOffset)
        }
        let file = try FITSFile(source: source, notesAskedCards: true)
        let cutout = try CutoutUnit(file)
        if let found = try CutoutPattern(cutout, in: file) { pattern = found }
        return CutoutFile(cutout, in: file)
    }
}
