/// A survey of cutouts in one standard FITS file, read by row from any thread.
///
/// Units: `CUTOUTS` (32-bit floats `[object, band, y, x]`), `OBJECTS` (a binary table, row-matched),
/// optionally `INVVAR` and `MASKBITS` of the cutouts' shape; keyword `GALFMT` = 1 in the primary header.
/// Every cutout has north up, east left and its target at the centre; CUTOUTS carries BANDS, PIXSCALE and
/// linear coordinates that count arcsec from the target.
///
/// A class because a cutout on its way through a worker carries its file along: one count to keep instead of a dozen.
public final class PackedCutouts: Sendable {
    /// The path.
    public let path: String
    /// The number of objects.
    public let count: Int
    /// The bands of every cutout, in order.
    public let bands: [String]
    /// Pixels in a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// Arcsec per pixel of the packed cutouts.
    public let pixelScale: Double
    /// The arrays that the file has.
    public let layers: Set<PackedLayer>
    /// The table of objects, with whatever columns stand there beside those of the layout.
    public let objectTable: BinaryTable
    /// The primary header, with provenance.
    public let header: FITSHeader
    /// DATASUM of the cutouts, when the file has it: a cheap identity of the input.
    public let dataSum: String?
    let source: ByteSource
    private let offsets: [PackedLayer: Int]

    /// Opens the packed file at `path`.
    public convenience init(path: String) throws(FITSError) { try self.init(FITSFile(mapping: path)) }

    /// Whether the file bears the mark of the layout.
    public static func isPacked(_ file: FITSFile) -> Bool { file.units[0].header.contains("GALFMT") }

    /// Checks and opens a packed file.
    public init(_ file: FITSFile) throws(FITSError) {
        path = file.path
        source = file.source
        header = file.units[0].header
        guard let format = try header.integer("GALFMT") else {
            throw .notCutout(path: path, hdu: 0, reason: "it has no GALFMT keyword, so it is no packed file")
        }
        guard format <= Int64(PackedFormat.version) else {
            throw .newerFormat(path: path, found: Int(format), known: PackedFormat.version)
        }
        guard format >= 1 else {
            throw .malformedHeader(path: path, hdu: 0, keyword: "GALFMT", reason: "\(format) is no version")
        }
        let unit = try file.unit(named: PackedLayer.pixels.rawValue)
        guard unit.axes.count == 4, unit.axes[..<3].allSatisfy({ $0 > 0 }) else {
            throw .notCutout(
                path: path, hdu: unit.index,
                reason: "CUTOUTS has axes \(unit.axes), expected (x, y, band, object)")
        }
        (width, height, count) = (unit.axes[0], unit.axes[1], unit.axes[3])
        bands = BandNames.parse(try unit.header.string("BANDS") ?? "")
        guard bands.count == unit.axes[2], Set(bands).count == bands.count else {
            throw .notCutout(
                path: path, hdu: unit.index,
                reason: "BANDS '\(BandNames.text(bands))' contradicts \(unit.axes[2]) planes")
        }
        guard let scale = try unit.header.real("PIXSCALE"), scale > 0 else {
            throw .malformedHeader(
                path: path, hdu: unit.index, keyword: "PIXSCALE", reason: "is no scale in arcsec per pixel")
        }
        pixelScale = scale
        dataSum = unit.header.text("DATASUM")
        offsets = try Self.offsets(file, axes: unit.axes)
        layers = Set(offsets.keys)
        objectTable = try file.table(named: PackedFormat.objects)
        guard objectTable.rowCount == count else {
            throw .notCutout(
                path: path, hdu: objectTable.header.hdu,
                reason: "OBJECTS has \(objectTable.rowCount) rows for \(count) cutouts")
        }
    }

    /// Where a layer's data begin.
    func layerOffset(_ layer: PackedLayer) -> Int? { offsets[layer] }

    /// Where the data of each layer begin; a layer of another shape or type is an error.
    private static func offsets(_ file: FITSFile, axes: [Int]) throws(FITSError) -> [PackedLayer: Int] {
        var offsets: [PackedLayer: Int] = [:]
        for layer in PackedLayer.allCases {
            guard let unit = file.units.first(where: { $0.name?.uppercased() == layer.rawValue }) else {
                continue
            }
            guard unit.kind == .image, unit.bitsPerPixel == layer.bitsPerPixel, unit.axes == axes,
                try file.layout(of: unit).isUnscaled
            else {
                throw .notCutout(
                    path: file.path, hdu: unit.index,
                    reason:
                        "\(layer.rawValue) is no plain array of BITPIX \(layer.bitsPerPixel) and axes \(axes)"
                )
            }
            offsets[layer] = unit.dataOffset
        }
        return offsets
    }
}
