public import Astronomy

/// How the pixels of a packed cutout lie in memory, `[band, y, x]`, and on the sky.
public struct CutoutGeometry: Sendable, Hashable {
    /// Number of bands.
    public var bandCount: Int
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int
    /// Where the pixels lie on the sky; north up and east left when `nil`.
    public var plane: TangentPlane?
    /// Arcsec per pixel.
    public var pixelScale: Double

    /// A geometry; the scale is the plane's, else the survey's native one, unless given.
    public init(
        bandCount: Int, width: Int, height: Int, plane: TangentPlane? = nil, pixelScale: Double? = nil
    ) {
        self.bandCount = bandCount
        self.width = width
        self.height = height
        self.plane = plane
        self.pixelScale = pixelScale ?? plane?.pixelScale ?? GalaxyImage.nativePixelScale
    }
}
