import Astronomy
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Legacy Survey cutouts")
struct LegacyCutoutTests {
    private static let wcs = [
        RawFITS.card("CTYPE1", "'RA---TAN'"), RawFITS.card("CTYPE2", "'DEC--TAN'"),
        RawFITS.card("CRVAL1", "146.5"), RawFITS.card("CRVAL2", "-1.25"), RawFITS.card("CRPIX1", "2.5"),
        RawFITS.card("CRPIX2", "2."),
    ]
    private static let matrix = [
        RawFITS.card("CD1_1", "-7.27777777777778E-05"), RawFITS.card("CD1_2", "0."),
        RawFITS.card("CD2_1", "0."), RawFITS.card("CD2_2", "7.27777777777778E-05"),
    ]

    /// Bands of 4 x 3 pixels; band `b` holds `100 b + index + 1`.
    private static func floats(_ bands: Int) -> [Float] {
        (0..<bands).flatMap { band in (0..<12).map { Float(100 * band + $0 + 1) } }
    }

    private static func bytes(_ bands: Int, _ cards: [String]) -> [UInt8] {
        RawFITS.image(
            bitpix: -32, axes: bands == 1 ? [4, 3] : [4, 3, bands], data: RawFITS.bytes(floats(bands)), cards)
    }

    private static func cutout(
        _ bands: Int, _ cards: [String], assumed: [String]? = nil
    ) throws -> LegacyCutout {
        try LegacyCutout(FITSFile(bytes: bytes(bands, cards), name: "c.fits"), assumedBands: assumed)
    }

    private static func bandsCard(_ names: String) -> String { RawFITS.card("BANDS", "'\(names)'") }

    @Test("A plain cutout is read with bands, plane and scale")
    func plain() throws {
        let cards =
            [Self.bandsCard("grz"), RawFITS.card("SURVEY", "'DECaLS'"), RawFITS.card("VERSION", "'DR10'")]
            + Self.wcs + Self.matrix
        let cutout = try Self.cutout(3, cards)
        #expect(cutout.image.bands == ["g", "r", "z"])
        #expect(cutout.image.width == 4 && cutout.image.height == 3)
        #expect(cutout.image.pixels == Self.floats(3))
        #expect(cutout.image.flags == [])
        #expect(cutout.survey == "DECaLS" && cutout.version == "DR10")
        expectClose([try #require(cutout.image.pixelScale)], [0.262], relative: 1e-12)
        let plane = try #require(cutout.image.plane)
        #expect(plane.isSkyParity)
        #expect(plane.referencePixel == [1.5, 1])
        #expect(plane.tangentPoint == SkyPosition(rightAscension: 146.5, declination: -1.25))
    }

    @Test("The header alone tells bands, size and place of the cutout")
    func headerAlone() throws {
        let bytes = Self.bytes(
            3, [Self.bandsCard("grz"), RawFITS.card("SURVEY", "'DECaLS'")] + Self.wcs + Self.matrix)
        let header = try CutoutHeader(FITSFile(bytes: bytes, name: "c.fits"))
        let image = try LegacyCutout(FITSFile(bytes: bytes, name: "c.fits")).image
        #expect(header.bands == image.bands && header.survey == "DECaLS" && header.version == nil)
        #expect(header.width == image.width && header.height == image.height)
        #expect(header.coordinates.plane == image.plane && header.coordinates.pixelScale == image.pixelScale)
        #expect(header.centre == image.centre && header.centre != nil)
        let nowhere = Self.bytes(3, [Self.bandsCard("grz")])
        #expect(try CutoutHeader(FITSFile(bytes: nowhere, name: "c.fits")).centre == nil)
        let contradiction = Self.bytes(3, [Self.bandsCard("gr")])
        #expect(throws: FITSError.self) { try CutoutHeader(FITSFile(bytes: contradiction, name: "c.fits")) }
    }

    @Test("Bands are picked by name, whatever their order")
    func order() throws {
        let reversed = try Self.cutout(3, [Self.bandsCard("zrg")]).image.selecting(bands: ["g", "r", "z"])
        #expect(
            reversed.pixels == Array(Self.floats(3)[24...] + Self.floats(3)[12..<24] + Self.floats(3)[..<12]))
        #expect(reversed.flags == [])
        let four = try Self.cutout(4, [Self.bandsCard("griz")]).image.selecting(bands: ["g", "r", "z"])
        #expect(four.pixels == Array(Self.floats(4)[..<24] + Self.floats(4)[36...]))
    }

    @Test("A band that the server left out is zero and flagged")
    func missingBand() throws {
        let image = try Self.cutout(2, [Self.bandsCard("gr")]).image.selecting(bands: ["g", "r", "z"])
        #expect(image.flags == .bandMissing)
        #expect(image.pixels == Self.floats(2) + Array(repeating: 0, count: 12))
        let single = try Self.cutout(1, [Self.bandsCard("r")])
        #expect(single.image.bands == ["r"])
        #expect(single.image.selecting(bands: ["g", "r", "z"]).flags == .bandMissing)
        #expect(try Self.cutout(1, [RawFITS.card("FILTER", "'z DECam'")]).image.bands == ["z"])
    }

    @Test("Cutouts of any size are read", arguments: [(1, 1), (69, 69), (127, 128), (3000, 3000)])
    func sizes(width: Int, height: Int) throws {
        let last = Float(width * height)
        let pixels = (1...width * height).map { Float($0) }
        let bytes = RawFITS.image(
            bitpix: -32, axes: [width, height], data: RawFITS.bytes(pixels), [Self.bandsCard("r")])
        let image = try LegacyCutout(FITSFile(bytes: bytes, name: "c")).image
        #expect(image.width == width && image.height == height && image.flags == [])
        #expect(image.pixels.count == width * height && image.pixels.last == last)
    }

    @Test("Longer band names are separated by commas")
    func longNames() throws {
        #expect(try Self.cutout(2, [Self.bandsCard("g,NB515")]).image.bands == ["g", "NB515"])
    }

    @Test(
        "BANDS that contradict the cube are refused",
        arguments: [(3, "gr"), (2, "grz"), (1, "grz"), (3, "grg")])
    func contradiction(planes: Int, names: String) {
        let error = #expect(throws: FITSError.self) { try Self.cutout(planes, [Self.bandsCard(names)]) }
        guard case .notCutout(_, 0, let reason)? = error else {
            return #expect(Bool(false), "\(error as Any)")
        }
        #expect(reason.contains("BANDS '\(names)'"))
    }

    @Test("A cube without BANDS is refused unless bands are assumed or BANDn stand there")
    func missingBands() throws {
        #expect(
            throws: FITSError.notCutout(
                path: "c.fits", hdu: 0, reason: "it has no BANDS keyword for its 3 planes")
        ) { try Self.cutout(3, []) }
        #expect(try Self.cutout(3, [], assumed: ["g", "r", "z"]).image.bands == ["g", "r", "z"])
        #expect(throws: FITSError.self) { try Self.cutout(4, [], assumed: ["g", "r", "z"]) }
        let numbered = (0..<3).map { RawFITS.card("BAND\($0)", "'\("grz".map(String.init)[$0])'") }
        #expect(try Self.cutout(3, numbered).image.bands == ["g", "r", "z"])
    }

    @Test("Empty bands and broken pixels are flagged and counted")
    func faults() throws {
        var pixels = Self.floats(3)
        for index in 12..<24 { pixels[index] = 0 }
        (pixels[3], pixels[30], pixels[31]) = (.nan, .infinity, -.infinity)
        let file = RawFITS.image(
            bitpix: -32, axes: [4, 3, 3], data: RawFITS.bytes(pixels), [Self.bandsCard("grz")])
        let cutout = try LegacyCutout(FITSFile(bytes: file, name: "c"))
        #expect(cutout.image.flags == [.bandAllZero, .nonFinitePixels])
        #expect(cutout.nonFinitePixels == [1, 0, 2])
        #expect(cutout.image.selecting(bands: ["g"]).flags == .nonFinitePixels)
        #expect(cutout.image.selecting(bands: ["r"]).flags == .bandAllZero)
        let allNaN = RawFITS.image(
            bitpix: -32, axes: [4, 3], data: RawFITS.bytes(Array(repeating: .nan, count: 12)),
            [Self.bandsCard("r")])
        let broken = try LegacyCutout(FITSFile(bytes: allNaN, name: "c"))
        #expect(broken.nonFinitePixels == [12] && broken.image.flags == .nonFinitePixels)
    }

    @Test("CDELT with PC, CROTA2 and CD describe the same plane")
    func matrices() throws {
        let (cosine, sine) = (cos(0.3), sin(0.3))
        let s = 1e-4
        let forms = [
            [("CD1_1", -s * cosine), ("CD1_2", -s * sine), ("CD2_1", -s * sine), ("CD2_2", s * cosine)],
            [
                ("CDELT1", -s), ("CDELT2", s), ("PC1_1", cosine), ("PC1_2", sine), ("PC2_1", -sine),
                ("PC2_2", cosine),
            ],
            [("CDELT1", -s), ("CDELT2", s), ("CROTA2", 0.3 * 180 / .pi)],
        ]
        let planes = try forms.map { form in
            let cards = form.map { RawFITS.card($0.0, "\($0.1)".uppercased()) }
            return try #require(
                Self.cutout(3, [Self.bandsCard("grz")] + Self.wcs + cards).image.plane)
        }
        for plane in planes {
            expectClose(
                [plane.eastPerPixel.x, plane.eastPerPixel.y, plane.northPerPixel.x, plane.northPerPixel.y],
                [-s * cosine, -s * sine, -s * sine, s * cosine], absolute: 1e-15)
            // North is where y points after turning by -0.3 rad.
            expectClose([plane.positionAngle(ofAxis: [0, 1]).radians], [.pi - 0.3], absolute: 1e-12)
        }
    }

    @Test("Without WCS, with another projection or a singular matrix there is no plane")
    func noPlane() throws {
        let none = try Self.cutout(3, [Self.bandsCard("grz")]).image
        #expect(none.plane == nil && none.pixelScale == nil)
        let sine = Self.wcs.map { $0.replacing("TAN", with: "SIN") }
        let other = try Self.cutout(3, [Self.bandsCard("grz")] + sine + Self.matrix).image
        #expect(other.plane == nil)
        expectClose([try #require(other.pixelScale)], [0.262], relative: 1e-12)
        let singular = Self.matrix.map { RawFITS.line($0.replacing("7.27777777777778E-05", with: "0.")) }
        let image = try Self.cutout(3, [Self.bandsCard("grz")] + Self.wcs + singular).image
        #expect(image.plane == nil && image.pixelScale == nil)
        let swapped = [
            RawFITS.card("CTYPE1", "'DEC--TAN'"), RawFITS.card("CTYPE2", "'RA---TAN'"),
            RawFITS.card("CRVAL1", "-1.25"), RawFITS.card("CRVAL2", "146.5"), RawFITS.card("CRPIX1", "2.5"),
            RawFITS.card("CRPIX2", "2."), RawFITS.card("CD1_2", "1E-4"), RawFITS.card("CD2_1", "-1E-4"),
        ]
        let plane = try #require(Self.cutout(3, [Self.bandsCard("grz")] + swapped).image.plane)
        #expect(plane.tangentPoint.rightAscension == 146.5 && plane.eastPerPixel == [-1e-4, 0])
        #expect(plane.northPerPixel == [0, 1e-4])
    }

    @Test("Inverse variances and mask bits come along, by label or by shape", arguments: [true, false])
    func companions(labelled: Bool) throws {
        var variances = Self.floats(3)
        (variances[0], variances[1]) = (-1, .nan)
        let label = { (name: String) in labelled ? [RawFITS.card("IMAGETYP", "'\(name)'")] : [] }
        let mask = (0..<12).flatMap { [UInt8(0), UInt8($0)] }
        let bytes =
            Self.bytes(3, [Self.bandsCard("grz")])
            + RawFITS.imageExtension(
                bitpix: -32, axes: [4, 3, 3], data: RawFITS.bytes(variances), label("INVVAR"))
            + RawFITS.imageExtension(bitpix: 16, axes: [4, 3], data: mask, label("MASKBITS"))
        let image = try LegacyCutout(FITSFile(bytes: bytes, name: "c")).image
        #expect(image.inverseVariance == [0, 0] + Self.floats(3)[2...])
        #expect(image.maskBits == Array(repeating: (0..<12).map { Int32($0) }, count: 3).flatMap { $0 })
    }

    @Test("An inverse variance of another shape is refused, another image ignored")
    func wrongCompanion() throws {
        func file(_ label: String) throws -> LegacyCutout {
            let other = RawFITS.imageExtension(
                bitpix: -32, axes: [2, 2], data: RawFITS.bytes([1, 2, 3, 4]),
                [RawFITS.card("IMAGETYP", "'\(label)'")])
            return try LegacyCutout(
                FITSFile(bytes: Self.bytes(3, [Self.bandsCard("grz")]) + other, name: "c"))
        }
        #expect(throws: FITSError.self) { try file("invvar") }
        #expect(try file("psf").image.inverseVariance == nil)
    }

    @Test("The image may stand in an extension, or compressed in tiles")
    func extensions() throws {
        let bytes =
            RawFITS.emptyPrimary
            + RawFITS.imageExtension(
                bitpix: -32, axes: [4, 3, 3], data: RawFITS.bytes(Self.floats(3)), [Self.bandsCard("grz")])
        #expect(try LegacyCutout(FITSFile(bytes: bytes, name: "c")).image.pixels == Self.floats(3))
        let compressed = try LegacyCutout(
            path: RawFITS.golden("compressed.fits.fz"), assumedBands: ["r"])
        #expect(compressed.image.width == 40 && compressed.image.height == 30)
        #expect(compressed.image.pixels[41] == 1021)
    }

    @Test("Files without a cutout say what they hold")
    func noCutout() throws {
        #expect(
            throws: FITSError.notCutout(
                path: "c", hdu: 0, reason: "it holds no image of two axes or more")
        ) { try LegacyCutout(FITSFile(bytes: RawFITS.emptyPrimary, name: "c")) }
        #expect(
            throws: FITSError.notCutout(
                path: RawFITS.golden("table.fits"), hdu: 0, reason: "it holds a table")
        ) {
            try LegacyCutout(path: RawFITS.golden("table.fits"))
        }
        let four = RawFITS.image(bitpix: 8, axes: [1, 1, 2, 2], data: [1, 2, 3, 4])
        #expect(throws: FITSError.self) { try LegacyCutout(FITSFile(bytes: four, name: "c")) }
    }

    @Test("The real cutouts are read", .enabled(if: RealData.isAvailable))
    func real() throws {
        let folder = try #require(RealData.folder).appendingPathComponent("images/legacy_survey_fits")
        let expected: [(name: String, side: Int, scale: Double, version: String)] = [
            ("example.fits", 424, 0.1, "DR3"), ("example_a.fits", 424, 0.1, "DR3"),
            ("example_c.fits", 424, 0.1432296, "DR5"), ("temp_small.fits", 225, 0.262, "DR5"),
        ]
        var sums: [String: Double] = [:]
        for (name, side, scale, version) in expected {
            let cutout = try LegacyCutout(path: folder.appendingPathComponent(name).path)
            #expect(cutout.image.bands == ["g", "r", "z"] && cutout.version == version)
            #expect(cutout.image.width == side && cutout.image.height == side)
            #expect(cutout.image.flags == [] && cutout.nonFinitePixels == [0, 0, 0])
            expectClose([try #require(cutout.image.pixelScale)], [scale], relative: 1e-9)
            #expect(cutout.image.plane?.isSkyParity == true)
            let area = (scale / GalaxyImage.nativePixelScale) * (scale / GalaxyImage.nativePixelScale)
            sums[name] =
                cutout.image.pixels[(side * side)..<(2 * side * side)].reduce(0) { $0 + Double($1) } * area
        }
        // The same galaxy at two scales; the stamps cover 42 and 59 arcsec.
        let ratio = try #require(sums["example_a.fits"]) / #require(sums["temp_small.fits"])
        #expect(abs(ratio - 1) < 0.1)
    }
}
