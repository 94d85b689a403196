/// How the pixels of an image are stored, and how stored numbers become physical ones:
/// `physical = BZERO + BSCALE * stored` (FITS 4.0, section 4.4.2.5).
public struct ImageLayout: Sendable, Hashable {
    /// BITPIX: 8, 16, 32, 64 (integers), -32 or -64 (floats). Of the unpacked image when compressed.
    public let bitsPerPixel: Int
    /// Lengths of the axes, fastest first (NAXIS1, NAXIS2, ...).
    public let axes: [Int]
    /// BSCALE.
    public let scale: Double
    /// BZERO.
    public let zero: Double
    /// BLANK: the stored integer that means "no value".
    public let blank: Int64?
    /// BUNIT, the unit of the physical values.
    public let unit: String?

    /// The number of pixels.
    public var count: Int { axes.isEmpty ? 0 : axes.reduce(1, *) }
    /// Whether stored numbers are the physical ones.
    public var isUnscaled: Bool { scale == 1 && zero == 0 }

    /// Whether the pixels are unsigned 64-bit integers, stored with 2^63 taken off.
    var isUnsigned64: Bool { bitsPerPixel == 64 && scale == 1 && zero == 9_223_372_036_854_775_808 }

    /// The layout of an image unit, plain or tile-compressed.
    init(_ unit: HeaderDataUnit) throws(FITSError) {
        let header = unit.header
        let isCompressed = unit.kind == .compressedImage
        bitsPerPixel = isCompressed ? Int(try header.structural("ZBITPIX")) : unit.bitsPerPixel
        axes = isCompressed ? try CompressedImage.axes(header) : unit.axes
        self.unit = header.text("BUNIT")
        for keyword in ["BSCALE", "BZERO", "BLANK"] { try header.rejectContradiction(keyword) }
        scale = try header.real("BSCALE") ?? 1
        zero = try header.real("BZERO") ?? 0
        guard scale != 0, scale.isFinite else {
            throw .malformedHeader(
                path: header.path, hdu: header.hdu, keyword: "BSCALE", reason: "\(scale) destroys every pixel"
            )
        }
        let marked = try header.integer("BLANK")
        // BLANK has no meaning for floats, which have NaN; many files carry it nonetheless.
        blank = bitsPerPixel > 0 ? marked : nil
    }
}
