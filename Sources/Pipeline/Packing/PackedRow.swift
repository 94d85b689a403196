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
        let found = rows.reading(row, of: collection)
        // Faults of bands that are not packed are no fault of the row.
        let reading = found.selecting(bands: bands)
        let target = rows.position(row) ?? reading.position
        let reddening = rows.reddening(row) ?? reading.reddening ?? .nan
        var object = PackedObject(
            id: rows.identifier(row), rightAscension: target?.rightAscension ?? .nan,
            declination: target?.declination ?? .nan, pixelScale: reading.foundPixelScale ?? .nan,
            bands: found.image?.bands ?? [], flags: reading.flags, reddening: reddening)
        pixels = Array(repeating: .nan, count: bands.count * size)
        if let image = reading.image {
            do throws(PhotometryError) {
                let placed = try resampler.resample(image, around: target)
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
}
