public import Astronomy

/// What the header of a single cutout says, its pixels unread.
///
/// Of a plain file this is read in some 15 kB, whatever the size of the image; a gzipped one is unpacked whole.
public struct CutoutHeader: Sendable {
    /// The bands, in the order of the file.
    public let bands: [String]
    /// SURVEY, such as `DECaLS`.
    public let survey: String?
    /// VERSION, such as `DR10`.
    public let version: String?
    /// Where the pixels lie on the sky, and their scale.
    public let coordinates: WorldCoordinates
    /// The unit with the pixels.
    let unit: HeaderDataUnit
    /// Whether stored numbers are the physical ones.
    let isUnscaled: Bool
    /// Lengths of the axes x, y and, for a cube, band.
    let axes: [Int]

    /// Pixels in a row.
    public var width: Int { axes[0] }
    /// Rows.
    public var height: Int { axes[1] }
    /// The position at the image's middle; `nil` when the header has no coordinates that are understood.
    public var centre: SkyPosition? { coordinates.plane?.centre(width: width, height: height) }

    /// Reads the header of the cutout at `path`.
    ///
    /// - Parameter assumedBands: The bands of a file that names none; without them such a file is refused.
    public init(path: String, assumedBands: [String]? = nil) throws(FITSError) {
        try self.init(FITSFile(path: path), assumedBands: assumedBands)
    }

    /// Reads the header of the cutout in `file`: that of its first image, whichever unit holds it.
    public init(_ file: FITSFile, assumedBands: [String]? = nil) throws(FITSError) {
        let unit = try Self.imageUnit(file)
        let layout = try file.layout(of: unit)
        let axes = Self.withoutDegenerateAxes(layout.axes)
        guard axes.count == 2 || axes.count == 3 else {
            throw .notCutout(
                path: file.path, hdu: unit.index,
                reason: "its image has \(layout.axes.count) axes \(layout.axes), expected (x, y, band)")
        }
        bands = try Self.bands(unit, planes: axes.count == 3 ? axes[2] : 1, assumed: assumedBands)
        coordinates = try unit.worldCoordinates()
        survey = unit.header.text("SURVEY") ?? file.units[0].header.text("SURVEY")
        version = unit.header.text("VERSION") ?? file.units[0].header.text("VERSION")
        self.unit = unit
        isUnscaled = layout.isUnscaled
        self.axes = axes
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

    /// The axes without those of length 1 behind the third.
    private static func withoutDegenerateAxes(_ axes: [Int]) -> [Int] {
        var axes = axes
        while axes.count > 3, axes.last == 1 { axes.removeLast() }
        return axes
    }

    /// The bands that the header names, checked against the number of planes.
    private static func bands(
        _ unit: HeaderDataUnit, planes: Int, assumed: [String]?
    ) throws(FITSError) -> [String] {
        let header = unit.header
        func refused(_ reason: String) -> FITSError {
            .notCutout(path: header.path, hdu: unit.index, reason: reason)
        }
        var bands: [String] = []
        if let text = try header.string("BANDS"), !text.isEmpty {
            bands = BandNames.parse(text)
        } else if header.contains("BAND0") {
            while let band = try header.string("BAND\(bands.count)"), bands.count < planes {
                bands.append(band)
            }
        } else if planes == 1, let filter = header.text("FILTER")?.split(separator: " ").first {
            bands = [String(filter)]
        } else if let assumed {
            guard assumed.count == planes else {
                throw refused("it names no bands, and has \(planes) planes for \(BandNames.text(assumed))")
            }
            return assumed
        } else {
            throw refused("it has no BANDS keyword for its \(planes) planes")
        }
        guard bands.count == planes else {
            throw refused("BANDS '\(BandNames.text(bands))' contradicts its \(planes) planes")
        }
        guard areDistinct(bands) else {
            throw refused("BANDS '\(BandNames.text(bands))' names a band twice")
        }
        return bands
    }

    /// Whether no name stands twice; the usual few are compared one with the other.
    private static func areDistinct(_ bands: [String]) -> Bool {
        guard bands.count <= 8 else { return Set(bands).count == bands.count }
        return bands.indices.allSatisfy { !bands[..<$0].contains(bands[$0]) }
    }
}
