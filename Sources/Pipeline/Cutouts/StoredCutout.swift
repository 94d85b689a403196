internal import Astronomy
internal import FITS
internal import Photometry

/// A cutout of a packed file that is on the model's grid as it stands: its stored bytes need no image.
struct StoredCutout: Sendable {
    /// The packed file.
    var file: PackedCutouts
    /// The object's number in it.
    var index: Int
    /// What the file says of the object beside its pixels.
    var object: PackedObject
}

extension ModelGrid {
    /// How far a target may lie from the cutout's middle, arcsec; the resampler leaves half a pixel alone.
    private var tolerance: Double { 0.9 * CutoutResampler.offsetTolerance * pixelScale }

    /// Whether resampling would hand a cutout through as it is, without a flag.
    func takes(_ cutout: StoredCutout, around target: SkyPosition?) -> Bool {
        let file = cutout.file
        guard
            file.width == size && file.height == size && file.pixelScale == pixelScale && file.bands == bands
                && file.layers.count == 1,
            cutout.object.flags.isDisjoint(with: [.unreadable, .bandMissing])
        else { return false }
        guard let target, let position = cutout.object.position, target != position else { return true }
        return target.separation(position).degrees * 3600 < tolerance
    }

    /// The flags that placing it would give.
    func flags(of cutout: StoredCutout) -> QualityFlags {
        isInRange(cutout.object.pixelScale.isFinite ? cutout.object.pixelScale : cutout.file.pixelScale)
            ? cutout.object.flags : cutout.object.flags.union(.pixelScaleOutOfRange)
    }
}
