import Astronomy
import Catalogs
import FITS
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Enriching folders of single cutouts")
struct CutoutFolderTests {
    private func enrich(
        _ folder: String, _ survey: SmallSurvey, to output: String, log: RecordedLog = RecordedLog()
    ) async throws -> (summary: Enrichment.Summary, table: CatalogTable) {
        let enrichment = Enrichment(model: survey.model, cutouts: [folder], outputs: [output])
        let summary = try await enrichment.run(logger: log.logger)
        return (summary, try CatalogTable(path: output))
    }

    /// A file cut off in its data, a page of a web server, a table, and a link to nothing.
    private func addBroken(to folder: String, from survey: SmallSurvey) throws {
        let page = Data("<html><body>404 not found</body></html>\n".utf8)
        try page.write(to: URL(fileURLWithPath: folder + "/page.fits"))
        try Data().write(to: URL(fileURLWithPath: folder + "/empty.fit"))
        try page.write(to: URL(fileURLWithPath: folder + "/z.fits.gz"))
        try FileManager.default.copyItem(atPath: survey.catalog, toPath: folder + "/table.fits")
        try FileManager.default.createSymbolicLink(
            atPath: folder + "/link.fits", withDestinationPath: folder + "/gone")
    }

    @Test("Single files give the values of the packed survey, matched by name")
    func sameAsPacked() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<6, to: folder.path("cutouts"))
        try CatalogTable(path: survey.catalog).rows(0..<6).write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.cutouts = [folder.path("cutouts")]
        enrichment.catalog = folder.path("c.fits")
        _ = try await enrichment.run(logger: .silent)
        let table = try CatalogTable(path: folder.path("e.fits"))
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        #expect(table.column("id")?.values.integers?.map(String.init) == names)
        #expect(table.rowTexts == Array(whole.rowTexts[0..<6]))
    }

    @Test("Without a catalogue one row a file in byte order, named by its stem; broken ones are flagged")
    func brokenBesideGood() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<4, to: folder.path("cutouts"))
        try addBroken(to: folder.path("cutouts"), from: survey)
        let good = try bytes(folder.path("cutouts/\(names[0]).fits"))
        try good.dropLast(100_000).write(to: URL(fileURLWithPath: folder.path("cutouts/Cut, off.fits")))
        try Data("notes\n".utf8).write(to: URL(fileURLWithPath: folder.path("cutouts/notes.txt")))
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("cutouts/.hidden.fits")))
        try FileManager.default.createDirectory(
            atPath: folder.path("cutouts/inner.fits"), withIntermediateDirectories: true)
        let log = RecordedLog()
        let (summary, table) = try await enrich(
            folder.path("cutouts"), survey, to: folder.path("e.fits"), log: log)
        let broken = ["Cut, off", "empty", "link", "page", "table", "z"]
        let expected = (names + broken).sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
        #expect(try table.texts("id") == expected)
        #expect(summary.rows == 10 && summary.faulty >= 6)
        #expect(summary.flagged.first { $0.name == "unreadable" }?.count == 6)
        let flags = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        for (id, flag) in zip(expected, flags) {
            #expect(flag.contains(.unreadable) == broken.contains(id), "\(id)")
            #expect(flag.contains(.extinctionMissing), "\(id)")
        }
        #expect(
            zip(try table.numbers("latent_0"), flags).allSatisfy { $0.isNaN == $1.contains(.unreadable) })
        #expect(try table.numbers("ebv").allSatisfy(\.isNaN))
        #expect(log.lines.contains { $0.contains("1 files are no cutouts") && $0.contains("notes.txt") })
        for name in ["Cut, off.fits", "page.fits", "table.fits"] {
            #expect(log.lines.contains { $0.hasPrefix("warning") && $0.contains(name) }, "\(name)")
        }
    }

    @Test("A folder of nothing but broken files gives flagged rows and nothing usable")
    func nothingUsable() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(
            atPath: folder.path("cutouts"), withIntermediateDirectories: true)
        try addBroken(to: folder.path("cutouts"), from: survey)
        let (summary, table) = try await enrich(
            folder.path("cutouts"), survey, to: folder.path("e.csv"))
        #expect(summary.rows == 5 && summary.usable == 0 && summary.faulty == 5)
        #expect(table.rowCount == 5)
        try FileManager.default.createDirectory(
            atPath: folder.path("none"), withIntermediateDirectories: true)
        let (empty, _) = try await enrich(folder.path("none"), survey, to: folder.path("none.fits"))
        #expect(empty.rows == 0 && empty.usable == 0)
    }

    @Test("A cutout without one of the bands is flagged and has no redshift")
    func missingBand() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        _ = try survey.export(0..<2, bands: ["z", "g"], to: folder.path("cutouts"))
        let (summary, table) = try await enrich(
            folder.path("cutouts"), survey, to: folder.path("e.fits"))
        #expect(summary.usable == 0)
        let flags = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        #expect(flags.allSatisfy { $0.contains(.bandMissing) && !$0.contains(.bandAllZero) })
        #expect(try table.numbers("z_phot").allSatisfy(\.isNaN))
        #expect(try table.numbers("latent_2").allSatisfy(\.isFinite))
    }

    @Test("A missing band is flagged missing, an empty one empty, also by way of a packed file")
    func missingAndEmptyBands() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        // Exporting a band that the survey has not writes zeros.
        let expected: [(bands: [String], flags: QualityFlags)] = [
            (["g", "r", "z", "i"], []), (["g", "z"], .bandMissing), (["i", "z"], .bandMissing),
            (["g", "r"], .bandMissing),
        ]
        let lost: QualityFlags = [.bandMissing, .bandAllZero]
        try CatalogTable(path: survey.catalog).rows(0..<2).write(to: folder.path("c.fits"))
        for (bands, flags) in expected {
            let name = folder.path(bands.joined())
            _ = try survey.export(0..<2, bands: bands, to: name)
            _ = try await Packing(
                catalog: folder.path("c.fits"), cutouts: [name], output: name + ".packed.fits",
                bands: ["g", "r", "z"]
            ).run(logger: .silent)
            for cutouts in [name, name + ".packed.fits"] {
                let table = try await enrich(cutouts, survey, to: name + ".e.fits").table
                let found = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
                #expect(found.allSatisfy { $0.intersection(lost) == flags }, "\(bands) \(cutouts)")
            }
        }
        // One missing and another empty.
        let both = folder.path("both.fits")
        let packed = try PackedCutouts(path: survey.cutouts)
        var object = try packed.objects(in: 0..<1)[0]
        var pixels = try packed.pixels(of: 0..<1)
        for index in 0..<2 * 128 * 128 { pixels[index] = 0 }
        object.bands = ["g", "z"]
        object.flags.insert(.bandMissing)
        let writer = try PackedCutoutsWriter(
            path: both, bands: packed.bands, width: 128, height: 128, pixelScale: 0.262)
        try writer.append(object, pixels: pixels)
        try writer.finish()
        let table = try await enrich(both, survey, to: folder.path("both.e.fits")).table
        #expect(QualityFlags(rawValue: Int32(try table.numbers("flag")[0])).intersection(lost) == lost)
    }

    @Test("Bands in another order give the same values")
    func bandOrder() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        _ = try survey.export(0..<3, to: folder.path("grz"))
        _ = try survey.export(0..<3, bands: ["z", "r", "g"], to: folder.path("zrg"))
        let grz = try await enrich(folder.path("grz"), survey, to: folder.path("grz.fits")).table
        let zrg = try await enrich(folder.path("zrg"), survey, to: folder.path("zrg.fits")).table
        #expect(grz.rowTexts == zrg.rowTexts)
    }

    @Test("An empty band that the model does not use changes nothing")
    func unusedBand() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        _ = try survey.export(0..<3, to: folder.path("grz"))
        _ = try survey.export(0..<3, bands: ["g", "r", "i", "z"], to: folder.path("griz"))
        let grz = try await enrich(folder.path("grz"), survey, to: folder.path("grz.fits")).table
        let griz = try await enrich(folder.path("griz"), survey, to: folder.path("griz.fits")).table
        #expect(try griz.numbers("z_phot").contains { $0.isFinite })
        #expect(grz.rowTexts == griz.rowTexts)
    }

    @Test("A resume is refused when the folder has other files than before")
    func changedFolder() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        _ = try survey.export(0..<2, to: folder.path("cutouts"))
        // One file a row, so many that they are written in more than one block.
        let page = Data("<html>".utf8)
        for index in 0..<600 {
            try page.write(to: URL(fileURLWithPath: folder.path("cutouts/p\(index).fits")))
        }
        var enrichment = Enrichment(
            model: survey.model, cutouts: [folder.path("cutouts")], outputs: [folder.path("e.fits")])
        let first = enrichment
        let error = await interrupted(when: { $0.activity == "enriching" }) { progress in
            _ = try await first.run(logger: .silent, progress: progress)
        }
        #expect(error is CancellationError)
        try FileManager.default.removeItem(atPath: folder.path("cutouts/p0.fits"))
        enrichment.resume = true
        let changed = enrichment
        #expect(await failure { try await changed.run(logger: .silent) }?.category == .usage)
        try page.write(to: URL(fileURLWithPath: folder.path("cutouts/p0.fits")))
        #expect(try await changed.run(logger: .silent).rows == 602)
    }

    @Test(
        "The survey's own cutouts: a row each, flagged by their scale, sensible sizes",
        .enabled(if: RealData.isAvailable))
    func realCutouts() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let data = try #require(RealData.folder).appendingPathComponent("images/legacy_survey_fits").path
        let (summary, table) = try await enrich(data, survey, to: folder.path("e.fits"))
        #expect(summary.rows == 4)
        #expect(try table.texts("id") == ["example", "example_a", "example_c", "temp_small"])
        let flags = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        for (row, id) in try table.texts("id").enumerated() {
            let scale = try LegacyCutout(path: "\(data)/\(id).fits").image.pixelScale
            let ratio = try #require(scale) / 0.262
            #expect(
                flags[row].contains(.pixelScaleOutOfRange) == !(0.8...1.25).contains(ratio),
                "\(id): \(ratio)")
            #expect(!flags[row].contains(.unreadable))
        }
        #expect(flags.contains { $0.contains(.pixelScaleOutOfRange) })
        #expect(try table.numbers("half_light_radius").allSatisfy { $0 > 0.3 && $0 < 17 })
        #expect(try table.numbers("axis_ratio").allSatisfy { $0 > 0 && $0 <= 1 })
        #expect(try table.numbers("latent_0").allSatisfy(\.isFinite))
    }
}
