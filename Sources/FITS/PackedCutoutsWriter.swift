import Astronomy

/// Writes a packed file, cutout after cutout, in bounded memory; see `PackedCutouts` for the layout.
///
/// Everything goes to part files beside `path`, which `finish` joins and renames. Not safe for use from
/// several threads.
public final class PackedCutoutsWriter {
    /// Objects appended so far.
    public private(set) var count = 0
    private let bands: [String]
    private let width: Int
    private let height: Int
    private let pixelScale: Double
    private let file: PartFile
    private let cutouts: UnitWriter
    private let companions: [(layer: PackedLayer, spool: PartFile)]
    private var objects = ObjectColumns()

    /// Starts a packed file.
    ///
    /// - Parameters:
    ///   - path: The file to be; a file of that name is replaced in the end.
    ///   - bands: The bands of every cutout, in order.
    ///   - width: Pixels in a row.
    ///   - height: Rows.
    ///   - pixelScale: Arcsec per pixel of the packed cutouts (north up, east left, target at the centre).
    ///   - layers: What accompanies the pixels.
    ///   - cards: Cards of the primary header: provenance.
    ///   - sourceDate: The value of SOURCE_DATE_EPOCH; DATE is written only when there is one.
    public init(
        path: String, bands: [String], width: Int, height: Int, pixelScale: Double,
        layers: Set<PackedLayer> = [.pixels], cards: [HeaderCard] = [],
        sourceDate: String? = SourceDate.environment
    ) throws(FITSError) {
        precondition(
            !bands.isEmpty && width > 0 && height > 0 && pixelScale > 0 && pixelScale.isFinite,
            "PackedCutoutsWriter: \(width) x \(height) pixels of \(pixelScale) arcsec in \(bands.count) bands"
        )
        (self.bands, self.width, self.height, self.pixelScale) = (bands, width, height, pixelScale)
        file = try PartFile(path: path)
        let primary =
            [
                HeaderCard(
                    "GALFMT", .integer(Int64(PackedFormat.version)), comment: "version of the packed layout")
            ] + cards
        try UnitWriter(file, cards: UnitCards.primary(primary, sourceDate: sourceDate)).finish()
        cutouts = try UnitWriter(
            file, cards: Self.unitCards(.pixels, bands, width, height, pixelScale, count: 0))
        var companions: [(layer: PackedLayer, spool: PartFile)] = []
        for layer in [PackedLayer.inverseVariance, .maskBits] where layers.contains(layer) {
            companions.append((layer, try PartFile(path: "\(path).\(layer.rawValue.lowercased())")))
        }
        self.companions = companions
    }

    private static func unitCards(
        _ layer: PackedLayer, _ bands: [String], _ width: Int, _ height: Int, _ pixelScale: Double, count: Int
    ) -> [HeaderCard] {
        UnitCards.image(
            name: layer.rawValue, bitsPerPixel: layer.bitsPerPixel,
            axes: [width, height, bands.count, count],
            PackedFormat.cards(layer, bands: bands, width: width, height: height, pixelScale: pixelScale))
    }

    /// Adds a cutout of shape `[band, y, x]`; its companions must be there exactly when the file has them.
    public func append(
        _ object: PackedObject, pixels: [Float], inverseVariance: [Float]? = nil, maskBits: [Int32]? = nil
    ) throws(FITSError) {
        let size = bands.count * width * height
        func check(_ count: Int?, _ layer: PackedLayer) {
            let expected = layer == .pixels || companions.contains { $0.layer == layer } ? size : nil
            precondition(
                count == expected,
                "PackedCutoutsWriter: \(layer.rawValue) of \(count ?? 0) values, expected \(expected ?? 0)")
        }
        check(pixels.count, .pixels)
        check(inverseVariance?.count, .inverseVariance)
        check(maskBits?.count, .maskBits)
        try cutouts.append(BigEndian.bytes(pixels))
        for (layer, spool) in companions {
            let bytes =
                layer == .maskBits ? maskBits.map(BigEndian.bytes) : inverseVariance.map(BigEndian.bytes)
            try bytes?.withRawBytes { raw throws(FITSError) in try spool.append(raw) }
        }
        objects.append(object)
        count += 1
    }

    /// Completes the file and gives it its name. Nothing may be appended afterwards.
    public func finish() throws(FITSError) {
        try cutouts.finish(replacing: [HeaderCard("NAXIS4", .integer(Int64(count)))])
        let columns = objects.columns
        let encoder = RowEncoder(columns.map(ColumnDescription.init(fitting:)), path: file.path)
        let table = try UnitWriter(
            file, cards: UnitCards.table(name: PackedFormat.objects, columns: encoder.columns, []))
        try table.append(encoder.rows(columns, firstRow: 0))
        try table.finish(replacing: [UnitCards.rowCount(count)])
        for (layer, spool) in companions {
            let unit = try UnitWriter(
                file, cards: Self.unitCards(layer, bands, width, height, pixelScale, count: count))
            for offset in stride(from: 0, to: spool.length, by: 4 << 20) {
                try unit.append(spool.read(at: offset, count: min(4 << 20, spool.length - offset)))
            }
            try unit.finish()
            spool.discard()
        }
        try file.finish()
    }

    /// Gives up and removes the part files.
    public func discard() {
        file.discard()
        for (_, spool) in companions { spool.discard() }
    }
}

/// The columns of the OBJECTS table while they grow.
private struct ObjectColumns {
    private var ids: [CutoutIdentifier] = []
    private var rightAscensions: [Double] = []
    private var declinations: [Double] = []
    private var pixelScales: [Double] = []
    private var bands: [String] = []
    private var flags: [Int32] = []
    private var reddenings: [Double] = []

    mutating func append(_ object: PackedObject) {
        ids.append(object.id)
        rightAscensions.append(object.rightAscension)
        declinations.append(object.declination)
        pixelScales.append(object.pixelScale)
        bands.append(BandNames.text(object.bands))
        flags.append(object.flags.rawValue)
        reddenings.append(object.reddening)
    }

    /// The identifiers: numbers when all are, else texts.
    private var identifiers: ColumnValues {
        var numbers: [Int64] = []
        for id in ids {
            guard case .integer(let number) = id else { return .text(ids.map(\.description)) }
            numbers.append(number)
        }
        return .int64(numbers)
    }

    /// The table; `ebv` only when some object has one.
    var columns: [TableColumn] {
        var columns = [
            TableColumn("id", identifiers, ucd: "meta.id;meta.main", description: "identifier"),
            TableColumn(
                "ra", .double(rightAscensions), unit: "deg", ucd: "pos.eq.ra;meta.main",
                description: "right ascension of the target, ICRS"),
            TableColumn(
                "dec", .double(declinations), unit: "deg", ucd: "pos.eq.dec;meta.main",
                description: "declination of the target, ICRS"),
            TableColumn(
                "pixscale", .double(pixelScales), unit: "arcsec", ucd: "instr.scale",
                description: "pixel scale of the cutout as found, before packing"),
            TableColumn(
                "bands", .text(bands), ucd: "meta.code;instr.filter",
                description: "bands of the cutout as found"),
            TableColumn("flag", .int32(flags), ucd: "meta.code.qual", description: "quality bits"),
        ]
        if reddenings.contains(where: { !$0.isNaN }) {
            columns.append(
                TableColumn(
                    "ebv", .double(reddenings), unit: "mag", ucd: "phys.absorption.gal",
                    description: "Galactic reddening E(B-V)"))
        }
        return columns
    }
}
