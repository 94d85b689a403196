internal import Astronomy
internal import FITS
internal import Photometry

/// A cutout that is on the model's grid as it stands in its file: its stored bytes need no image.
struct StoredCutout: Sendable {
    /// Where the bytes are.
    enum Place: Sendable {
        case packed(PackedCutouts, index: Int)
        case single(CutoutFile)
    }

    /// Where the bytes are.
    var place: Place
    /// Where the target lies, if the file says so.
    var position: SkyPosition?
    /// Arcsec per pixel as the survey delivered it.
    var foundPixelScale: Double?
    /// Galactic E(B-V) that came with the cutout.
    var reddening: Double?
    /// Size of the cutout and where its pixels lie on the sky.
    var geometry: CutoutGeometry
    /// What was noticed before the pixels were looked at.
    var flags: QualityFlags

    /// Whether another cutout's pixels lie behind this one's: those of the next row, in a catalogue in the file's order.
    var isFollowed: Bool {
        if case .packed(let file, let index) = place { index + 1 < file.count } else { false }
    }

    /// Lends the stored pixels, big-endian float32 `[band, y, x]`.
    func withPixels<Result>(_ body: (RawSpan) -> Result) throws(FITSError) -> Result {
        switch place {
        case .packed(let file, let index): try file.withStoredPixels(of: index, body)
        case .single(let file): try file.withStoredPixels(body)
        }
    }
}

extension ModelGrid {
    /// How far a target may lie from the cutout's middle, arcsec; the resampler leaves half a pixel alone.
    private var tolerance: Double { 0.9 * CutoutResampler.offsetTolerance * pixelScale }

    /// A cutout of a packed file, if resampling would hand it through as it is.
    func stored(
        _ file: PackedCutouts, _ index: Int, _ object: PackedObject, around target: SkyPosition?
    ) -> StoredCutout? {
        guard
            file.width == size && file.height == size && file.pixelScale == pixelScale && file.bands == bands
                && file.layers.count == 1,
            object.flags.isDisjoint(with: [.unreadable, .bandMissing])
        else { return nil }
        let position = object.position
        if let target, let position, target != position,
            target.separation(position).degrees * 3600 >= tolerance
        {
            return nil
        }
        return StoredCutout(
            place: .packed(file, index: index), position: position,
            foundPixelScale: object.pixelScale.isFinite ? object.pixelScale : file.pixelScale,
            reddening: object.reddening.isFinite ? object.reddening : nil,
            geometry: geometry(
                plane: position.map { resampler.plane(at: $0) }, target, pixelScale: file.pixelScale),
            flags: object.flags)
    }

    /// A single cutout, if resampling would hand it through as it is.
    func stored(_ file: CutoutFile, around target: SkyPosition?) -> StoredCutout? {
        let header = file.header
        guard header.bands == bands, file.isPlain,
            target == nil && isOnGrid(header)
                || resampler.passes(
                    size: ImageSize(width: header.width, height: header.height),
                    plane: header.coordinates.plane, pixelScale: header.coordinates.pixelScale, around: target
                )
        else { return nil }
        return StoredCutout(
            place: .single(file), position: header.centre, foundPixelScale: header.coordinates.pixelScale,
            geometry: geometry(
                plane: header.coordinates.plane, target, pixelScale: header.coordinates.pixelScale),
            flags: [])
    }

    /// Whether a cutout has the very plane that the grid has at its place, to far less than resampling lets pass.
    ///
    /// It then passes around its own middle, and the map between the planes need not be worked out.
    private func isOnGrid(_ header: CutoutHeader) -> Bool {
        guard header.width == size, header.height == size, let plane = header.coordinates.plane,
            // Nearer to a pole directions change within a pixel.
            abs(plane.tangentPoint.declination) < 80
        else { return false }
        let own = resampler.plane(at: plane.tangentPoint)
        let offset = plane.referencePixel - own.referencePixel
        let (east, north) = (plane.eastPerPixel - own.eastPerPixel, plane.northPerPixel - own.northPerPixel)
        return max(abs(offset.x), abs(offset.y)) < 1e-3
            && max(abs(east.x), abs(east.y), abs(north.x), abs(north.y)) < 1e-6 * pixelScale / 3600
    }

    /// What resampling would make of an image on the grid that has this plane and scale.
    private func geometry(
        plane: TangentPlane?, _ target: SkyPosition?, pixelScale: Double?
    ) -> CutoutGeometry {
        CutoutGeometry(
            bandCount: bands.count, width: size, height: size,
            plane: plane ?? resampler.plane(at: target), pixelScale: pixelScale ?? self.pixelScale)
    }

    /// The flags that placing a stored cutout gives.
    func flags(of cutout: StoredCutout) -> QualityFlags {
        cutout.foundPixelScale.map(isInRange) ?? true
            ? cutout.flags : cutout.flags.union(.pixelScaleOutOfRange)
    }
}
