import Astronomy
import Foundation
import TestSupport
import Testing

/// The Legacy Survey cutouts among the real data, read by a few lines that know only this layout.
enum RealCutouts {
    /// A float32 cube (band, y, x) of the bands g, r, z with a TAN plane.
    static func read(_ name: String) throws -> GalaxyImage {
        let folder = try #require(RealData.folder).appendingPathComponent("images/legacy_survey_fits")
        let data = try Data(contentsOf: folder.appendingPathComponent(name))
        var cards: [String: Double] = [:]
        var end = 0
        for start in stride(from: 0, to: data.count, by: 80) {
            let card = String(decoding: data[start..<start + 80], as: UTF8.self)
            end = start + 80
            if card.hasPrefix("END") { break }
            let value = card.dropFirst(10).split(separator: "/").first.map(String.init) ?? ""
            cards[card.prefix(8).trimmingCharacters(in: .whitespaces)] =
                Double(value.trimmingCharacters(in: .whitespaces))
        }
        func key(_ name: String) throws -> Double { try #require(cards[name]) }
        let width = Int(try key("NAXIS1"))
        let height = Int(try key("NAXIS2"))
        let first = (end + 2879) / 2880 * 2880
        let pixels = data.withUnsafeBytes { bytes in
            (0..<3 * width * height).map {
                let word = bytes.loadUnaligned(fromByteOffset: first + 4 * $0, as: UInt32.self)
                return Float(bitPattern: UInt32(bigEndian: word))
            }
        }
        let position = try #require(
            SkyPosition(rightAscension: key("CRVAL1"), declination: key("CRVAL2")))
        let plane = try #require(
            TangentPlane(
                tangentPoint: position, referencePixel: SIMD2(key("CRPIX1") - 1, key("CRPIX2") - 1),
                eastPerPixel: SIMD2(key("CD1_1"), key("CD1_2")),
                northPerPixel: SIMD2(key("CD2_1"), key("CD2_2"))))
        return GalaxyImage(
            bands: ["g", "r", "z"], width: width, height: height, pixels: pixels, plane: plane)
    }
}
