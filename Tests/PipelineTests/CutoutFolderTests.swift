import Astronomy
import Catalogs
import FITS
import Foundation
import Photometry
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

    @Test("Stored bytes of a packed file give what images of the same pixels give, without photometry, too")
    func sameWithoutPhotometry() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        _ = try survey.export(0..<SmallSurvey.count, to: folder.path("cutouts"))
        for model in [survey.model, try await SmallSurvey.paperModel()] {
            var enrichment = survey.enrichment(to: folder.path("packed.fits"))
            enrichment.model = model
            enrichment.photometry = .none
            _ = try await enrichment.run(logger: .silent)
            enrichment.cutouts = [folder.path("cutouts")]
            enrichment.outputs = [folder.path("files.fits")]
            _ = try await enrichment.run(logger: .silent)
            let packed = try CatalogTable(path: folder.path("packed.fits"))
            let files = try CatalogTable(path: folder.path("files.fits"))
            #expect(packed.rowTexts == files.rowTexts)
        }
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
        #expect(summary.failure(isStrict: false)?.category == .input)
    }

    @Test("A folder without cutouts is refused by name, its other files counted; nothing is written")
    func emptyFolder() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let none = folder.path("none")
        try FileManager.default.createDirectory(atPath: none, withIntermediateDirectories: true)
        var enrichment = Enrichment(model: survey.model, cutouts: [none], outputs: [folder.path("e.fits")])
        let bare = enrichment
        let empty = await failure { try await bare.run(logger: .silent) }
        #expect(empty?.category == .input)
        #expect(empty?.message == "nothing usable: no cutout in '\(none)'")
        for index in 0..<7 { try Data("x".utf8).write(to: URL(fileURLWithPath: none + "/n\(index).txt")) }
        let others = await failure { try await bare.run(logger: .silent) }
        #expect(others?.message.contains("7 other files: \(none)/n0.txt, ") == true)
        #expect(!exists(folder.path("e.fits")) && !exists(folder.path("e.fits.part")))
        // With a catalogue its rows are written, all of them flagged.
        try CatalogTable(path: survey.catalog).rows(0..<3).write(to: folder.path("c.fits"))
        enrichment.catalog = folder.path("c.fits")
        let summary = try await enrichment.run(logger: .silent)
        #expect(summary.rows == 3 && summary.faulty == 3)
        #expect(summary.failure(isStrict: false)?.category == .input)
        let flags = try CatalogTable(path: folder.path("e.fits")).numbers("flag")
        #expect(flags.allSatisfy { Int32($0) & 1 == 1 })
    }

    @Test("A packed file of no objects is refused by name")
    func emptyPackedFile() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        try PackedCutoutsWriter(
            path: folder.path("p.fits"), bands: ["g", "r", "z"], width: 128, height: 128, pixelScale: 0.262
        ).finish()
        let enrichment = Enrichment(
            model: survey.model, cutouts: [folder.path("p.fits")], outputs: [folder.path("e.fits")])
        let refused = await failure { try await enrichment.run(logger: .silent) }
        #expect(refused?.category == .input)
        #expect(refused?.message == "nothing usable: no cutout in '\(folder.path("p.fits"))'")
    }

    @Test("Names that mean other objects do not count: numbers agree between any two lists")
    func coincidingNames() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<6, to: folder.path("cutouts"))
        for (index, name) in names.enumerated() {
            try FileManager.default.moveItem(
                atPath: folder.path("cutouts/\(name).fits"),
                toPath: folder.path("cutouts/\((index + 1) % 6).fits"))
        }
        try CatalogTable(path: survey.catalog).rows(0..<6).setting(TableColumn("id", .int64(Array(0..<6))))
            .write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.cutouts = [folder.path("cutouts")]
        enrichment.catalog = folder.path("c.fits")
        let log = RecordedLog()
        _ = try await enrichment.run(logger: log.logger)
        #expect(log.lines.contains { $0.contains("0 by identifier, 6 by position") })
        let table = try CatalogTable(path: folder.path("e.fits"))
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        #expect(table.without(["id"]).rowTexts == Array(whole.without(["id"]).rowTexts[0..<6]))
    }

    @Test("Where names decide, a cutout of another place is found when it is read, its row flagged")
    func swappedNames() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<40, to: folder.path("cutouts"))
        // Two neighbours of the pairs that are compared first.
        let (first, second) = (
            folder.path("cutouts/\(names[1]).fits"), folder.path("cutouts/\(names[3]).fits")
        )
        try FileManager.default.moveItem(atPath: first, toPath: folder.path("kept"))
        try FileManager.default.moveItem(atPath: second, toPath: first)
        try FileManager.default.moveItem(atPath: folder.path("kept"), toPath: second)
        try CatalogTable(path: survey.catalog).rows(0..<40).write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.cutouts = [folder.path("cutouts")]
        enrichment.catalog = folder.path("c.fits")
        let log = RecordedLog()
        let summary = try await enrichment.run(logger: log.logger)
        #expect(summary.flagged.first { $0.name == "unreadable" }?.count == 2)
        #expect(log.lines.contains { $0.contains("row 2:") && $0.contains("lies elsewhere on the sky") })
        let table = try CatalogTable(path: folder.path("e.fits"))
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        for row in 0..<40 where row != 1 && row != 3 { #expect(table.rowText(row) == whole.rowText(row)) }
        #expect(try table.numbers("z_phot")[1].isNaN && table.numbers("z_phot")[3].isNaN)
    }

    @Test("A cutout without a row that cannot be read is told; listed cutouts have their positions")
    func unreadableWithoutRow() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<4, to: folder.path("cutouts"))
        try addBroken(to: folder.path("cutouts"), from: survey)
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.cutouts = [folder.path("cutouts")]
        enrichment.unmatched = folder.path("u.csv")
        // By name alone, with no need of positions, and with a row that needs them.
        for rows in [0..<3, 0..<5] {
            try CatalogTable(path: survey.catalog).rows(rows).write(to: folder.path("c.fits"))
            enrichment.catalog = folder.path("c.fits")
            let log = RecordedLog()
            _ = try await enrichment.run(logger: log.logger)
            #expect(
                log.lines.contains {
                    $0.hasPrefix("warning: a cutout without a row") && $0.contains("page.fits")
                })
            let listed = try CatalogTable(path: folder.path("u.csv"))
            let expected = (rows.count == 3 ? [names[3]] : []) + ["empty", "link", "page", "table", "z"]
            #expect(try Set(listed.texts("id")) == Set(expected))
            #expect(
                listed.column("ra")?.values.doubles?.count(where: \.isFinite) ?? 0 == expected.count - 5)
        }
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
        // One file a row, so many that the run does not end before it is cancelled.
        let page = Data("<html>".utf8)
        for index in 0..<600 {
            try page.write(to: URL(fileURLWithPath: folder.path("cutouts/p\(index).fits")))
        }
        var enrichment = Enrichment(
            model: survey.model, cutouts: [folder.path("cutouts")], outputs: [folder.path("e.fits")])
        enrichment.threads = 1
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
