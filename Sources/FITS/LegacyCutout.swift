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
        let unit = try Self.imageUnit(file)
        let layout = try file.layout(of: unit)
        let axes = Self.withoutDegenerateAxes(layout.axes)
        guard axes.count == 2 || axes.count == 3 else {
            throw .notCutout(
                path: file.path, hdu: unit.index,
                reason: "its image has \(layout.axes.count) axes \(layout.axes), expected (x, y, band)")
        }
        let bands = try Self.bands(unit, planes: axes.count == 3 ? axes[2] : 1, assumed: assumedBands)
        let pixels = try file.floats(of: unit)
        let coordinates = try unit.worldCoordinates()
        let companions = try CutoutCompanions(of: unit, axes: axes, bands: bands.count, in: file)
        let faults = BandFaults(pixels, bands: bands.count)
        survey = unit.header.text("SURVEY") ?? file.units[0].header.text("SURVEY")
        version = unit.header.text("VERSION") ?? file.units[0].header.text("VERSION")
        nonFinitePixels = faults.nonFinitePixels
        image = GalaxyImage(
            bands: bands, width: axes[0], height: axes[1], pixels: pixels,
            inverseVariance: companions.inverseVariance, maskBits: companions.maskBits,
            plane: coordinates.plane, pixelScale: coordinates.pixelScale, flags: faults.flags)
    }

    /// The cutout with exactly these bands, picked by name, whatever their order in the file.
    ///
    /// A band that the file lacks is all zero (with an inverse variance of zero) and flagged `bandMissing`.
    public func image(selecting bands: [String]) -> GalaxyImage {
        let plane = image.width * image.height
        let sources = bands.map { image.bands.firstIndex(of: $0) }
        func select<Value>(_ values: [Value], empty: Value) -> [Value] {
            var selected: [Value] = []
            selected.reserveCapacity(plane * bands.count)
            for source in sources {
                if let source {
                    selected += values[source * plane..<(source + 1) * plane]
                } else {
                    selected += repeatElement(empty, count: plane)
                }
            }
            return selected
        }
        let isComplete = !sources.contains(nil)
        if isComplete, bands == image.bands { return image }
        var flags: QualityFlags = isComplete ? [] : .bandMissing
        for case let source? in sources {
            let part = BandFaults(Array(image.pixels[source * plane..<(source + 1) * plane]), bands: 1)
            flags.formUnion(part.flags)
        }
        return GalaxyImage(
            bands: bands, width: image.width, height: image.height, pixels: select(image.pixels, empty: 0),
            inverseVariance: image.inverseVariance.map { select($0, empty: 0) },
            maskBits: image.maskBits.map { select($0, empty: 0) }, plane: image.plane,
            pixelScale: image.pixelScale, flags: flags)
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
        guard Set(bands).count == bands.count else {
            throw refused("BANDS '\(BandNames.text(bands))' names a band twice")
        }
        return bands
    }
}

/// What is wrong with the pixels of a cube.
struct BandFaults {
    /// NaN and infinite pixels of each band.
    private(set) var nonFinitePixels: [Int] = []
    /// `bandAllZero` and `nonFinitePixels`, as found.
    private(set) var flags: QualityFlags = []

    /// Looks at `bands` planes of equal size.
    init(_ pixels: [Float], bands: Int) {
        let plane = pixels.count / max(1, bands)
        for band in 0..<bands {
            var nonFinite: Int32 = 0
            var nonZero: UInt32 = 0
            // On the bits and on raw memory the loop becomes vector code, 20 times as fast.
            pixels.withUnsafeBufferPointer { pixels in
                for index in band * plane..<(band + 1) * plane {
                    let magnitude = pixels[index].bitPattern & 0x7fff_ffff
                    nonFinite &+= magnitude >= 0x7f80_0000 ? 1 : 0
                    nonZero |= magnitude
                }
            }
            nonFinitePixels.append(Int(nonFinite))
            if nonFinite > 0 { flags.insert(.nonFinitePixels) }
            if nonZero == 0 { flags.insert(.bandAllZero) }
        }
    }
}
