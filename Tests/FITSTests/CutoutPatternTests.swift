import Astronomy
import Computing
import FITS
import Foundation
import TestSupport
import Testing

/// A file that is like the one before it says, alone or after that one, the same.
@Suite("Files like the one before")
struct CutoutPatternTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// All that a reader tells of a file.
    private struct Telling: Equatable {
        var bands: [String]
        var survey: String?
        var version: String?
        var coordinates: WorldCoordinates
        var centre: SkyPosition?
        var isPlain: Bool
        var axes: [Int]
        /// Bits of the pixels as they are stored, and as they become an image.
        var stored: [UInt32] = []
        var pixels: [UInt32]
        var plane: TangentPlane?
        var imageScale: Double?
    }

    private func tell(_ file: CutoutFile) throws(FITSError) -> Telling {
        let image = try file.cutout().image
        let header = file.header
        var telling = Telling(
            bands: header.bands, survey: header.survey, version: header.version,
            coordinates: header.coordinates, centre: header.centre, isPlain: file.isPlain,
            axes: [header.width, header.height], pixels: image.pixels.map(\.bitPattern), plane: image.plane,
            imageScale: image.pixelScale)
        if file.isPlain {
            telling.stored = try file.withStoredPixels { span in
                (0..<span.byteCount / 4).map {
                    UInt32(bigEndian: span.unsafeLoadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
                }
            }
        }
        return telling
    }

    /// Reads `bytes` alone and after `first`, and says whether the second time the headers were read in full.
    ///
    /// - Returns: `nil` when the file was refused.
    @discardableResult
    private func compare(_ bytes: [UInt8], after first: [UInt8], _ label: Comment) throws -> Bool? {
        let (good, path) = (folder.path("first.fits"), folder.path("next.fits"))
        try Data(first).write(to: URL(fileURLWithPath: good))
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let alone = Result { () throws(FITSError) in try tell(CutoutFile(path: path)) }
        var reader = CutoutReader()
        let before = try tell(reader.read(good))
        var wasReadInFull: Bool?
        let after = Result { () throws(FITSError) in
            let file = try reader.read(path)
            wasReadInFull = file.wasReadInFull
            return try tell(file)
        }
        #expect(after == alone, label)
        // The first one is what it was, whatever came between.
        #expect(try tell(reader.read(good)) == before, label)
        return wasReadInFull
    }

    /// The cards of a small cutout behind the mandatory ones.
    private static let own = [
        RawFITS.card("BANDS", "'gr      '"), RawFITS.card("SURVEY", "'DECaLS  '"),
        RawFITS.card("OBJECT", "'M 31    '"), RawFITS.card("CTYPE1", "'RA---TAN'"),
        RawFITS.card("CTYPE2", "'DEC--TAN'"), RawFITS.card("CRVAL1", "199.70389510648226"),
        RawFITS.card("CRVAL2", "-5.258512199142337"), RawFITS.card("CRPIX1", "2.5"),
        RawFITS.card("CRPIX2", "2.0"), RawFITS.card("CD1_1", "-7.2E-05"), RawFITS.card("CD1_2", "0.0"),
        RawFITS.card("CD2_1", "0.0"), RawFITS.card("CD2_2", "7.2E-05"), RawFITS.line("HISTORY made by hand"),
    ]

    private static func pixels(from start: Float) -> [UInt8] {
        RawFITS.bytes((0..<24).map { start + Float($0) })
    }

    /// A cutout of 4 x 3 pixels in two bands.
    private static func cutout(
        _ cards: [String] = own, axes: [Int] = [4, 3, 2], start: Float = 1, isExtension: Bool = false
    ) -> [UInt8] {
        isExtension
            ? RawFITS.emptyPrimary
                + RawFITS.imageExtension(bitpix: -32, axes: axes, data: pixels(from: start), cards)
            : RawFITS.image(bitpix: -32, axes: axes, data: pixels(from: start), cards)
    }

    /// The own cards with those of a keyword in place of the one they have.
    private static func with(_ keyword: String, _ cards: String...) -> [String] {
        own.flatMap { $0.hasPrefix(keyword.padding(toLength: 8, withPad: " ", startingAt: 0)) ? cards : [$0] }
    }

    @Test(
        "Another place, other pixels and cards that nobody asks for need no second reading of headers",
        arguments: [false, true])
    func alike(isExtension: Bool) throws {
        let first = Self.cutout(isExtension: isExtension)
        var cards = Self.own
        for (keyword, value) in [
            ("CRVAL1", "12"), ("CRVAL2", "89.5"), ("CRPIX1", "-1.25E+01"), ("CRPIX2", "3."),
            ("OBJECT", "'NGC 253 '"),
        ] {
            let card = RawFITS.card(keyword, value)
            let next = Self.with(keyword, card)
            #expect(
                try compare(
                    Self.cutout(next, start: 100, isExtension: isExtension), after: first, "\(card)") == false
            )
            cards = cards.map { $0.hasPrefix(keyword + " ") ? card : $0 }
        }
        cards[cards.count - 1] = RawFITS.line("HISTORY something else")
        #expect(
            try compare(Self.cutout(cards, isExtension: isExtension), after: first, "all together") == false)
        #expect(try compare(first, after: first, "itself") == false)
        // What stands behind END in its block is no card.
        let padded = first.indices.filter { first[$0..<min($0 + 4, first.count)].elementsEqual("END ".utf8) }
        var behind = first
        behind[try #require(padded.last) + 200] = UInt8(ascii: "x")
        #expect(try compare(behind, after: first, "behind END") == false)
    }

    @Test("Numbers of the place in any notation, and what is no number or no place")
    func places() throws {
        let first = Self.cutout()
        for keyword in ["CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2"] {
            for value in [
                "1", "-0", "361.5", "1.5D1", "+7.25e-3", "12345678901234567890123", "95.0", "-1000", "T",
                "'x'",
                "'1.5     '", "", "1.2.3", "nan", "1E999", "(1.0, 2.0)", "1.5 / here", "1.5 6", "0x10",
            ] {
                let card = RawFITS.card(keyword, value)
                try compare(Self.cutout(Self.with(keyword, card)), after: first, "\(card)")
            }
            for card in [
                "\(keyword)  7.5", "\(keyword)  =7.5", "\(keyword)  =  ", String(repeating: " ", count: 80),
                "\(keyword)\u{1} = 7.5",
            ] {
                try compare(
                    Self.cutout(Self.with(keyword, RawFITS.line(card))), after: first, "\(card)")
            }
        }
    }

    @Test("Cards that count, other cards, other orders and other lengths are read in full")
    func unlike() throws {
        let own = Self.own
        let variants: [(String, [UInt8])] = [
            ("other bands", Self.cutout(Self.with("BANDS", RawFITS.card("BANDS", "'rz      '")))),
            ("one band", Self.cutout(Self.with("BANDS", RawFITS.card("BANDS", "'r       '")))),
            ("no bands", Self.cutout(Self.with("BANDS"))),
            ("other survey", Self.cutout(Self.with("SURVEY", RawFITS.card("SURVEY", "'SDSS    '")))),
            ("other type", Self.cutout(Self.with("CTYPE1", RawFITS.card("CTYPE1", "'GLON-TAN'")))),
            ("other scale", Self.cutout(Self.with("CD1_1", RawFITS.card("CD1_1", "-7.3E-05")))),
            ("singular", Self.cutout(Self.with("CD1_1", RawFITS.card("CD1_1", "0.0")))),
            ("other axes", Self.cutout(axes: [3, 4, 2])), ("more planes", Self.cutout(axes: [4, 2, 3])),
            ("another order", Self.cutout(own.reversed())),
            ("a card more", Self.cutout(own + [RawFITS.card("BSCALE", "2.0")])),
            ("a card less", Self.cutout(Array(own.dropLast()))),
            ("another keyword", Self.cutout(Self.with("OBJECT", RawFITS.card("BZERO", "5.0")))),
            ("packed", Self.cutout(Self.with("OBJECT", RawFITS.card("GALFMT", "1")))),
            ("no keyword", Self.cutout(Self.with("OBJECT", RawFITS.line("\u{7f}BJECT  = 'M 31'")))),
            ("end before", Self.cutout(Self.with("OBJECT", RawFITS.line("END")))),
            ("a second image", Self.cutout() + Self.cutout(isExtension: true).dropFirst(2880)),
            ("junk behind", Self.cutout() + [1, 2, 3]),
            ("not simple", Self.cutout().replacing(Array("SIMPLE  =                    T".utf8), "F")),
            ("other bits", Self.cutout().replacing(Array("BITPIX  =                  -32".utf8), "6")),
            ("no padding", Array(Self.cutout().prefix(2880 + 96))),
            ("cut", Array(Self.cutout().prefix(2900))),
            ("cut in the header", Array(Self.cutout().prefix(1000))), ("empty", []),
            ("extension", Self.cutout(isExtension: true)),
        ]
        let refused: Set = [
            "one band", "no bands", "more planes", "packed", "no keyword", "not simple", "other bits", "cut",
            "cut in the header", "empty",
        ]
        for (label, bytes) in variants {
            let wasReadInFull = try compare(bytes, after: Self.cutout(), "\(label)")
            #expect(wasReadInFull == (refused.contains(label) ? nil : true), "\(label)")
        }
    }

    @Test("Keywords that stand twice, long texts and planes with declination first")
    func oddities() throws {
        let twice = Self.own + [RawFITS.card("CRVAL1", "7.0")]
        let first = Self.cutout(twice)
        // Only the first one counts.
        #expect(
            try compare(Self.cutout(Self.own + [RawFITS.card("CRVAL1", "8.0")]), after: first, "2nd") == false
        )
        let moved = Self.with("CRVAL1", RawFITS.card("CRVAL1", "9.0")) + [RawFITS.card("CRVAL1", "7.0")]
        #expect(try compare(Self.cutout(moved), after: first, "1st") == false)
        func contradicting(_ length: Int) -> [UInt8] {
            Self.cutout(Self.own + [RawFITS.card("NAXIS1", "\(length)")])
        }
        #expect(try compare(contradicting(5), after: contradicting(4), "contradiction") == nil)
        func long(_ text: String) -> [UInt8] {
            Self.cutout(
                Self.with("SURVEY", RawFITS.line("SURVEY  = 'DECaLS&'"), RawFITS.line("CONTINUE  '\(text)'")))
        }
        #expect(try compare(long("and more"), after: long("alone"), "continued") == true)
        let swapped = Self.own.map {
            $0.replacing("'RA---TAN'", with: "'x'").replacing("'DEC--TAN'", with: "'RA---TAN'")
                .replacing("'x'", with: "'DEC--TAN'").replacing(
                    "199.70389510648226", with: "19.70389510648226")
        }.map(RawFITS.line)
        let elsewhere = swapped.map { $0.replacing("19.70389510648226", with: "77.0") }.map(RawFITS.line)
        #expect(try compare(Self.cutout(elsewhere), after: Self.cutout(swapped), "swapped") == false)
        // Without a matrix nobody asks for the place, which may be broken.
        func flat(_ value: String) -> [UInt8] {
            Self.cutout(
                Self.with("CRVAL1", RawFITS.card("CRVAL1", value)).filter { !$0.hasPrefix("CD") })
        }
        #expect(try compare(flat("4.4.4"), after: flat("1.2.3"), "no matrix") == false)
    }

    @Test("Changed bytes anywhere: the same values or the same error, alone and after the good file")
    func mutations() throws {
        var generator = CounterGenerator(seed: 11)
        var outcomes: [Bool?: Int] = [:]
        for turn in 0..<1500 {
            let first = Self.cutout(isExtension: turn % 2 == 1)
            let headers = (turn % 2 + 1) * 2880
            var bytes = first
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let card = Int.random(in: 0..<24, using: &generator) * 80 + headers - 2880
                let column = Int.random(in: 0..<32, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes[card + column] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 1:
                    bytes[card + 10 + column % 20] = UInt8.random(
                        in: UInt8(ascii: "-")...UInt8(ascii: "9"), using: &generator)
                case 2:
                    let other = Int.random(in: 0..<24, using: &generator) * 80 + headers - 2880
                    bytes.replaceSubrange(card..<card + 80, with: Array(bytes[other..<other + 80]))
                default: bytes[card + column] = UInt8.random(in: 0x20...0x7e, using: &generator)
                }
            }
            outcomes[try compare(bytes, after: first, "turn \(turn)"), default: 0] += 1
        }
        // All three happen, or nothing was tested: known by the pattern, read in full, refused.
        #expect(outcomes.count == 3 && outcomes.values.allSatisfy { $0 > 100 }, "\(outcomes)")
    }

    @Test("A survey's cutouts, one after the other and each alone", .enabled(if: RealData.isAvailable))
    func survey() throws {
        let data = try #require(RealData.folder).appendingPathComponent("images/legacy_survey_fits")
        let names = try FileManager.default.contentsOfDirectory(atPath: data.path).filter {
            $0.hasSuffix(".fits")
        }
        #expect(!names.isEmpty)
        var reader = CutoutReader()
        for _ in 0..<2 {
            for name in names.sorted() {
                let path = data.appendingPathComponent(name).path
                let alone = Result { () throws(FITSError) in try tell(CutoutFile(path: path)) }
                let after = Result { () throws(FITSError) in try tell(reader.read(path)) }
                #expect(after == alone, "\(name)")
            }
        }
    }
}

extension [UInt8] {
    /// The bytes with the last character of a card's beginning replaced.
    fileprivate func replacing(_ beginning: [UInt8], _ last: Character) -> [UInt8] {
        guard let start = indices.first(where: { self[$0...].starts(with: beginning) }) else { return self }
        var bytes = self
        bytes[start + beginning.count - 1] = last.asciiValue ?? 0
        return bytes
    }
}
