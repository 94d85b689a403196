internal import Astronomy
internal import FITS

/// A cutout as it was found: stored as the model wants it, or read, or why it was not.
enum FoundCutout: Sendable {
    /// Its bytes can be taken as they are.
    case stored(StoredCutout)
    /// It was read into memory, or could not be.
    case read(CutoutReading)

    /// The target's position, where the file tells it.
    var position: SkyPosition? {
        switch self {
        case .stored(let cutout): cutout.position
        case .read(let reading): reading.position
        }
    }
}

/// A cutout as it was read, or why it was not.
struct CutoutReading: Sendable {
    /// The image; `nil` when the file could not be read.
    var image: GalaxyImage?
    /// Why it could not be read.
    var fault: String?
    /// The target's position, where the file tells it.
    var position: SkyPosition?
    /// Arcsec per pixel as the survey delivered it, before any packing.
    var foundPixelScale: Double?
    /// Galactic E(B-V) that came with the cutout.
    var reddening: Double?
    /// What was noticed on the way.
    var flags: QualityFlags

    /// The reading in these bands; only what is wrong with them stays flagged.
    func selecting(bands: [String]) -> CutoutReading {
        guard let image, image.bands != bands else { return self }
        let selected = image.selecting(bands: bands)
        var reading = self
        reading.image = selected
        reading.flags = flags.subtracting(BandFaults.possibleFlags).union(selected.flags)
        return reading
    }

    /// A cutout that could not be read.
    static func unreadable(_ fault: String) -> CutoutReading {
        CutoutReading(image: nil, fault: fault, flags: .unreadable)
    }
}
