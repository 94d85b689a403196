/// The unit of a file that holds a cutout's pixels, with what its header says of the cutout.
struct CutoutUnit: Sendable {
    /// What the header says.
    let header: CutoutHeader
    /// The unit.
    let unit: HeaderDataUnit
    /// Whether stored numbers are the physical ones.
    private let isUnscaled: Bool

    /// Finds the cutout in `file`: its first image, whichever unit holds it.
    ///
    /// - Parameter assumedBands: The bands of a file that names none; without them such a file is refused.
    init(_ file: FITSFile, assumedBands: [String]? = nil) throws(FITSError) {
        unit = try Self.imageUnit(file)
        let layout = try file.layout(of: unit)
        header = try CutoutHeader(unit, layout, in: file, assumedBands: assumedBands)
        isUnscaled = layout.isUnscaled
    }

    /// The unit with the cutout's pixels.
    private static func imageUnit(_ file: FITSFile) throws(FITSError) -> HeaderDataUnit {
        if file.units.contains(where: { $0.header.contains("GALFMT") }) {
            throw .notCutout(path: file.path, hdu: 0, reason: "it is a packed file of many cutouts")
        }
        guard let unit = file.firstImage else {
            let found =
                file.units.contains { $0.kind == .binaryTable } ? "a table" : "no image of two axes or more"
            throw .notCutout(path: file.path, hdu: 0, reason: "it holds \(found)")
        }
        return unit
    }

    /// Whether the pixels are float32 as they stand, with nothing beside them that tells of their noise or mask.
    func isPlain(in file: FITSFile) -> Bool {
        guard unit.kind == .image, unit.bitsPerPixel == -32, isUnscaled else { return false }
        return !file.units.contains { other in
            other.index > unit.index && (other.kind == .image || other.kind == .compressedImage)
        }
    }
}
