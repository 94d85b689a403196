/// The arrays of a packed file, all of shape `[object, band, y, x]` with values of four bytes.
public enum PackedLayer: String, Sendable, Hashable, CaseIterable {
    /// Surface brightness, 32-bit floats.
    case pixels = "CUTOUTS"
    /// Inverse variance of the pixels, 32-bit floats.
    case inverseVariance = "INVVAR"
    /// Mask bits of the survey, 32-bit integers.
    case maskBits = "MASKBITS"

    /// BITPIX of the layer.
    var bitsPerPixel: Int { self == .maskBits ? 32 : -32 }
}

/// What packed files have in common.
enum PackedFormat {
    /// GALFMT, the newest layout that is read and the one that is written.
    static let version = 1
    /// The name of the table of objects.
    static let objects = "OBJECTS"

    /// The cards of a layer's header.
    static func cards(_ layer: PackedLayer, bands: [String], width: Int, height: Int, pixelScale: Double)
        -> [HeaderCard]
    {
        let unit: [HeaderCard] =
            switch layer {
            case .pixels:
                [HeaderCard("BUNIT", "nanomaggy", comment: "per pixel of 0.262 arcsec: a surface brightness")]
            case .inverseVariance: [HeaderCard("BUNIT", "nanomaggy-2")]
            case .maskBits: []
            }
        return unit + [
            HeaderCard("BANDS", .string(BandNames.text(bands)), comment: "along axis 3"),
            HeaderCard("PIXSCALE", .real(pixelScale), comment: "arcsec per pixel"),
            HeaderCard("CTYPE1", "EASTOFF", comment: "offset from the target, towards east"),
            HeaderCard("CUNIT1", "arcsec"),
            HeaderCard("CRPIX1", .real(Double(width + 1) / 2), comment: "the target is at the centre"),
            HeaderCard("CRVAL1", 0.0), HeaderCard("CDELT1", .real(-pixelScale), comment: "east is left"),
            HeaderCard("CTYPE2", "NORTHOFF", comment: "offset from the target, towards north"),
            HeaderCard("CUNIT2", "arcsec"), HeaderCard("CRPIX2", .real(Double(height + 1) / 2)),
            HeaderCard("CRVAL2", 0.0), HeaderCard("CDELT2", .real(pixelScale), comment: "north is up"),
            HeaderCard("CTYPE3", "BAND", comment: "index into BANDS"), HeaderCard("CRPIX3", 1.0),
            HeaderCard("CRVAL3", 0.0), HeaderCard("CDELT3", 1.0),
            HeaderCard("CTYPE4", "OBJECT", comment: "row of OBJECTS, from 0"), HeaderCard("CRPIX4", 1.0),
            HeaderCard("CRVAL4", 0.0), HeaderCard("CDELT4", 1.0),
        ]
    }
}
