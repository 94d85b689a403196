import Astronomy
import FITS
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Packing cutouts of another geometry")
struct PackingGeometryTests {
    /// An elliptical Gaussian on the sky, drawn on any plane.
    private struct Galaxy {
        let position: SkyPosition
        /// East of north, degrees.
        let positionAngle = 40.0
        /// Standard deviations along both axes, arcsec.
        let major = 2.0
        let minor = 1.2

        /// Surface brightness, 1 at the centre, at an offset in arcsec.
        func brightness(east: Double, north: Double) -> Double {
            let angle = positionAngle * .pi / 180
            let along = east * sin(angle) + north * cos(angle)
            let across = east * cos(angle) - north * sin(angle)
            return exp(-(along * along / (major * major) + across * across / (minor * minor)) / 2)
        }

        /// Flux in nanomaggies: surface brightness is per pixel of 0.262 arcsec.
        var flux: Double {
            2 * .pi * major * minor / (GalaxyImage.nativePixelScale * GalaxyImage.nativePixelScale)
        }

        /// Writes a cutout of `side` pixels of `scale` arcsec whose north is turned by `rotation` degrees.
        func write(to path: String, side: Int, scale: Double, rotation: Double, mirrored: Bool) throws {
            let angle = rotation * .pi / 180
            let parity = mirrored ? 1.0 : -1.0
            let east = SIMD2(parity * cos(angle), sin(angle)) * scale
            let north = SIMD2(-parity * sin(angle), cos(angle)) * scale
            // The target off the middle by a few pixels and a fraction.
            let reference = SIMD2(Double(side) / 2 + 3.3, Double(side) / 2 - 4.6)
            var pixels: [Float] = []
            for band in [1.0, 2.0] {
                for y in 0..<side {
                    for x in 0..<side {
                        let offset = SIMD2(Double(x), Double(y)) - reference
                        pixels.append(
                            Float(
                                band
                                    * brightness(
                                        east: (east * offset).sum(), north: (north * offset).sum())))
                    }
                }
            }
            let writer = try FITSWriter(path: path)
            try writer.append(
                image: pixels, axes: [side, side, 2], name: "CUTOUT",
                cards: [
                    HeaderCard("BANDS", "gr"), HeaderCard("CTYPE1", "RA---TAN"),
                    HeaderCard("CTYPE2", "DEC--TAN"), HeaderCard("CRVAL1", .real(position.rightAscension)),
                    HeaderCard("CRVAL2", .real(position.declination)),
                    HeaderCard("CRPIX1", .real(reference.x + 1)),
                    HeaderCard("CRPIX2", .real(reference.y + 1)),
                    HeaderCard("CD1_1", .real(east.x / 3600)), HeaderCard("CD1_2", .real(east.y / 3600)),
                    HeaderCard("CD2_1", .real(north.x / 3600)), HeaderCard("CD2_2", .real(north.y / 3600)),
                ])
            try writer.finish()
        }
    }

    /// Flux, centre and angle of one band of a packed image, from its moments.
    private struct Moments {
        var flux = 0.0
        var centre = SIMD2(0.0, 0.0)
        /// East of north, degrees, 0 to 180.
        var positionAngle = 0.0

        init(_ image: GalaxyImage, band: Int, pixelScale: Double) {
            let area = pow(pixelScale / GalaxyImage.nativePixelScale, 2)
            let plane = image.width * image.height
            var sums = [Double](repeating: 0, count: 6)
            for index in 0..<plane {
                let value = Double(image.pixels[band * plane + index])
                // East is to the left.
                let east = -Double(index % image.width)
                let north = Double(index / image.width)
                for (sum, term) in [1, east, north, east * east, north * north, east * north].enumerated() {
                    sums[sum] += value * term
                }
            }
            let (east, north) = (sums[1] / sums[0], sums[2] / sums[0])
            flux = sums[0] * area
            centre = SIMD2(-east, north)
            let (ee, nn) = (sums[3] / sums[0] - east * east, sums[4] / sums[0] - north * north)
            let angle = atan2(2 * (sums[5] / sums[0] - east * north), nn - ee) / 2 * 180 / .pi
            positionAngle = angle < 0 ? angle + 180 : angle
        }
    }

    @Test(
        "Flux, place and position angle survive rotation, parity and scale",
        arguments: [
            (0.2, 30.0, false, 0.262, 128), (0.131, -75, false, 0.262, 128), (0.262, 30, true, 0.262, 128),
            (0.3, 200, true, 0.4, 64),
        ])
    func resampled(
        _ scale: Double, _ rotation: Double, _ mirrored: Bool, _ pixelScale: Double, _ size: Int
    ) async throws {
        let folder = try TemporaryFolder()
        let galaxy = Galaxy(position: try #require(SkyPosition(rightAscension: 150, declination: 60)))
        try FileManager.default.createDirectory(
            atPath: folder.path("cutouts"), withIntermediateDirectories: true)
        try galaxy.write(
            to: folder.path("cutouts/turned.fits"), side: Int(40 / scale), scale: scale, rotation: rotation,
            mirrored: mirrored)
        try Data("id,ra,dec\nturned,150,60\n".utf8).write(to: URL(fileURLWithPath: folder.path("c.csv")))
        let summary = try await Packing(
            catalog: folder.path("c.csv"), cutouts: [folder.path("cutouts")], output: folder.path("p.fits"),
            size: size, pixelScale: pixelScale
        ).run(logger: .silent)
        #expect(summary.resampled == 1 && summary.unreadable == 0)
        let packed = try PackedCutouts(path: folder.path("p.fits"))
        let object = try packed.objects(in: 0..<1)[0]
        #expect(object.flags.contains(.resampled) && object.reddening.isNaN)
        expectClose([object.pixelScale], [scale], relative: 1e-9)
        let image = try packed.image(at: 0)
        for band in 0..<2 {
            let moments = Moments(image, band: band, pixelScale: pixelScale)
            expectClose([moments.flux], [Double(band + 1) * galaxy.flux], relative: 0.01)
            let middle = Double(size - 1) / 2
            expectClose([moments.centre.x, moments.centre.y], [middle, middle], absolute: 0.05)
            expectClose([moments.positionAngle], [galaxy.positionAngle], absolute: 0.5)
        }
    }

    @Test("A target that no cutout shows is an unreadable row; a cutout too small is padded")
    func outsideAndPadded() async throws {
        let folder = try TemporaryFolder()
        let galaxy = Galaxy(position: try #require(SkyPosition(rightAscension: 150, declination: 2)))
        try FileManager.default.createDirectory(
            atPath: folder.path("cutouts"), withIntermediateDirectories: true)
        try galaxy.write(
            to: folder.path("cutouts/small.fits"), side: 60, scale: 0.262, rotation: 0, mirrored: false)
        try galaxy.write(
            to: folder.path("cutouts/away.fits"), side: 30, scale: 0.262, rotation: 0, mirrored: false)
        // 10 arcsec off: near enough for a match by name, outside a cutout of 8 arcsec.
        try Data("id,ra,dec\nsmall,150,2\naway,150,2.0028\n".utf8)
            .write(to: URL(fileURLWithPath: folder.path("c.csv")))
        let log = RecordedLog()
        let summary = try await Packing(
            catalog: folder.path("c.csv"), cutouts: [folder.path("cutouts")], output: folder.path("p.fits")
        ).run(logger: log.logger)
        #expect(summary.rows == 2 && summary.unreadable == 1)
        #expect(log.lines.contains { $0.hasPrefix("warning: row 2: target at RA 150") })
        let packed = try PackedCutouts(path: folder.path("p.fits"))
        let flags = try packed.objects(in: 0..<2).map(\.flags)
        #expect(flags[0] == .padded)
        #expect(flags[1] == .unreadable)
        #expect(try packed.pixels(of: 1..<2).allSatisfy { $0.isNaN })
        let moments = Moments(try packed.image(at: 0), band: 0, pixelScale: 0.262)
        expectClose([moments.flux], [galaxy.flux], relative: 0.01)
    }
}
