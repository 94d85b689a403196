import Catalogs
import FITS
import Foundation
import Photometry
import Pipeline
import TestSupport
import Testing

@Suite("Going on with an enrichment that was ended")
struct EnrichmentResumeTests {
    @Test("A run that was cancelled and resumed gives the bytes of one that was not")
    func resumed() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        // Rows that repeat an identifier share its cutout: enough for several blocks.
        let catalog = try CatalogTable(path: survey.catalog)
        try catalog.rows(at: (0..<1100).map { $0 % 40 }).write(to: folder.path("c.fits"))
        func enrichment(_ name: String) -> Enrichment {
            var enrichment = survey.enrichment(
                to: folder.path("\(name).fits"), folder.path("\(name).csv.gz"))
            enrichment.catalog = folder.path("c.fits")
            enrichment.photometry = .none
            return enrichment
        }
        let whole = enrichment("whole")
        _ = try await whole.run(logger: .silent)
        var killed = enrichment("killed")
        // With more threads everything might be under way already.
        killed.threads = 2
        let first = killed
        let error = await interrupted(when: { $0.activity == "enriching" }) { progress in
            _ = try await first.run(logger: .silent, progress: progress)
        }
        #expect(error is CancellationError)
        #expect(exists(folder.path("killed.fits.part")) && !exists(folder.path("killed.fits")))
        killed.neighbourCount = 3
        killed.resume = true
        let other = killed
        #expect(await failure { try await other.run(logger: .silent) }?.category == .usage)
        killed.neighbourCount = 10
        let summary = try await killed.run(logger: .silent)
        #expect(summary.rows == 1100 && (1..<1100).contains(summary.resumed))
        for (own, expected) in zip(killed.outputs, whole.outputs) {
            #expect(try bytes(own) == bytes(expected))
            #expect(!exists(own + ".part"))
        }
    }

    @Test(
        "The summary of a resumed run counts all rows, whatever the format and where the earlier run stopped",
        arguments: ["fits", "csv", "ecsv"])
    func resumedSummary(suffix: String) async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let catalog = try CatalogTable(path: survey.catalog)
        let table = catalog.rows(at: (0..<1100).map { $0 % 40 })
        // Faults among the rows of the first run only: rows of objects that have no cutout.
        var ids = try #require(table.column("id")?.values.integers)
        var declinations = try table.numbers("dec")
        for row in [3, 7, 500] {
            ids[row] = 900_000_000_000 + Int64(row)
            declinations[row] += declinations[row] > 0 ? -1 : 1
        }
        try table.setting(TableColumn("id", .int64(ids))).setting(TableColumn("dec", .double(declinations)))
            .write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.\(suffix)"))
        enrichment.catalog = folder.path("c.fits")
        enrichment.photometry = .none
        let first = enrichment
        let whole = try await first.run(logger: .silent)
        #expect(whole.flagged.contains { $0.name == "unreadable" && $0.count == 3 })
        #expect(whole.classes.reduce(0) { $0 + $1.count } == 1097 && whole.resumed == 0)
        let complete = try bytes(enrichment.outputs[0])
        // On one thread the run ends with the rows that it has reported.
        var single = enrichment
        single.threads = 1
        let killed = single
        let error = await interrupted(when: { $0.completed >= 960 }) { progress in
            _ = try await killed.run(logger: .silent, progress: progress)
        }
        #expect(error is CancellationError)
        // A kill leaves rows anywhere, not at the end of a block.
        let part = enrichment.outputs[0] + ".part"
        try bytes(part).dropLast(50_000).write(to: URL(fileURLWithPath: part))
        enrichment.resume = true
        let second = try await enrichment.run(logger: .silent)
        #expect(second.resumed > 512 && second.resumed < 1024)
        var expected = whole
        expected.resumed = second.resumed
        #expect(second == expected)
        #expect(second.failure(isStrict: true) == whole.failure(isStrict: true))
        #expect(second.failure(isStrict: true)?.category == .input)
        #expect(second.failure(isStrict: false) == nil)
        #expect(try bytes(enrichment.outputs[0]) == complete)
    }

    @Test("A run goes on when the same files are named otherwise, never with other input or options")
    func resumedUnderOtherNames() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let catalog = try CatalogTable(path: survey.catalog)
        try catalog.rows(at: (0..<1100).map { $0 % 40 }).write(to: folder.path("c.fits"))
        // A CSV file has no header to be compared, an ECSV file and a FITS file have.
        for suffix in ["csv", "ecsv", "fits"] {
            var enrichment = survey.enrichment(to: folder.path("e.\(suffix)"))
            enrichment.catalog = folder.path("c.fits")
            enrichment.photometry = .none
            let first = enrichment
            _ = try await first.run(logger: .silent)
            let complete = try bytes(enrichment.outputs[0])
            enrichment.threads = 2
            let killed = enrichment
            let error = await interrupted(when: { $0.activity == "enriching" }) { progress in
                _ = try await killed.run(logger: .silent, progress: progress)
            }
            #expect(error is CancellationError)
            enrichment.resume = true
            var changed = enrichment
            changed.neighbourCount = 9
            let neighbours = changed
            #expect(await failure { try await neighbours.run(logger: .silent) }?.category == .usage)
            changed = enrichment
            changed.shard = Shard("1/1")
            let sharded = changed
            let refused = await failure { try await sharded.run(logger: .silent) }
            #expect(refused?.category == .usage && refused?.message.contains("e.\(suffix).part") == true)
            enrichment.cutouts = [
                survey.cutouts.replacingOccurrences(of: "/cutouts.fits", with: "/./cutouts.fits")
            ]
            #expect(enrichment.cutouts != first.cutouts)
            enrichment.catalog = folder.url.path + "/./c.fits"
            let second = try await enrichment.run(logger: .silent)
            #expect(second.rows == 1100 && (1..<1100).contains(second.resumed))
            #expect(try bytes(enrichment.outputs[0]) == complete)
            #expect(!exists(enrichment.outputs[0] + ".resume"))
        }
    }

    @Test("A part file with more rows than the run is refused")
    func longerPart() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var enrichment = survey.enrichment(to: folder.path("e.csv"))
        enrichment.photometry = .none
        let whole = enrichment
        _ = try await whole.run(logger: .silent)
        let part = folder.path("e.csv.part")
        try FileManager.default.moveItem(atPath: folder.path("e.csv"), toPath: part)
        let before = try bytes(part)
        try survey.excerpt(10, to: folder.path("c.fits"))
        enrichment.catalog = folder.path("c.fits")
        enrichment.resume = true
        let shorter = enrichment
        let refused = await failure { try await shorter.run(logger: .silent) }
        #expect(refused?.category == .usage && refused?.message.contains("this run has 10") == true)
        #expect(try bytes(part) == before)
    }
}
