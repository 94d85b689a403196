/// The file of a single cutout, read in one go, its pixels not yet taken apart.
///
/// Most cutouts are on the grid that a model wants, as float32 alone in their file: those lend their bytes. Any
/// other becomes a `LegacyCutout`, from the same bytes.
public struct CutoutFile: Sendable {
    /// What the header says.
    public let header: CutoutHeader
    private let file: FITSFile

    /// Whether the pixels are float32 as they stand, with nothing beside them that tells of their noise or mask.
    public let isPlain: Bool

    /// Reads the file at `path`.
    public init(path: String) throws(FITSError) {
        var reader = CutoutReader()
        self = try reader.read(path)
    }

    /// Reads the file at `path` into `memory`.
    init(path: String, memory: inout ReusedMemory) throws(FITSError) {
        file = try FITSFile(whole: path, memory: &memory)
        header = try CutoutHeader(file)
        isPlain = Self.isPlain(header, in: file)
    }

    private static func isPlain(_ header: CutoutHeader, in file: FITSFile) -> Bool {
        guard header.unit.kind == .image, header.unit.bitsPerPixel == -32, header.isUnscaled else {
            return false
        }
        return !file.units.contains { other in
            other.index > header.unit.index && (other.kind == .image || other.kind == .compressedImage)
        }
    }

    /// Lends the stored pixels of a plain file, big-endian float32 `[band, y, x]`.
    public func withStoredPixels<Result>(_ body: (RawSpan) -> Result) throws(FITSError) -> Result {
        precondition(isPlain, "CutoutFile: '\(file.path)' does not store plain pixels")
        let count = 4 * header.width * header.height * header.bands.count
        return try file.source.withBytes(at: header.unit.dataOffset, count: count) { body($0.bytes) }
    }

    /// The cutout with its pixels, inverse variances and mask bits.
    public func cutout() throws(FITSError) -> LegacyCutout { try LegacyCutout(file, header: header) }
}
