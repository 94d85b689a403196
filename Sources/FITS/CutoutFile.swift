/// The file of a single cutout, read in one go, its pixels not yet taken apart.
///
/// Most cutouts are on the grid that a model wants, as float32 alone in their file: those lend their bytes. Any
/// other becomes a `LegacyCutout`, from the same bytes.
public struct CutoutFile: Sendable {
    /// What the header says.
    public let header: CutoutHeader
    /// Whether the pixels are float32 as they stand, with nothing beside them that tells of their noise or mask.
    public let isPlain: Bool
    private let source: ByteSource
    /// Where the pixels begin.
    private let dataOffset: Int
    /// The file's structure; `nil` for one that was known by its pattern.
    private let structure: Structure?

    /// Whether its headers were read, and not known by those of another file.
    package var wasReadInFull: Bool { structure != nil }

    /// One reference in place of many: files go from hand to hand.
    private final class Structure: Sendable {
        let file: FITSFile
        let cutout: CutoutUnit

        init(_ file: FITSFile, _ cutout: CutoutUnit) {
            self.file = file
            self.cutout = cutout
        }
    }

    /// Reads the file at `path`.
    public init(path: String) throws(FITSError) {
        var reader = CutoutReader()
        self = try reader.read(path)
    }

    /// The cutout that was found in a file.
    init(_ cutout: CutoutUnit, in file: FITSFile) {
        header = cutout.header
        isPlain = cutout.isPlain(in: file)
        source = file.source
        dataOffset = cutout.unit.dataOffset
        structure = Structure(file, cutout)
    }

    /// The cutout in a file that is like another one, with its own header.
    init(_ header: CutoutHeader, in source: ByteSource, dataOffset: Int) {
        self.header = header
        isPlain = true
        self.source = source
        self.dataOffset = dataOffset
        structure = nil
    }

    /// Lends the stored pixels of a plain file, big-endian float32 `[band, y, x]`.
    public func withStoredPixels<Result>(_ body: (RawSpan) -> Result) throws(FITSError) -> Result {
        precondition(isPlain, "CutoutFile: '\(source.name)' does not store plain pixels")
        let count = 4 * header.width * header.height * header.bands.count
        return try source.withBytes(at: dataOffset, count: count) { body($0.bytes) }
    }

    /// The cutout with its pixels, inverse variances and mask bits.
    public func cutout() throws(FITSError) -> LegacyCutout {
        if let structure { return try LegacyCutout(structure.file, structure.cutout) }
        return try LegacyCutout(FITSFile(source: source))
    }
}
