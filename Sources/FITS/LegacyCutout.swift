public import Astronomy

/// A cutout as the Legacy Survey viewer serves it: a cube (band, y, x) with BANDS and a TAN WCS, and optionally
/// a cube of inverse variances and an image of mask bits in further units.
///
/// The server fails silently (one band gives a plain image, an unknown letter other bands, no coverage zeros);
/// here a contradiction is an error and the rest is flagged.
public struct LegacyCutout: Sendable {
    /// The cutout with the bands of the file, in its order; its flags tell of empty bands and broken pixels.
    public let image: GalaxyImage
    /// SURVEY, such as `DECaLS`.
    public let survey: String?
    /// VERSION, such as `DR10`.
    public let version: String?
    /// NaN and infinite pixels of each band of `image`.
    public let nonFinitePixels: [Int]

    /// Reads the cutout at `path`.
    ///
    /// - Parameter assumedBands: The bands of a file that names none; without them such a file is refused.
    public init(path: String, assumedBands: [String]? = nil) throws(FITSError) {
        try self.init(FITSFile(path: path), assumedBands: assumedBands)
    }

    /// Reads the cutout in `file`: its first image, whichever unit holds it.
    public init(_ file: FITSFile, assumedBands: [String]? = nil) throws(FITSError) {
        try self.init(file, CutoutUnit(file, assumedBands: assumedBands))
    }

    /// Reads the pixels of a cutout that was found in `file`.
    init(_ file: FITSFile, _ cutout: CutoutUnit) throws(FITSError) {
        let header = cutout.header
        let pixels = try file.floats(of: cutout.unit)
        let companions = try CutoutCompanions(
            of: cutout.unit, axes: header.axes, bands: header.bands.count, in: file)
        let faults = BandFaults(pixels, bands: header.bands.count)
        survey = header.survey
        version = header.version
        nonFinitePixels = faults.nonFinitePixels
        image = GalaxyImage(
            bands: header.bands, width: header.width, height: header.height, pixels: pixels,
            inverseVariance: companions.inverseVariance, maskBits: companions.maskBits,
            plane: header.coordinates.plane, pixelScale: header.coordinates.pixelScale, flags: faults.flags)
    }
}
