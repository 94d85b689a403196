public import Astronomy

/// What the header of a single cutout says, its pixels unread.
///
/// Of a plain file this is read in some 15 kB, whatever the size of the image; a gzipped one is unpacked whole.
public struct CutoutHeader: Sendable {
    /// What the files of a survey have in common.
    private let content: Content
    /// Where the pixels lie on the sky, and their scale.
    public let coordinates: WorldCoordinates

    /// Shared by headers that differ in their place alone.
    private final class Content: Sendable {
        let bands: [String]
        let survey: String?
        let version: String?
        let axes: [Int]

        init(bands: [String], survey: String?, version: String?, axes: [Int]) {
            self.bands = bands
            self.survey = survey
            self.version = version
            self.axes = axes
        }
    }

    /// The bands, in the order of the file.
    public var bands: [String] { content.bands }
    /// SURVEY, such as `DECaLS`.
    public var survey: String? { content.survey }
    /// VERSION, such as `DR10`.
    public var version: String? { content.version }
    /// Lengths of the axes x, y and, for a cube, band.
    var axes: [Int] { content.axes }
    /// Pixels in a row.
    public var width: Int { content.axes[0] }
    /// Rows.
    public var height: Int { content.axes[1] }
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
        self = try CutoutUnit(file, assumedBands: assumedBands).header
    }

    /// Reads the header of `unit`, whose pixels are stored in a layout.
    init(
        _ unit: HeaderDataUnit, _ layout: ImageLayout, in file: FITSFile, assumedBands: [String]?
    ) throws(FITSError) {
        let axes = Self.withoutDegenerateAxes(layout.axes)
        guard axes.count == 2 || axes.count == 3 else {
            throw .notCutout(
                path: file.path, hdu: unit.index,
                reason: "its image has \(layout.axes.count) axes \(layout.axes), expected (x, y, band)")
        }
        let bands = try Self.bands(unit, planes: axes.count == 3 ? axes[2] : 1, assumed: assumedBands)
        coordinates = try unit.worldCoordinates()
        content = Content(
            bands: bands, survey: unit.header.text("SURVEY") ?? file.units[0].header.text("SURVEY"),
            version: unit.header.text("VERSION") ?? file.units[0].header.text("VERSION"), axes: axes)
    }

    private init(_ content: Content, _ coordinates: WorldCoordinates) {
        self.content = content
        self.coordinates = coordinates
    }

    /// The same header at another place.
    func at(_ coordinates: WorldCoordinates) -> CutoutHeader { CutoutHeader(content, coordinates) }

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
