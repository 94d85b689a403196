import Astronomy
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Broken and hostile FITS files")
struct HostileFileTests {
    /// What opening `bytes` and reading every image and table in them throws.
    private func failure(_ bytes: [UInt8]) -> FITSError? {
        do throws(FITSError) {
            try Reading.everything(in: FITSFile(bytes: bytes, name: "x.fits"))
            return nil
        } catch {
            return error
        }
    }

    private static let floats = RawFITS.bytes((0..<12).map { Float($0) })
    private static let image = RawFITS.image(bitpix: -32, axes: [4, 3], data: floats)

    @Test("Something else than FITS is called by its name")
    func impostors() {
        let cases: [(bytes: [UInt8], words: String)] = [
            ([], "file is empty"), ([0x53], "1 bytes"), (Array("SIMPLE".utf8), "does not begin with"),
            (Array("<!DOCTYPE html><html></html>".utf8), "an HTML page"),
            (Array("\n <HTML><head>404</head>".utf8), "an HTML page"),
            (Array("version https://git-lfs.github.com/spec/v1\noid sha256:0".utf8), "a git-lfs pointer"),
            (Array("{\"error\": 1}".utf8), "JSON"), ([0x89, 0x50, 0x4e, 0x47, 0x0d], "a PNG image"),
            ([0xff, 0xd8, 0xff, 0xe0], "a JPEG image"), ([UInt8](repeating: 0, count: 5760), "zeros"),
            (Array("<?xml version='1.0'?>".utf8), "XML"),
        ]
        for (bytes, words) in cases {
            let error = failure(bytes)
            guard case .notFITS? = error else { #expect(Bool(false), "\(words): \(error as Any)"); continue }
            #expect(error?.description.contains(words) == true)
        }
    }

    @Test("A file cut anywhere says where it ends")
    func truncated() throws {
        let file = Self.image + RawFITS.imageExtension(bitpix: -32, axes: [4, 3], data: Self.floats)
        #expect(failure(file) == nil)
        // After the padding of a unit, and inside the padding of the last one, nothing is lost.
        let harmless = Set(
            [2880 + 48, 2 * 2880] + Array(2880 + 48..<2 * 2880) + Array(3 * 2880 + 48...4 * 2880))
        for length in [
            1, 9, 79, 80, 2879, 2880, 2881, 2927, 2928, 5759, 5760, 5761, 5800, 8639, 8640, 8687, 8688,
        ] {
            let error = failure(Array(file[..<length]))
            #expect((error == nil) == harmless.contains(length), "\(length): \(error as Any)")
        }
        #expect(
            failure(Array(file[..<2900]))
                == .truncated(path: "x.fits", hdu: 0, part: "image", promised: 48, present: 20))
        #expect(
            failure(Array(file[..<2900]))?.description
                == """
                cannot read 'x.fits': file is truncated: header promises 48 bytes of image, 20 are there (HDU 0)
                """)
    }

    @Test("A file without a table, or with a header cut in its block, says so in plain words")
    func plainWords() throws {
        let image = try FITSFile(bytes: Self.image, name: "x.fits")
        #expect(throws: FITSError.noTable(path: "x.fits")) { try image.table() }
        #expect(
            FITSError.noTable(path: "x.fits").description
                == "cannot read 'x.fits': it holds no binary table")
        #expect(
            failure(Array(RawFITS.emptyPrimary.dropLast()))?.description == """
                cannot read 'x.fits': file is truncated: the header needs 2880 bytes, 2879 are there (HDU 0)
                """)
    }

    @Test("A header without END is refused, and one of a million cards at once")
    func endless() {
        let header = RawFITS.header(RawFITS.cards(bitpix: 8, axes: []), end: false)
        #expect(failure(header) == .headerWithoutEnd(path: "x.fits", hdu: 0, bytes: 2880))
        var bytes = header
        bytes.reserveCapacity(80_000_000)
        let filler = Array(RawFITS.card("KEY", "1").utf8)
        for _ in 0..<999_000 { bytes += filler }
        let started = ContinuousClock.now
        #expect(failure(bytes) == .tooMany(path: "x.fits", hdu: 0, what: "header cards", limit: 100_000))
        #expect(ContinuousClock.now - started < .seconds(2))
    }

    @Test("Long but real headers are read")
    func longHeader() throws {
        let cards = RawFITS.cards(bitpix: 8, axes: []) + (0..<9000).map { RawFITS.card("K\($0)", "\($0)") }
        let header = try FITSFile(bytes: RawFITS.header(cards), name: "x").units[0].header
        #expect(try header.integer("K8999") == 8999)
        #expect(header.cardCount == 9003)
    }

    @Test("NAXIS from 0 to 999 is understood", arguments: [0, 1, 4, 999])
    func axes(count: Int) throws {
        let axes = (0..<count).map { $0 == 0 ? 3 : 1 }
        let bytes = RawFITS.image(bitpix: 8, axes: axes, data: count == 0 ? [] : [1, 2, 3])
        let file = try FITSFile(bytes: bytes, name: "x")
        #expect(file.units[0].axes == axes)
        #expect(file.units[0].kind == (count == 0 ? .empty : .image))
        if count > 0 { #expect(try file.floats(of: file.units[0]) == [1, 2, 3]) }
    }

    @Test(
        "Impossible structure is refused with its keyword",
        arguments: [
            ("NAXIS", ["1000"]), ("NAXIS", ["-1"]), ("NAXIS1", ["-3"]),
            ("NAXIS1", ["9223372036854775808"]), ("NAXIS", ["9223372036854775807", "2"]),
            ("NAXIS", ["2147483648", "2147483648", "4"]), ("NAXIS1", ["3.5"]), ("NAXIS1", ["'3'"]),
            ("NAXIS1", [""]), ("NAXIS1", ["abc"]),
        ])
    func structure(keyword: String, values: [String]) {
        var cards = [RawFITS.card("SIMPLE", "T"), RawFITS.card("BITPIX", "8")]
        if keyword == "NAXIS", values.count == 1 {
            cards.append(RawFITS.card("NAXIS", values[0]))
        } else {
            cards.append(RawFITS.card("NAXIS", "\(values.count)"))
            for (index, value) in values.enumerated() {
                cards.append(RawFITS.card("NAXIS\(index + 1)", value))
            }
        }
        let error = failure(RawFITS.header(cards) + [UInt8](repeating: 0, count: 2880))
        guard case .malformedHeader(_, 0, keyword, _)? = error else {
            return #expect(Bool(false), "\(keyword) \(values): \(error as Any)")
        }
    }

    @Test("2^31 pixels that are not there are a truncated file, and cost no memory")
    func largePromise() {
        let header = RawFITS.header(RawFITS.cards(bitpix: -64, axes: ["2147483648", "1000"]))
        #expect(
            failure(header)
                == .truncated(
                    path: "x.fits", hdu: 0, part: "image", promised: 8 * 1000 << 31, present: 0))
    }

    @Test("An axis of length 0 is an image without pixels")
    func emptyAxis() throws {
        for axes in [[0], [4, 0], [0, 1 << 62, 1 << 62]] {
            let file = try FITSFile(bytes: RawFITS.image(bitpix: 16, axes: axes, data: []), name: "x")
            #expect(file.firstImage == nil)
            #expect(try Reading.pixels(of: file.units[0], in: file).isEmpty)
        }
    }

    @Test("BITPIX is one of six", arguments: [0, 7, -8, 24, -16, 128])
    func bitpix(value: Int) {
        guard
            case .malformedHeader(_, _, "BITPIX", _)? = failure(
                RawFITS.image(bitpix: value, axes: [1], data: [0]))
        else { return #expect(Bool(false), "BITPIX \(value) passed") }
    }

    @Test(
        "Scalings that destroy every pixel are refused",
        arguments: [
            ("BSCALE", "0.0"), ("BSCALE", "NaN"), ("BSCALE", "1.E999"), ("BZERO", "nan"), ("BSCALE", "'x'"),
        ])
    func scaling(keyword: String, value: String) {
        let bytes = RawFITS.image(bitpix: 16, axes: [2], data: [0, 1, 0, 2], [RawFITS.card(keyword, value)])
        guard case .malformedHeader(_, _, keyword, _)? = failure(bytes) else {
            return #expect(Bool(false), "\(keyword) = \(value) passed")
        }
    }

    @Test("Structure that stands twice with different values is refused, other keywords take the first")
    func duplicates() throws {
        let twice = RawFITS.cards(bitpix: 8, axes: ["2", "2"])
        let same = RawFITS.header(twice + [RawFITS.card("NAXIS1", "2")]) + RawFITS.padded([1, 2, 3, 4])
        #expect(failure(same) == nil)
        let other = RawFITS.header(twice + [RawFITS.card("NAXIS1", "1")]) + RawFITS.padded([1, 2, 3, 4])
        #expect(
            failure(other)
                == .malformedHeader(
                    path: "x.fits", hdu: 0, keyword: "NAXIS1", reason: "stands twice with different values"))
        let free = RawFITS.header(twice + [RawFITS.card("K", "1"), RawFITS.card("K", "2")])
        #expect(
            try FITSFile(bytes: free + RawFITS.padded([1, 2, 3, 4]), name: "x").units[0].header.integer("K")
                == 1)
    }

    @Test("Values in free format, odd numbers and continued texts are read by the standard")
    func values() throws {
        let cards =
            RawFITS.cards(bitpix: 8, axes: []) + [
                RawFITS.line("FREE    =   42 / comment"), RawFITS.line("TIGHT   = 7/x"),
                RawFITS.line("DEXP    = -1.5D+03"), RawFITS.line("DOT     = .5"),
                RawFITS.line("PLUS    = +3."),
                RawFITS.line("TEXT    = 'it''s / not a comment' / a comment"),
                RawFITS.line("BLANK1  = '   '"),
                RawFITS.line("UNDEF   =                      / nothing"), RawFITS.line("NOVALUE 12"),
                RawFITS.line("OPEN    = 'no end"), RawFITS.line("JUNK    = 12 34"),
                RawFITS.line("lower   = 1"),
                RawFITS.line("BIG     = 9223372036854775808"), RawFITS.line("CPLX    = (1.0, 2.0)"),
                RawFITS.line("LONG    = 'one &'"), RawFITS.line("CONTINUE  'two &'"),
                RawFITS.line("CONTINUE  'three'"),
                RawFITS.line("AMP     = 'a&'"),
            ]
        let header = try FITSFile(bytes: RawFITS.header(cards), name: "x").units[0].header
        #expect(try header.integer("FREE") == 42 && header.integer("TIGHT") == 7)
        #expect(try header.real("DEXP") == -1500 && header.real("DOT") == 0.5 && header.real("PLUS") == 3)
        #expect(try header.string("TEXT") == "it's / not a comment" && header.string("BLANK1") == "")
        #expect(try header.value("UNDEF") == .undefined && header.value("NOVALUE") == .undefined)
        #expect(throws: FITSError.self) { try header.value("OPEN") }
        #expect(throws: FITSError.self) { try header.value("JUNK") }
        #expect(header.text("OPEN") == nil)
        #expect(try header.real("BIG") == 9_223_372_036_854_775_808)
        #expect(throws: FITSError.self) { try header.integer("BIG") }
        #expect(try header.string("CPLX") == "(1.0, 2.0)")
        #expect(try header.string("LONG") == "one two three" && header.string("AMP") == "a&")
        #expect(try header.integer("MISSING") == nil)
        #expect(throws: FITSError.self) { try header.integer("TEXT") }
    }

    @Test("Binary bytes in a keyword are no header")
    func binaryKeyword() {
        var bytes = Self.image
        bytes[325] = 0x07
        guard case .malformedHeader(_, 0, "card 5", _)? = failure(bytes) else {
            return #expect(Bool(false), "\(failure(bytes) as Any)")
        }
    }

    @Test("SIMPLE = F, random groups and missing keywords are refused")
    func unusual() {
        let cards = RawFITS.cards(bitpix: 8, axes: ["0", "2"])
        #expect(
            failure(RawFITS.header(cards + [RawFITS.card("GROUPS", "T"), RawFITS.card("GCOUNT", "3")]))
                == .unsupported(path: "x.fits", hdu: 0, feature: "random groups"))
        let nonstandard = [RawFITS.card("SIMPLE", "F")] + RawFITS.cards(bitpix: 8, axes: []).dropFirst()
        #expect(
            failure(RawFITS.header(Array(nonstandard)))
                == .malformedHeader(path: "x.fits", hdu: 0, keyword: "SIMPLE", reason: "is not T"))
        #expect(
            failure(RawFITS.header([RawFITS.card("SIMPLE", "T"), RawFITS.card("BITPIX", "8")]))
                == .malformedHeader(path: "x.fits", hdu: 0, keyword: "NAXIS", reason: "is missing"))
    }

    @Test("Extreme pixels are values like any other")
    func extremes() throws {
        let values: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, 1e30, -1e30]
        let file = try FITSFile(
            bytes: RawFITS.image(bitpix: -32, axes: [8], data: RawFITS.bytes(values)), name: "x")
        let back = try file.floats(of: file.units[0])
        #expect(back.map(\.bitPattern) == values.map(\.bitPattern))
    }
}
