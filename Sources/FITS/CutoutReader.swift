/// Reads files of single cutouts, one after the other, into memory that it keeps for the next one.
///
/// Each thread has its own. A file that is kept keeps its bytes: the next one then gets memory of its own.
public struct CutoutReader: Sendable {
    private var memory = ReusedMemory()

    /// A reader without memory yet.
    public init() {}

    /// Reads the file at `path`.
    public mutating func read(_ path: String) throws(FITSError) -> CutoutFile {
        try CutoutFile(path: path, memory: &memory)
    }
}
