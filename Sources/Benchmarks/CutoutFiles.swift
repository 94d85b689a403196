import Astronomy
import FITS
import Foundation

/// Single FITS files of packed cutouts, as a survey's server gives them.
enum CutoutFiles {
    /// Writes every cutout of a packed file into a folder, names in the order of the file; what is there stays.
    static func write(_ packed: String, to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let file = try PackedCutouts(path: packed)
        for index in 0..<file.count {
            let digits = String(index)
            let path = "\(folder)/\(String(repeating: "0", count: 8 - digits.count))\(digits).fits"
            if FileManager.default.fileExists(atPath: path) { continue }
            let image = try file.image(at: index)
            let writer = try FITSWriter(path: path)
            try writer.append(
                image: image.pixels, axes: [image.width, image.height, image.bands.count], name: "CUTOUT",
                cards: [HeaderCard("BANDS", .string(image.bands.joined()))]
                    + (image.plane.map(coordinates) ?? []))
            try writer.finish()
        }
    }

    /// The cards of a plane with north up.
    private static func coordinates(_ plane: TangentPlane) -> [HeaderCard] {
        [
            HeaderCard("CTYPE1", "RA---TAN"), HeaderCard("CTYPE2", "DEC--TAN"),
            HeaderCard("CRVAL1", .real(plane.tangentPoint.rightAscension)),
            HeaderCard("CRVAL2", .real(plane.tangentPoint.declination)),
            HeaderCard("CRPIX1", .real(plane.referencePixel.x + 1)),
            HeaderCard("CRPIX2", .real(plane.referencePixel.y + 1)),
            HeaderCard("CD1_1", .real(plane.eastPerPixel.x)), HeaderCard("CD1_2", 0.0),
            HeaderCard("CD2_1", 0.0), HeaderCard("CD2_2", .real(plane.northPerPixel.y)),
        ]
    }
}
