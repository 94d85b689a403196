import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Outputs that are inputs")
struct InputProtectionTests {
    @Test("No command writes over what it reads, by its own name or by a link")
    func refused() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let (cutouts, catalog) = (folder.path("cutouts.fits"), folder.path("catalog.fits"))
        try FileManager.default.copyItem(atPath: survey.cutouts, toPath: cutouts)
        try FileManager.default.copyItem(atPath: survey.catalog, toPath: catalog)
        let link = folder.path("link.fits")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: cutouts)
        let before = (try bytes(cutouts), try bytes(catalog))

        for output in [cutouts, catalog, link] {
            let enrichment = Enrichment(
                model: survey.model, cutouts: [cutouts], catalog: catalog, outputs: [output])
            let error = await failure { try await enrichment.run(logger: .silent) }
            #expect(
                error?.category == .usage && error?.message.contains("also an input") == true, "\(output)")
            let packing = Packing(catalog: catalog, cutouts: [cutouts], output: output)
            #expect(await failure { try await packing.run(logger: .silent) }?.category == .usage, "\(output)")
        }
        var enrichment = Enrichment(
            model: survey.model, cutouts: [cutouts], catalog: catalog, outputs: [folder.path("e.fits")])
        enrichment.unmatched = catalog
        let listing = enrichment
        #expect(await failure { try await listing.run(logger: .silent) }?.category == .usage)
        let enriched = folder.path("enriched.fits")
        try FileManager.default.copyItem(atPath: try await SmallSurvey.enriched(), toPath: enriched)
        let search = NeighbourSearching(
            catalog: enriched, query: .column(name: "class", value: "green_pea"), output: enriched)
        #expect(await failure { try await search.run() }?.category == .usage)
        #expect(try bytes(cutouts) == before.0 && bytes(catalog) == before.1)
        #expect(try bytes(enriched) == bytes(try await SmallSurvey.enriched()))
    }
}
