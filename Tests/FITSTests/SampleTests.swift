import FITS
import Foundation
import TestSupport
import Testing

/// Writes the files that `Golden/verify_with_astropy.py` checks.
@Suite("Samples for astropy")
struct SampleTests {
    private static let folder = ProcessInfo.processInfo.environment["GALATEA_FITS_SAMPLES"]

    @Test("Samples of every writer are written", .enabled(if: folder != nil))
    func samples() throws {
        let folder = try #require(Self.folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try images(folder + "/images.fits")
        try table(folder + "/table.fits")
        let cube = try ImageCubeWriter(path: folder + "/cube.fits", planeAxes: [3, 2], name: "CUBE")
        for plane in 0..<4 { try cube.append((0..<6).map { Float(6 * plane + $0) }) }
        try cube.finish()
        try packed(folder + "/packed.fits")
    }

    private func images(_ path: String) throws {
        let cards = [
            HeaderCard("LONGTEXT", .string("it's " + String(repeating: "0123456789", count: 20) + " end")),
            HeaderCard("REAL", -7.27777777777778e-05), HeaderCard("NOTHING", .undefined),
            HeaderCard.history(String(repeating: "h", count: 150)), .comment("caf\u{e9}"),
        ]
        let writer = try FITSWriter(path: path, primary: cards, sourceDate: nil)
        let values = [0, 5, 10, 15, 20, 25]
        try writer.append(
            image: values.map { Float($0) }, axes: [3, 2], name: "f4",
            cards: [HeaderCard("BUNIT", "nanomaggy")])
        try writer.append(image: values.map { Double($0) }, axes: [3, 2], name: "f8")
        try writer.append(image: values.map { UInt8($0) }, axes: [3, 2], name: "u1")
        try writer.append(image: values.map { Int16($0) }, axes: [3, 2], name: "i2")
        try writer.append(image: values.map { Int32($0) }, axes: [3, 2], name: "i4")
        try writer.append(image: values.map { Int64($0) }, axes: [3, 2], name: "i8")
        try writer.finish()
    }

    private func table(_ path: String) throws {
        let rows = 0..<1000
        let long = String(repeating: "it's long & ", count: 12) + "end"
        let writer = try FITSWriter(path: path, sourceDate: nil)
        try writer.append(
            table: [
                TableColumn("id", .int64(rows.map { Int64($0) + 1 << 60 }), ucd: "meta.id;meta.main"),
                TableColumn("text", .text(rows.map { "galaxy \($0)" })),
                TableColumn(
                    "flux", .float(rows.map { $0 % 10 == 3 ? .nan : Float($0) / 4 }), unit: "nanomaggy",
                    ucd: "phot.flux", description: long),
                TableColumn("nn", .int64(rows.flatMap { [Int64($0), -Int64($0), 1 << 62] }), width: 3),
                TableColumn("words", .text(rows.flatMap { ["a", "w\($0)"] }), width: 2),
                TableColumn("unsigned", .uint64(rows.map { UInt64($0) + 1 << 63 })),
                TableColumn("flag", .logical(rows.map { $0 % 2 == 0 })),
                TableColumn("pair", .complexDouble(rows.map { [Double($0), 2] })),
                TableColumn("count", .int32(rows.map { Int32($0) }), isMissing: rows.map { $0 % 7 == 0 }),
                TableColumn("ra", .double(rows.map { Double($0) }), unit: "deg", ucd: "pos.eq.ra;meta.main"),
            ], name: "T")
        try writer.finish()
    }

    private func packed(_ path: String) throws {
        let writer = try PackedCutoutsWriter(
            path: path, bands: ["g", "r", "z"], width: 5, height: 4, pixelScale: 0.262,
            layers: Set(PackedLayer.allCases))
        for index in 0..<10 {
            let object = PackedObject(
                id: .integer(Int64(index)), rightAscension: 3, declination: 4, pixelScale: 0.1,
                bands: ["g", "r", "z"], reddening: 0.1)
            let pixels = (60 * index..<60 * index + 60).map { Float($0) }
            try writer.append(
                object, pixels: pixels, inverseVariance: pixels, maskBits: pixels.map { Int32($0) })
        }
        try writer.finish()
    }
}
