public import Astronomy

/// What a packed file says of one object beside its pixels.
public struct PackedObject: Sendable, Hashable {
    /// The identifier.
    public var id: CutoutIdentifier
    /// Right ascension of the target at the cutout's centre, degrees; NaN when unknown.
    public var rightAscension: Double
    /// Declination of the target, degrees; NaN when unknown.
    public var declination: Double
    /// Arcsec per pixel of the original cutout, before it was resampled for packing; NaN when unknown.
    public var pixelScale: Double
    /// The bands that the original cutout had.
    public var bands: [String]
    /// What was noticed on the way.
    public var flags: QualityFlags
    /// Galactic E(B-V) in magnitudes; NaN when unknown.
    public var reddening: Double

    /// An object.
    public init(
        id: CutoutIdentifier, rightAscension: Double, declination: Double, pixelScale: Double,
        bands: [String], flags: QualityFlags = [], reddening: Double = .nan
    ) {
        self.id = id
        self.rightAscension = rightAscension
        self.declination = declination
        self.pixelScale = pixelScale
        self.bands = bands
        self.flags = flags
        self.reddening = reddening
    }

    /// The position; `nil` when a coordinate is unknown or impossible.
    public var position: SkyPosition? {
        SkyPosition(rightAscension: rightAscension, declination: declination)
    }
}
