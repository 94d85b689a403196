public import Astronomy
import Foundation

/// What a header tells of the place of its pixels on the sky (FITS 4.0, section 8).
public struct WorldCoordinates: Sendable, Hashable {
    /// The gnomonic plane; `nil` when there is none, or another projection or frame that is not RA and Dec.
    public let plane: TangentPlane?
    /// Arcsec per pixel; known also for other projections. `nil` when the header does not say.
    public let pixelScale: Double?
    /// Whether declination is on the first axis.
    private let isSwapped: Bool

    /// Reads CDi_j, or PCi_j with CDELTi, or CDELTi with CROTA2, and the rest of the celestial keywords.
    ///
    /// A matrix that is singular or not finite counts as none. Distortions (SIP, TPV) are left out: over a
    /// cutout they are smaller than a pixel.
    init(_ header: FITSHeader) throws(FITSError) {
        let first = Axis(try header.string("CTYPE1") ?? "")
        let second = Axis(try header.string("CTYPE2") ?? "")
        guard let matrix = try Self.matrix(header) else {
            (plane, pixelScale, isSwapped) = (nil, nil, false)
            return
        }
        let area = abs(matrix[0].x * matrix[1].y - matrix[0].y * matrix[1].x)
        let scale = area.squareRoot() * 3600
        pixelScale = scale.isFinite && scale > 0 ? scale : nil
        // A few programs put declination on the first axis.
        isSwapped = first.quantity == "DEC" && second.quantity == "RA"
        guard first.isGnomonic, second.isGnomonic, try header.real("LONPOLE") ?? 180 == 180,
            let reference = try ReferencePoint(header),
            isSwapped || first.quantity == "RA" && second.quantity == "DEC"
        else {
            plane = nil
            return
        }
        plane = reference.plane(
            isSwapped: isSwapped, eastPerPixel: matrix[isSwapped ? 1 : 0],
            northPerPixel: matrix[isSwapped ? 0 : 1])
    }

    private init(plane: TangentPlane, pixelScale: Double?, isSwapped: Bool) {
        self.plane = plane
        self.pixelScale = pixelScale
        self.isSwapped = isSwapped
    }

    /// What the header would say with another reference point; `nil` where there would be no plane.
    func moved(to reference: ReferencePoint) -> WorldCoordinates? {
        guard let plane else { return nil }
        return reference.plane(
            isSwapped: isSwapped, eastPerPixel: plane.eastPerPixel, northPerPixel: plane.northPerPixel
        ).map { WorldCoordinates(plane: $0, pixelScale: pixelScale, isSwapped: isSwapped) }
    }

    /// One CTYPE: what the axis measures, and the projection.
    private struct Axis {
        var quantity: String
        var projection: String

        init(_ type: String) {
            let quantity = type.utf8.prefix { $0 != UInt8(ascii: "-") }
            self.quantity = String(Substring(quantity))
            projection = String(
                Substring(type.utf8.dropFirst(quantity.count).drop { $0 == UInt8(ascii: "-") }))
        }

        /// Projections that are gnomonic but for distortions.
        var isGnomonic: Bool {
            switch projection {
            case "TAN", "TAN-SIP", "TPV", "TNX": true
            default: false
            }
        }
    }

    /// The rows of the CD matrix in degrees per pixel; `nil` when no keyword gives one.
    private static func matrix(_ header: FITSHeader) throws(FITSError) -> [SIMD2<Double>]? {
        var rows: [SIMD2<Double>]
        if header.contains("CD1_1") || header.contains("CD1_2") || header.contains("CD2_1")
            || header.contains("CD2_2")
        {
            rows = [
                SIMD2(try header.real("CD1_1") ?? 0, try header.real("CD1_2") ?? 0),
                SIMD2(try header.real("CD2_1") ?? 0, try header.real("CD2_2") ?? 0),
            ]
        } else {
            guard let x = try header.real("CDELT1"), let y = try header.real("CDELT2") else { return nil }
            rows = try rotation(header, x, y)
        }
        for (axis, keyword) in ["CUNIT1", "CUNIT2"].enumerated() {
            guard let unit = try header.string(keyword) else { continue }
            switch unit.lowercased() {
            case "deg", "degree", "degrees", "": break
            case "arcmin": rows[axis] /= 60
            case "arcsec": rows[axis] /= 3600
            case "rad": rows[axis] *= 180 / .pi
            default: return nil
            }
        }
        return rows
    }

    /// CDELTi with PCi_j, else with CROTA2 (Calabretta & Greisen 2002, eq. 189).
    private static func rotation(
        _ header: FITSHeader, _ x: Double, _ y: Double
    ) throws(FITSError) -> [SIMD2<Double>] {
        if !["PC1_1", "PC1_2", "PC2_1", "PC2_2"].contains(where: header.contains),
            let rotation = try header.real("CROTA2")
        {
            let angle = Angle(degrees: rotation).radians
            return [SIMD2(x * cos(angle), -y * sin(angle)), SIMD2(x * sin(angle), y * cos(angle))]
        }
        return [
            x * SIMD2(try header.real("PC1_1") ?? 1, try header.real("PC1_2") ?? 0),
            y * SIMD2(try header.real("PC2_1") ?? 0, try header.real("PC2_2") ?? 1),
        ]
    }
}

extension HeaderDataUnit {
    /// Where the unit's pixels lie on the sky.
    public func worldCoordinates() throws(FITSError) -> WorldCoordinates { try WorldCoordinates(header) }
}
