/// The inverse variances and mask bits that stand beside a cutout in its file.
///
/// Units are known by IMAGETYP or EXTNAME, else by shape and type.
struct CutoutCompanions {
    /// Shape `[band, y, x]`; 0 where the file holds something that is no variance.
    private(set) var inverseVariance: [Float]?
    /// Shape `[band, y, x]`; a mask of one plane holds for every band.
    private(set) var maskBits: [Int32]?

    private enum Role { case inverseVariance, maskBits }

    /// Reads the companions of the image in `unit`.
    ///
    /// - Throws: `notCutout` when a unit says what it is and has another shape than the image.
    init(
        of unit: HeaderDataUnit, axes: [Int], bands: Int, in file: FITSFile
    ) throws(FITSError) {
        for other in file.units where other.index > unit.index {
            guard other.kind == .image || other.kind == .compressedImage else { continue }
            let layout = try file.layout(of: other)
            let label = (other.header.text("IMAGETYP") ?? other.name ?? "").lowercased()
            guard let role = Self.role(label: label, layout, axes: axes) else { continue }
            let isPlane = layout.axes == Array(axes.prefix(2))
            guard layout.axes == axes || role == .maskBits && isPlane else {
                throw .notCutout(
                    path: file.path, hdu: other.index,
                    reason: "\(label) has axes \(layout.axes), the image \(axes)")
            }
            switch role {
            case .inverseVariance where inverseVariance == nil:
                inverseVariance = try file.floats(of: other).map { $0 >= 0 && $0.isFinite ? $0 : 0 }
            case .maskBits where maskBits == nil:
                let bits = try file.integers(of: other).map { Int32(truncatingIfNeeded: $0) }
                maskBits = isPlane && axes.count == 3 ? (0..<bands).flatMap { _ in bits } : bits
            default: continue
            }
        }
    }

    /// What a unit is; `nil` for something else.
    private static func role(label: String, _ layout: ImageLayout, axes: [Int]) -> Role? {
        if label.contains("invvar") || label.contains("ivar") { return .inverseVariance }
        if label.contains("maskbits") { return .maskBits }
        guard label.isEmpty || label == "image" else { return nil }
        if layout.bitsPerPixel < 0, layout.axes == axes { return .inverseVariance }
        if layout.bitsPerPixel > 0, layout.axes == Array(axes.prefix(2)) { return .maskBits }
        return nil
    }
}
