import Astronomy
import Catalogs
import FITS
import Foundation
import Photometry
import Pipeline
import TestSupport
import Testing

@Suite("Packing folders of cutouts")
struct PackingTests {
    /// Exports the survey's first objects and writes their catalogue, rows in the order given.
    private func exported(
        _ count: Int, order: [Int]? = nil, bands: [String] = ["g", "r", "z"], into folder: TemporaryFolder
    ) async throws -> (survey: SmallSurvey, names: [String]) {
        let survey = try await SmallSurvey.load()
        let names = try survey.export(0..<count, bands: bands, to: folder.path("cutouts"))
        try CatalogTable(path: survey.catalog).rows(at: order ?? Array(0..<count))
            .write(to: folder.path("c.fits"))
        return (survey, names)
    }

    private func packing(
        _ folder: TemporaryFolder, to name: String, bands: [String]? = nil, threads: Int? = nil
    ) -> Packing {
        Packing(
            catalog: folder.path("c.fits"), cutouts: [folder.path("cutouts")], output: folder.path(name),
            bands: bands, threads: threads)
    }

    @Test("Pixels, identifiers, reddening and the scale as found, in the order of the catalogue")
    func order() async throws {
        let folder = try TemporaryFolder()
        let order = [4, 0, 5, 2]
        let (survey, names) = try await exported(6, order: order, into: folder)
        try Data("notes\n".utf8).write(to: URL(fileURLWithPath: folder.path("cutouts/notes.txt")))
        let log = RecordedLog()
        let summary = try await packing(folder, to: "p.fits").run(logger: log.logger)
        #expect(summary.rows == 4 && summary.unmatched == 2)
        #expect(summary.unreadable == 0 && summary.incomplete == 0 && summary.resampled == 0)
        #expect(log.lines.contains { $0.contains("1 files are no cutouts") && $0.contains("notes.txt") })
        let packed = try PackedCutouts(path: folder.path("p.fits"))
        #expect((packed.count, packed.width, packed.height, packed.pixelScale) == (4, 128, 128, 0.262))
        #expect(packed.bands == ["g", "r", "z"])
        let objects = try packed.objects(in: 0..<4)
        #expect(objects.map(\.id.description) == order.map { names[$0] })
        expectClose(objects.map(\.pixelScale), Array(repeating: 0.262, count: 4), relative: 1e-9)
        let catalog = try CatalogTable(path: folder.path("c.fits"))
        #expect(objects.map(\.rightAscension) == (try catalog.numbers("ra")))
        #expect(objects.map(\.declination) == (try catalog.numbers("dec")))
        #expect(try objects.map { Float($0.reddening) } == catalog.numbers("ebv").map(Float.init))
        #expect(objects.allSatisfy { $0.bands == ["g", "r", "z"] })
        let original = try PackedCutouts(path: survey.cutouts)
        for (row, index) in order.enumerated() {
            let (image, expected) = (try packed.image(at: row), try original.image(at: index))
            #expect(image.pixels.map(\.bitPattern) == expected.pixels.map(\.bitPattern))
            #expect(image.flags == expected.flags)
        }
    }

    @Test("Enriching the packed file gives the values of the survey's own packed file")
    func enriched() async throws {
        let folder = try TemporaryFolder()
        let (survey, _) = try await exported(6, into: folder)
        _ = try await packing(folder, to: "p.fits").run(logger: .silent)
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        (enrichment.cutouts, enrichment.catalog) = ([folder.path("p.fits")], folder.path("c.fits"))
        _ = try await enrichment.run(logger: .silent)
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        let table = try CatalogTable(path: folder.path("e.fits"))
        #expect(table.rowTexts == Array(whole.rowTexts[0..<6]))
        // Alone, the packed file still has identifier, position and reddening.
        enrichment.catalog = nil
        enrichment.outputs = [folder.path("alone.fits")]
        _ = try await enrichment.run(logger: .silent)
        let alone = try CatalogTable(path: folder.path("alone.fits"))
        #expect(table.selecting(alone.names).rowTexts == alone.rowTexts)
        #expect(alone.names.contains("ebv") && alone.names.contains("z_phot"))
    }

    @Test("A broken or missing cutout is a row of NaN, flagged and named, never dropped")
    func broken() async throws {
        let folder = try TemporaryFolder()
        let (survey, names) = try await exported(5, into: folder)
        let page = Data("<html><body>404 not found</body></html>\n".utf8)
        try page.write(to: URL(fileURLWithPath: folder.path("cutouts/\(names[0]).fits")))
        try FileManager.default.removeItem(atPath: folder.path("cutouts/\(names[3]).fits"))
        let log = RecordedLog()
        let summary = try await packing(folder, to: "p.fits").run(logger: log.logger)
        #expect(summary.rows == 5 && summary.unreadable == 2 && summary.unmatched == 0)
        #expect(log.lines.contains { $0.hasPrefix("warning: row 1:") && $0.contains("\(names[0]).fits") })
        #expect(log.lines.contains { $0.hasPrefix("warning: row 4: no cutout") })
        let packed = try PackedCutouts(path: folder.path("p.fits"))
        let objects = try packed.objects(in: 0..<5)
        #expect(objects.map(\.id.description) == names)
        #expect(objects.map { $0.flags.contains(.unreadable) } == [true, false, false, true, false])
        #expect(try objects.map(\.rightAscension) == CatalogTable(path: folder.path("c.fits")).numbers("ra"))
        let original = try PackedCutouts(path: survey.cutouts)
        for row in 0..<5 {
            let pixels = try packed.pixels(of: row..<row + 1)
            if objects[row].flags.contains(.unreadable) {
                #expect(pixels.allSatisfy { $0.isNaN })
                #expect(objects[row].pixelScale.isNaN && objects[row].bands == [])
            } else {
                #expect(try pixels == original.pixels(of: row..<row + 1))
            }
        }
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        (enrichment.cutouts, enrichment.catalog) = ([folder.path("p.fits")], nil)
        enrichment.photometry = .none
        let outcome = try await enrichment.run(logger: .silent)
        #expect(outcome.flagged.first { $0.name == "unreadable" }?.count == 2)
        let table = try CatalogTable(path: folder.path("e.fits"))
        #expect(try table.numbers("latent_0").map(\.isNaN) == [true, false, false, true, false])
    }

    @Test("Two runs and two thread counts give the same bytes")
    func reproducible() async throws {
        let folder = try TemporaryFolder()
        let (_, names) = try await exported(7, into: folder)
        try Data().write(to: URL(fileURLWithPath: folder.path("cutouts/\(names[2]).fits")))
        for (name, threads) in [("1.fits", 1), ("3.fits", 3), ("again.fits", 3)] {
            _ = try await packing(folder, to: name, threads: threads).run(logger: .silent)
        }
        let one = try bytes(folder.path("1.fits"))
        #expect(try bytes(folder.path("3.fits")) == one)
        #expect(try bytes(folder.path("again.fits")) == one)
    }

    @Test("Bands are picked by name and order; one that a cutout lacks is 0 and flagged")
    func bands() async throws {
        let folder = try TemporaryFolder()
        let (survey, _) = try await exported(3, into: folder)
        _ = try await packing(folder, to: "zg.fits", bands: ["z", "g"]).run(logger: .silent)
        let packed = try PackedCutouts(path: folder.path("zg.fits"))
        let original = try PackedCutouts(path: survey.cutouts)
        #expect(packed.bands == ["z", "g"])
        for row in 0..<3 {
            let expected = try original.image(at: row).selecting(bands: ["z", "g"])
            #expect(try packed.image(at: row).pixels == expected.pixels)
        }
        let summary = try await packing(folder, to: "ri.fits", bands: ["r", "i"]).run(logger: .silent)
        #expect(summary.incomplete == 3 && summary.unreadable == 0)
        let incomplete = try PackedCutouts(path: folder.path("ri.fits"))
        #expect(try incomplete.objects(in: 0..<3).allSatisfy { $0.flags.contains(.bandMissing) })
        let planes = try incomplete.pixels(of: 0..<1)
        #expect(planes[(128 * 128)...].allSatisfy { $0 == 0 })
        #expect(try Array(planes[..<(128 * 128)]) == original.image(at: 0).selecting(bands: ["r"]).pixels)
        let unknown = await failure {
            try await packing(folder, to: "q.fits", bands: ["grz"]).run(logger: .silent)
        }
        #expect(unknown?.category == .input && unknown?.message.contains("grz") == true)
        for wrong in [["g", "r", "g"], [], ["g", ""]] {
            let twice = await failure {
                try await packing(folder, to: "q.fits", bands: wrong).run(logger: .silent)
            }
            #expect(twice?.category == .usage)
        }
        #expect(!exists(folder.path("q.fits")) && !exists(folder.path("q.fits.part")))
    }

    @Test("An empty band that is not packed flags no row; one that is packed does")
    func unusedBand() async throws {
        let folder = try TemporaryFolder()
        // The survey has no i band: exported, it is empty.
        let (survey, _) = try await exported(3, bands: ["g", "r", "i", "z"], into: folder)
        _ = try await packing(folder, to: "grz.fits", bands: ["g", "r", "z"]).run(logger: .silent)
        let packed = try PackedCutouts(path: folder.path("grz.fits"))
        let original = try PackedCutouts(path: survey.cutouts)
        for row in 0..<3 {
            #expect(try packed.image(at: row) == original.image(at: row))
        }
        _ = try await packing(folder, to: "zi.fits", bands: ["z", "i"]).run(logger: .silent)
        let empty = try PackedCutouts(path: folder.path("zi.fits")).objects(in: 0..<3)
        #expect(empty.allSatisfy { $0.flags.contains(.bandAllZero) })
    }

    @Test("What cannot be packed is refused in its own category and leaves nothing behind")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let (_, names) = try await exported(2, into: folder)
        func refusal(_ change: (inout Packing) -> Void) async -> PipelineError? {
            var refused = packing(folder, to: "p.fits")
            change(&refused)
            let changed = refused
            return await failure { try await changed.run(logger: .silent) }
        }
        #expect(await refusal { $0.cutouts = [folder.path("none")] }?.category == .inputOutput)
        #expect(await refusal { $0.catalog = folder.path("none.fits") }?.category == .inputOutput)
        #expect(await refusal { $0.output = folder.path("no/such/p.fits") }?.category == .inputOutput)
        let wrong = await refusal { $0.layout.names[.identifier] = "objid" }
        #expect(wrong?.category == .input && wrong?.message.contains("objid") == true)
        let cancelled = packing(folder, to: "p.fits")
        let error = await interrupted(when: { _ in true }) { progress in
            _ = try await cancelled.run(logger: .silent, progress: progress)
        }
        // A survey of one block may be complete by then; nothing may be half there.
        #expect(error == nil || error is CancellationError)
        #expect(exists(folder.path("p.fits")) == (error == nil) && !exists(folder.path("p.fits.part")))
        if error == nil { try FileManager.default.removeItem(atPath: folder.path("p.fits")) }
        for name in names {
            try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("cutouts/\(name).fits")))
        }
        let unreadable = await refusal { _ in }
        #expect(unreadable?.category == .input)
        #expect(unreadable?.message.contains(folder.path("cutouts")) == true)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == [
                "c.fits", "cutouts",
            ])
    }
}
