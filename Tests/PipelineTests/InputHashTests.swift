import Catalogs
import FITS
import Foundation
import Photometry
import Pipeline
import TestSupport
import Testing

@Suite("Hashes of the inputs on request")
struct InputHashTests {
    /// Hashes of cutouts that the header of an enriched catalogue holds.
    private func hashes(_ path: String) throws -> [String] {
        let file = try FITSFile(path: path)
        // A long line goes on in the next card.
        let text = try file.table(in: file.units[1]).header.cards.filter { $0.keyword == "HISTORY" }
            .map { $0.comment }.joined()
        return text.matches(of: /cutouts_sha256 = ([0-9a-f]{64})/).map { String($0.1) }
    }

    private func enrich(_ cutouts: [String], hashing: Bool, to path: String) async throws {
        let survey = try await SmallSurvey.load()
        var enrichment = Enrichment(model: survey.model, cutouts: cutouts, outputs: [path])
        enrichment.photometry = .none
        enrichment.hashesInputs = hashing
        _ = try await enrichment.run(logger: .silent)
    }

    @Test("A packed file's SHA-256 stands in the header when it is asked for, and only then")
    func packed() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        try await enrich([survey.cutouts], hashing: true, to: folder.path("h.fits"))
        #expect(try hashes(folder.path("h.fits")) == [try ContentHash.ofFile(survey.cutouts)])
        try await enrich([survey.cutouts], hashing: false, to: folder.path("p.fits"))
        #expect(try hashes(folder.path("p.fits")) == [])
    }

    @Test("A folder's hash changes with one pixel's bit, not with files that are no cutouts")
    func folder() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let cutouts = folder.path("cutouts")
        let names = try survey.export(0..<3, to: cutouts)
        try FileManager.default.createSymbolicLink(
            atPath: cutouts + "/link.fits", withDestinationPath: folder.path("gone"))
        try await enrich([cutouts], hashing: true, to: folder.path("1.fits"))
        try Data("notes".utf8).write(to: URL(fileURLWithPath: cutouts + "/notes.txt"))
        try await enrich([cutouts], hashing: true, to: folder.path("2.fits"))
        let first = try hashes(folder.path("1.fits"))
        #expect(first.count == 1 && first[0].count == 64)
        #expect(try hashes(folder.path("2.fits")) == first)

        let file = cutouts + "/" + names[1] + ".fits"
        var data = try bytes(file)
        // Behind the headers of the empty primary unit and the image.
        data[40_000] ^= 1
        try data.write(to: URL(fileURLWithPath: file))
        try await enrich([cutouts], hashing: true, to: folder.path("3.fits"))
        let changed = try hashes(folder.path("3.fits"))
        #expect(changed.count == 1 && changed != first)
    }

    @Test("A file of one cutout is enriched as it is; a table in its place is refused with its name")
    func singleCutout() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<2, to: folder.path("cutouts"))
        try await enrich([folder.path("cutouts")], hashing: false, to: folder.path("all.fits"))
        let all = try CatalogTable(path: folder.path("all.fits"))
        let ids = try all.texts("id")
        for name in names {
            try await enrich(
                [folder.path("cutouts/\(name).fits")], hashing: true, to: folder.path("one.fits"))
            let one = try CatalogTable(path: folder.path("one.fits"))
            let row = try #require(ids.firstIndex(of: name))
            #expect(one.rowTexts == [all.rowText(row)])
            #expect(try hashes(folder.path("one.fits")).count == 1)
        }
        let error = await failure {
            try await enrich([survey.catalog], hashing: false, to: folder.path("t.fits"))
        }
        #expect(error?.message.contains(survey.catalog) ?? false)
    }
}
