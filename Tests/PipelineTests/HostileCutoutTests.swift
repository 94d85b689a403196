import Astronomy
import Catalogs
import Computing
import FITS
import Foundation
import Logging
import Photometry
import Pipeline
import TestSupport
import Testing

/// Cutouts that are strange, broken or no files at all, enriched together: a row each, flagged for what they are.
@Suite("Enriching hostile cutouts")
struct HostileCutoutTests {
    /// A file of the folder and what its row says.
    private struct Sample {
        var name: String
        /// Bits that the row has.
        var has: QualityFlags = []
        /// Bits that it does not have.
        var hasNot: QualityFlags = .unreadable
        /// Whether it has a redshift.
        var hasRedshift = true
        var file: [UInt8] = []
    }

    /// A galaxy of elliptical outline in noise; values times `scale`.
    private static func galaxy(_ width: Int, _ height: Int, bands: Int = 3, scale: Float = 1) -> [Float] {
        var generator = CounterGenerator(seed: 4)
        return (0..<bands * width * height).map { index in
            let x = Double(index % width) - Double(width - 1) / 2
            let y = Double(index / width % height) - Double(height - 1) / 2
            let light = Double(1 + index / (width * height)) * exp(-hypot(x, 1.5 * y) / 4)
            return scale * Float(light + generator.normal(mean: 0, sigma: 0.01))
        }
    }

    private static func cutout(
        _ pixels: [Float], _ axes: [Int], bands: String? = "'grz     '",
        plane: [(String, String)] = north(0.262)
    ) -> [UInt8] {
        var cards = bands.map { [card("BANDS", $0)] } ?? []
        if !plane.isEmpty {
            cards += [
                card("CTYPE1", "'RA---TAN'"), card("CTYPE2", "'DEC--TAN'"), card("CRVAL1", "10.0"),
                card("CRVAL2", "5.0"), card("CRPIX1", "\(Double(axes[0] + 1) / 2)"),
                card("CRPIX2", "\(Double(axes[1] + 1) / 2)"),
            ]
            cards += plane.map { card($0.0, $0.1) }
        }
        let structure =
            [card("SIMPLE", "T"), card("BITPIX", "-32"), card("NAXIS", "\(axes.count)")]
            + axes.enumerated().map { card("NAXIS\($0.offset + 1)", "\($0.element)") }
        let header = padded(Array((structure + cards + ["END".padded]).joined().utf8), with: 0x20)
        let data = pixels.flatMap { value in
            withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
        }
        return header + padded(data, with: 0)
    }

    private static func card(_ keyword: String, _ value: String) -> String {
        (keyword.padding(toLength: 8, withPad: " ", startingAt: 0) + "= "
            + (value.hasPrefix("'") ? "" : String(repeating: " ", count: max(0, 20 - value.count))) + value)
            .padded
    }

    private static func padded(_ bytes: [UInt8], with filler: UInt8) -> [UInt8] {
        bytes + [UInt8](repeating: filler, count: (2880 - bytes.count % 2880) % 2880)
    }

    /// A plane with north up, of so many arcsec a pixel, turned by an angle in radians.
    private static func north(_ scale: Double, turned angle: Double = 0) -> [(String, String)] {
        let (c, s) = (scale / 3600 * cos(angle), scale / 3600 * sin(angle))
        return [("CD1_1", "\(-c)"), ("CD1_2", "\(s)"), ("CD2_1", "\(s)"), ("CD2_2", "\(c)")].map {
            ($0.0, $0.1.uppercased())
        }
    }

    /// The pixels of a whole galaxy with some changed.
    private static func changed(_ change: (inout [Float]) -> Void) -> [UInt8] {
        var pixels = galaxy(128, 128)
        change(&pixels)
        return cutout(pixels, [128, 128, 3])
    }

    private static let plain = cutout(galaxy(128, 128), [128, 128, 3])

    private static var samples: [Sample] {
        let all: QualityFlags = [
            .unreadable, .bandMissing, .bandAllZero, .nonFinitePixels, .padded, .pixelScaleOutOfRange,
            .resampled, .noCentralSource,
        ]
        var samples = ["plain", "a[1]", "a|b", "a..b", "!a", "-a", "~a", "a b(c)", "http:a"].map {
            Sample(name: $0, hasNot: all, file: plain)
        }
        func add(
            _ name: String, _ has: QualityFlags, redshift: Bool = true, _ file: [UInt8],
            not: QualityFlags = .unreadable
        ) {
            samples.append(Sample(name: name, has: has, hasNot: not, hasRedshift: redshift, file: file))
        }
        let size = 128 * 128
        add(
            "all NaN", [.nonFinitePixels, .noCentralSource], redshift: false,
            changed { $0 = $0.map { _ in .nan } })
        add("one NaN", .nonFinitePixels, changed { $0[5] = .nan }, not: .noCentralSource)
        add("infinite", .nonFinitePixels, changed { ($0[5], $0[size + 9]) = (.infinity, -.infinity) })
        add("zero band", .bandAllZero, redshift: false, changed { for i in 0..<size { $0[i] = 0 } })
        add(
            "all zero", [.bandAllZero, .noCentralSource], redshift: false, changed { $0 = $0.map { _ in 0 } })
        add("constant", .noCentralSource, changed { $0 = $0.map { _ in 3 } })
        add("denormal", .noCentralSource, changed { $0 = $0.map { _ in 0x1p-140 } })
        add("bright", [], cutout(galaxy(128, 128, scale: 1e30), [128, 128, 3]))
        add("hot pixel", [], changed { $0[2 * size + size / 2] = 1e30 })
        add("negative", .noCentralSource, cutout(galaxy(128, 128, scale: -1), [128, 128, 3]))
        add(
            "one band", .bandMissing, redshift: false,
            cutout(galaxy(128, 128, bands: 1), [128, 128], bands: "'r       '"))
        add("griz", [], cutout(galaxy(128, 128, bands: 4), [128, 128, 4], bands: "'griz    '"), not: all)
        for (width, height) in [(1, 1), (69, 69), (127, 127), (128, 40), (5, 300)] {
            add("\(width)x\(height)", .padded, cutout(galaxy(width, height), [width, height, 3]))
        }
        add("700x700", [], cutout(galaxy(700, 700), [700, 700, 3]), not: all)
        add(
            "coarse", [.pixelScaleOutOfRange, .resampled],
            cutout(galaxy(128, 128), [128, 128, 3], plane: north(1)))
        add(
            "turned", .resampled, cutout(galaxy(128, 128), [128, 128, 3], plane: north(0.262, turned: 0.7)),
            not: [.pixelScaleOutOfRange, .noCentralSource])
        let step = "\(0.262 / 3600)".uppercased()
        add(
            "cdelt", [],
            cutout(galaxy(128, 128), [128, 128, 3], plane: [("CDELT1", "-" + step), ("CDELT2", step)]),
            not: all)
        add("no plane", [], cutout(galaxy(128, 128), [128, 128, 3], plane: []), not: all)
        let broken: [(String, [UInt8])] = [
            ("empty", []), ("cut", Array(plain.dropLast(90_000))), ("cut header", Array(plain[..<2000])),
            ("page", Array("<html></html>".utf8)), ("no BANDS", cutout(galaxy(8, 8), [8, 8, 3], bands: nil)),
            ("few BANDS", cutout(galaxy(8, 8), [8, 8, 3], bands: "'gr      '")),
            ("tiny scale", cutout(galaxy(8, 8), [8, 8, 3], plane: north(1e-9))),
            ("huge scale", cutout(galaxy(8, 8), [8, 8, 3], plane: north(1e9))),
            ("four axes", cutout(galaxy(8, 8), [8, 4, 2, 3])),
        ]
        for (name, file) in broken { add(name, .unreadable, redshift: false, file, not: []) }
        return samples
    }

    @Test("A row each: strange pixels, sizes, planes and names, pipes, devices and broken files")
    func everything() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let cutouts = folder.path("cutouts")
        try FileManager.default.createDirectory(atPath: cutouts, withIntermediateDirectories: false)
        var expected: [String: Sample] = [:]
        for sample in Self.samples {
            try Data(sample.file).write(to: URL(fileURLWithPath: cutouts + "/\(sample.name).fits"))
            expected[sample.name] = sample
        }
        let gone = { Sample(name: $0, has: .unreadable, hasNot: [], hasRedshift: false) }
        #expect(mkfifo(cutouts + "/pipe.fits", 0o600) == 0)
        for (name, target) in [("device", "/dev/zero"), ("loop", "loop.fits"), ("nowhere", "gone.fits")] {
            try FileManager.default.createSymbolicLink(
                atPath: cutouts + "/\(name).fits", withDestinationPath: target)
            expected[name] = gone(name)
        }
        try FileManager.default.createSymbolicLink(
            atPath: cutouts + "/link.fits", withDestinationPath: "plain.fits")
        expected["pipe"] = gone("pipe")
        expected["link"] = Sample(name: "link")
        // In a FITS table only ASCII stands as it is.
        try Data(Self.plain).write(to: URL(fileURLWithPath: cutouts + "/a\nb\u{e9}.fits"))
        expected["a\\u{a}b\\u{e9}"] = Sample(name: "newline")

        let enrichment = Enrichment(
            model: survey.model, cutouts: [cutouts], outputs: [folder.path("e.fits"), folder.path("e.csv")])
        let summary = try await enrichment.run(logger: .silent)
        let table = try CatalogTable(path: folder.path("e.fits"))
        #expect(summary.rows == expected.count)
        #expect(Set(try table.texts("id")) == Set(expected.keys))
        let flags = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        let redshifts = try table.numbers("z_phot")
        for (row, id) in try table.texts("id").enumerated() {
            let sample = try #require(expected[id])
            #expect(flags[row].isSuperset(of: sample.has), "\(id): \(flags[row].rawValue)")
            #expect(flags[row].isDisjoint(with: sample.hasNot), "\(id): \(flags[row].rawValue)")
            #expect(redshifts[row].isFinite == sample.hasRedshift, "\(id): \(redshifts[row])")
            let isRead = !flags[row].contains(.unreadable)
            for name in ["latent_0", "p_normal"] {
                #expect(try table.numbers(name)[row].isFinite == isRead, "\(id): \(name)")
            }
            let hasAngle = isRead && !flags[row].contains(.angleUndefined)
            #expect(try table.numbers("posang")[row].isFinite == hasAngle, "\(id)")
            for name in ["flux_g", "flux_r", "flux_z", "half_light_radius", "z_phot_u95"] {
                #expect(try !table.numbers(name)[row].isInfinite, "\(id): \(name)")
            }
        }
        // What does not change the sky does not change the row.
        let rows = Dictionary(
            uniqueKeysWithValues: zip(try table.texts("id"), table.without(["id"]).rowTexts))
        for name in ["a[1]", "a|b", "a..b", "!a", "-a", "~a", "http:a", "link", "a\\u{a}b\\u{e9}"] {
            #expect(rows[name] == rows["plain"], "\(name)")
        }
        let text = try CatalogTable(path: folder.path("e.csv"))
        #expect(try text.texts("id").contains("a\nb\u{e9}"))
    }

    @Test("A packed file that shrinks while it is read costs the rows that are gone, and no signal")
    func shrinks() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let path = folder.path("p.fits")
        try FileManager.default.copyItem(atPath: survey.cutouts, toPath: path)
        let log = RecordedLog()
        var enrichment = Enrichment(model: survey.model, cutouts: [path], outputs: [folder.path("e.fits")])
        enrichment.photometry = .none
        // The file is open when the count of its rows is told: it loses all behind its tenth cutout then.
        let logger = Logger(label: "tests") { _ in CuttingLog(log: log.logger, path: path, length: 2_000_000)
        }
        let summary = try await enrichment.run(logger: logger)
        #expect(summary.rows == SmallSurvey.count)
        let flags = try CatalogTable(path: folder.path("e.fits")).numbers("flag").map {
            QualityFlags(rawValue: Int32($0))
        }
        #expect(flags.prefix(9).allSatisfy { !$0.contains(.unreadable) }, "these lie before the cut")
        #expect(flags.dropFirst(11).allSatisfy { $0.contains(.unreadable) }, "these are gone")
        #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains("shrank while it was read") })
    }
}

/// Passes on what is logged, and cuts a file when the first message of a run comes.
private struct CuttingLog: LogHandler {
    let log: Logger
    let path: String
    let length: off_t
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
        if event.level == .info { truncate(path, length) }
        log.log(level: event.level, event.message)
    }
}

extension String {
    /// The text as one card of eighty characters.
    fileprivate var padded: String { padding(toLength: 80, withPad: " ", startingAt: 0) }
}
