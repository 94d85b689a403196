internal import Astronomy
internal import FITS
internal import Photometry

/// One row of a packed file.
struct PackedRow: Sendable {
    var object: PackedObject
    var pixels: [Float]
    /// Why the row has no usable cutout.
    var fault: String?
    /// Whether the cutout came with inverse variances, which are not packed.
    var hasInverseVariance = false

    init(
        _ row: Int, _ rows: EnrichmentRows, _ collection: CutoutCollection, bands: [String],
        resampler: CutoutResampler
    ) {
        let size = resampler.size.width * resampler.size.height
        let reading = rows.cutouts[row].map(collection.read) ?? .unreadable("no cutout belongs to the row")
        let target = rows.positions[row] ?? reading.position
        let reddening = rows.reddening[row].isFinite ? rows.reddening[row] : reading.reddening ?? .nan
        var object = PackedObject(
            id: rows.identifier(row), rightAscension: target?.rightAscension ?? .nan,
            declination: target?.declination ?? .nan, pixelScale: reading.foundPixelScale ?? .nan,
            bands: reading.image?.bands ?? [], flags: reading.flags, reddening: reddening)
        pixels = Array(repeating: .nan, count: bands.count * size)
        if let image = reading.image {
            do throws(PhotometryError) {
                let selected = Self.selected(image, bands: bands)
                // Faults of bands that are not packed are no fault of the row.
                object.flags = object.flags.subtracting(Self.ofBands).union(selected.flags)
                let placed = try resampler.resample(selected, around: target)
                object.flags.formUnion(placed.flags)
                pixels = placed.pixels
                hasInverseVariance = image.inverseVariance != nil
            } catch {
                fault = "row \(row + 1): \(error)"
            }
        } else {
            fault = "row \(row + 1): \(reading.fault ?? "cannot be read")"
        }
        if fault != nil { object.flags.insert(.unreadable) }
        self.object = object
    }

    /// Flags that belong to the bands of a cutout.
    private static let ofBands: QualityFlags = [.bandAllZero, .nonFinitePixels]

    /// The bands to be packed, flagged by what is wrong with them alone.
    private static func selected(_ image: GalaxyImage, bands: [String]) -> GalaxyImage {
        guard image.bands != bands else { return image }
        var selected = image.selecting(bands: bands)
        selected.flags.subtract(ofBands)
        if selected.pixels.contains(where: { !$0.isFinite }) { selected.flags.insert(.nonFinitePixels) }
        let plane = selected.width * selected.height
        for (index, band) in bands.enumerated() where image.bands.contains(band) {
            if selected.pixels[index * plane..<(index + 1) * plane].allSatisfy({ $0 == 0 }) {
                selected.flags.insert(.bandAllZero)
            }
        }
        return selected
    }
}
