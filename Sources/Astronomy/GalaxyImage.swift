/// A cutout of the sky around one target, in every band.
public struct GalaxyImage: Sendable, Equatable {
    /// The bands, in the order of `pixels`.
    public var bands: [String]
    /// Pixels in a row.
    public var width: Int
    /// Rows.
    public var height: Int
    /// Surface brightness in nanomaggies per native pixel, shape `[band, y, x]`, first row lowest.
    ///
    /// Legacy Survey values stay per 0.262 arcsec pixel at every pixel scale, so that a flux is
    /// `sum * (pixelScale / 0.262)^2`.
    public var pixels: [Float]
    /// Inverse variance of `pixels`, same shape; 0 where a pixel is masked.
    public var inverseVariance: [Float]?
    /// Survey mask bits, same shape as `pixels`.
    public var maskBits: [Int32]?
    /// Where the pixels lie on the sky.
    public var plane: TangentPlane?
    /// Arcsec per pixel; `nil` when the file does not say.
    public var pixelScale: Double?
    /// What was noticed while reading.
    public var flags: QualityFlags

    /// An image; `pixels` (and what accompanies them) must hold `bands.count * height * width` values.
    public init(
        bands: [String], width: Int, height: Int, pixels: [Float], inverseVariance: [Float]? = nil,
        maskBits: [Int32]? = nil, plane: TangentPlane? = nil, pixelScale: Double? = nil,
        flags: QualityFlags = []
    ) {
        let count = bands.count * width * height
        precondition(pixels.count == count, "GalaxyImage: \(pixels.count) pixels, expected \(count)")
        precondition(
            inverseVariance?.count ?? count == count, "GalaxyImage: inverse variance of another shape")
        precondition(maskBits?.count ?? count == count, "GalaxyImage: mask bits of another shape")
        self.bands = bands
        self.width = width
        self.height = height
        self.pixels = pixels
        self.inverseVariance = inverseVariance
        self.maskBits = maskBits
        self.plane = plane
        self.pixelScale = pixelScale ?? plane?.pixelScale
        self.flags = flags
    }

    /// Side of the survey's native pixel, arcsec, which surface brightnesses refer to.
    public static let nativePixelScale = 0.262
}
