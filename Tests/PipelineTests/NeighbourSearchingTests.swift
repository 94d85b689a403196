import Catalogs
import FITS
import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("Neighbours in an enriched catalogue")
struct NeighbourSearchingTests {
    /// What the latents of a catalogue say when every pair is looked at.
    private struct EveryPair {
        let ids: [Int64]
        let latents: [[Double]]

        init(_ table: CatalogTable) throws {
            ids = try #require(table.column("id")?.values.integers)
            let columns = try table.names.filter { $0.hasPrefix("latent_") }.map(table.numbers)
            latents = ids.indices.map { row in columns.map { Double(Float($0[row])) } }
        }

        /// Rows and distances of the nearest, by distance, then identifier.
        func nearest(_ row: Int, count: Int, without excluded: Set<Int>) -> [(row: Int, distance: Double)] {
            ids.indices.filter { !excluded.contains($0) && latents[$0].allSatisfy(\.isFinite) }.map { other in
                let sum = zip(latents[row], latents[other]).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
                return (other, sum.squareRoot())
            }.sorted { ($0.1, ids[$0.0]) < ($1.1, ids[$1.0]) }.prefix(count).map { ($0.0, $0.1) }
        }
    }

    /// The lines of a result in fields, without the header.
    private func fields(_ summary: NeighbourSearching.Summary, header: String) -> [[String]] {
        #expect(summary.lines.first == header)
        return summary.lines.dropFirst().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
    }

    private static let header = "query_id,rank,id,distance,ra,dec,class_pred"

    /// Expects a result to be that of every pair for these rows of the query.
    private func expect(
        _ summary: NeighbourSearching.Summary, _ rows: [Int], count: Int, in table: CatalogTable,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let pairs = try EveryPair(table)
        let expected = rows.flatMap { row in
            pairs.nearest(row, count: count, without: [row]).enumerated().map { rank, near in
                (query: row, rank: rank + 1, row: near.row, distance: near.distance)
            }
        }
        let (ra, dec) = (try table.numbers("ra"), try table.numbers("dec"))
        let classes = try table.texts("class_pred")
        let texts = expected.map { near in
            [
                "\(pairs.ids[near.query])", "\(near.rank)", "\(pairs.ids[near.row])", "\(ra[near.row])",
                "\(dec[near.row])", classes[near.row],
            ]
        }
        let found = fields(summary, header: Self.header)
        #expect(
            found.map { Array($0.prefix(3) + $0.dropFirst(4)) } == texts, sourceLocation: sourceLocation)
        expectClose(
            found.compactMap { Double($0[3]) }, expected.map(\.distance), relative: 1e-12,
            sourceLocation: sourceLocation)
    }

    @Test("By identifiers: what looking at every pair gives, never the object itself, on any threads")
    func identifiers() async throws {
        let folder = try TemporaryFolder()
        let path = try await SmallSurvey.enriched()
        let table = try CatalogTable(path: path)
        let ids = try #require(table.column("id")?.values.integers)
        let rows = [90, 3, 17]
        let query = NeighbourQuery(rows.map { "\(ids[$0])" }.joined(separator: ", "))
        var searching = NeighbourSearching(
            catalog: path, query: query, count: 7, output: folder.path("n.csv"), threads: 1)
        let summary = try await searching.run()
        #expect(summary.queried == 3 && summary.unknown == [] && summary.withoutLatents == [])
        try expect(summary, rows, count: 7, in: table)
        #expect(try bytes(folder.path("n.csv")) == Data((summary.lines.joined(separator: "\n") + "\n").utf8))
        searching.threads = 3
        #expect(try await searching.run() == summary)
        // From the text of the same catalogue as from its FITS file; an object named twice counts once.
        searching.catalog = path.replacingOccurrences(of: ".fits", with: ".csv")
        searching.query = .identifiers((rows + rows).map { "\(ids[$0])" })
        #expect(try await searching.run() == summary)
    }

    @Test("By a file of identifiers, bare or as the first column of a CSV")
    func file() async throws {
        let folder = try TemporaryFolder()
        let path = try await SmallSurvey.enriched()
        let table = try CatalogTable(path: path)
        let ids = try #require(table.column("id")?.values.integers)
        let texts = [
            "\(ids[5])\n\(ids[8])\n", "id\n\(ids[5])\n\n  \(ids[8])",
            "\(ids[5]),1.5,x\r\n\(ids[8]),2,\"y\"\r\n",
            "\u{feff}# chosen by eye\nID,z\n\"\(ids[5])\",0.1\n\"\(ids[8])\",\n,0.3\n",
        ]
        for (index, text) in texts.enumerated() {
            let list = folder.path("list\(index)")
            try Data(text.utf8).write(to: URL(fileURLWithPath: list))
            #expect(NeighbourQuery(list) == .file(list))
            let summary = try await NeighbourSearching(
                catalog: path, query: .file(list), count: 4
            ).run()
            #expect(summary.unknown == [])
            try expect(summary, [5, 8], count: 4, in: table)
        }
    }

    @Test("By the value of a column: text, integers")
    func column() async throws {
        let path = try await SmallSurvey.enriched()
        let table = try CatalogTable(path: path)
        let classes = try table.texts("class")
        let rows = classes.indices.filter { classes[$0] == "green_pea" }
        #expect(NeighbourQuery("class=green_pea") == .column(name: "class", value: "green_pea"))
        let summary = try await NeighbourSearching(
            catalog: path, query: NeighbourQuery("class=green_pea"), count: 3
        ).run()
        #expect(summary.queried == rows.count && rows.count >= 4)
        try expect(summary, rows, count: 3, in: table)
        let passes = try table.numbers("passes")
        let twice = passes.indices.filter { passes[$0] == 2 }
        let other = try await NeighbourSearching(
            catalog: path, query: NeighbourQuery("passes=2"), count: 2
        ).run()
        try expect(other, twice, count: 2, in: table)
    }

    @Test("With a minimum of hits: objects outside the query near several of it, most hits first")
    func minimumHits() async throws {
        let path = try await SmallSurvey.enriched()
        let table = try CatalogTable(path: path)
        let pairs = try EveryPair(table)
        let classes = try table.texts("class")
        let members = Set(classes.indices.filter { classes[$0] == "red_spiral" })
        var hits: [Int: (count: Int, distance: Double)] = [:]
        for member in members {
            for near in pairs.nearest(member, count: 6, without: members) {
                let old = hits[near.row] ?? (0, .infinity)
                hits[near.row] = (old.count + 1, min(old.distance, near.distance))
            }
        }
        let expected = hits.filter { $0.value.count >= 2 }.sorted {
            (-$0.value.count, $0.value.distance, pairs.ids[$0.key])
                < (-$1.value.count, $1.value.distance, pairs.ids[$1.key])
        }
        #expect(expected.count >= 2 && expected.count < hits.count)
        let summary = try await NeighbourSearching(
            catalog: path, query: NeighbourQuery("class=red_spiral"), count: 6, minimumHits: 2
        ).run()
        let found = fields(summary, header: "id,hits,distance,ra,dec,class_pred")
        #expect(
            found.map { Array($0[..<2]) } == expected.map { ["\(pairs.ids[$0.key])", "\($0.value.count)"] })
        expectClose(found.compactMap { Double($0[2]) }, expected.map(\.value.distance), relative: 1e-12)
    }

    /// A catalogue of points in a plane, as text.
    private func plane(_ rows: [String], in folder: TemporaryFolder) throws -> String {
        let path = folder.path("plane.csv")
        try Data((["id,latent_0,latent_1"] + rows).joined(separator: "\n").utf8)
            .write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("Equal distances are ordered by identifier, whatever the order of the rows")
    func ties() async throws {
        let folder = try TemporaryFolder()
        let path = try plane(
            ["9,0,1", "100,0,0", "10,1,0", "7,-1,0", "8,0,-1", "300,0,0", "6,5,5"], in: folder)
        let summary = try await NeighbourSearching(catalog: path, query: .identifiers(["100"])).run()
        let found = fields(summary, header: Self.header)
        #expect(found.map { $0[2] } == ["300", "7", "8", "9", "10", "6"])
        #expect(found.map { $0[1] } == ["1", "2", "3", "4", "5", "6"])
        expectClose(found.compactMap { Double($0[3]) }, [0, 1, 1, 1, 1, 50.0.squareRoot()], relative: 1e-15)
        // The first four: the ties at the end of the list, too, go by identifier.
        let few = try await NeighbourSearching(catalog: path, query: .identifiers(["100"]), count: 3).run()
        #expect(fields(few, header: Self.header).map { $0[2] } == ["300", "7", "8"])
        // Text identifiers by their bytes.
        let texts = try plane(["b,0,1", "o,0,0", "\"a,1\",1,0", "\"q\"\"\",9,9"], in: folder)
        let named = try await NeighbourSearching(catalog: texts, query: .identifiers(["o"])).run()
        #expect(
            named.lines.dropFirst().map { $0 } == [
                "o,1,\"a,1\",1.0,,,", "o,2,b,1.0,,,", "o,3,\"q\"\"\",\(162.0.squareRoot()),,,",
            ])
    }

    @Test("Distances of other exponents, by hand; more neighbours than there are objects")
    func exponents() async throws {
        let folder = try TemporaryFolder()
        let path = try plane(["1,0,0", "2,3,4"], in: folder)
        for (exponent, distance) in [(1.0, 7.0), (2, 5), (3, 4.497941445275415), (.infinity, 4)] {
            let summary = try await NeighbourSearching(
                catalog: path, query: .identifiers(["1"]), count: 1_000_000_000, exponent: exponent
            ).run()
            let found = fields(summary, header: Self.header)
            #expect(found.count == 1)
            expectClose(found.compactMap { Double($0[3]) }, [distance], relative: 1e-14)
        }
        // An object alone has no neighbour, which is an answer.
        let alone = try plane(["1,0,0"], in: folder)
        let none = try await NeighbourSearching(catalog: alone, query: .identifiers(["1"])).run()
        #expect(none.queried == 1 && none.lines == [Self.header])
    }

    @Test("Rows without latents are never found; asked for, they are told")
    func withoutLatents() async throws {
        let folder = try TemporaryFolder()
        let table = try CatalogTable(path: try await SmallSurvey.enriched())
        let ids = try #require(table.column("id")?.values.integers)
        var latents = try table.numbers("latent_1").map(Float.init)
        for row in [2, 50, 139] { latents[row] = row == 50 ? .infinity : .nan }
        let holes = table.setting(TableColumn("latent_1", .float(latents)))
        try holes.write(to: folder.path("holes.fits"))
        let query = NeighbourQuery.identifiers(["\(ids[50])", "\(ids[4])", "-17", "\(ids[2])"])
        var searching = NeighbourSearching(
            catalog: folder.path("holes.fits"), query: query, count: 500)
        let summary = try await searching.run()
        #expect(summary.queried == 1 && summary.unknown == ["-17"])
        #expect(summary.withoutLatents == ["\(ids[50])", "\(ids[2])"])
        #expect(summary.lines.count == SmallSurvey.count - 3)
        try expect(summary, [4], count: 500, in: holes)
        searching.query = .identifiers(["\(ids[2])"])
        let refused = searching
        let error = await failure { try await refused.run() }
        #expect(error?.category == .input && error?.message.contains("\(ids[2])") == true)
        let nothing = Array(repeating: Float.nan, count: SmallSurvey.count)
        try table.setting(TableColumn("latent_0", .float(nothing))).write(to: folder.path("nan.fits"))
        searching.catalog = folder.path("nan.fits")
        let empty = searching
        #expect(await failure { try await empty.run() }?.message.contains("nan.fits") == true)
    }

    @Test("Queries and catalogues that cannot be used are refused by name")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let path = try await SmallSurvey.enriched()
        let survey = try await SmallSurvey.load()
        func refusal(_ query: String, catalog: String? = nil) async -> PipelineError? {
            let searching = NeighbourSearching(
                catalog: catalog ?? path, query: NeighbourQuery(query), output: folder.path("n.csv"))
            return await failure { try await searching.run() }
        }
        let cases: [(query: String, catalog: String?, category: PipelineError.Category, names: String)] = [
            ("no-such-one", nil, .input, "no-such-one"), ("color=red", nil, .input, "color"),
            ("class=unicorn", nil, .input, "class = unicorn"), ("passes=many", nil, .input, "passes"),
            ("nn_ids=3", nil, .input, "nn_ids"), ("", nil, .usage, "names no object"),
            ("1", survey.catalog, .input, "latent_0"),
            ("1", folder.path("none.fits"), .inputOutput, "none.fits"),
            ("1", survey.model + "/weights.safetensors", .input, "weights.safetensors"),
            (survey.model + "/weights.safetensors", nil, .input, "weights.safetensors"),
        ]
        for (query, catalog, category, names) in cases {
            let error = await refusal(query, catalog: catalog)
            #expect(error?.category == category, "\(query): \(error?.message ?? "")")
            #expect(error?.message.contains(names) == true, "\(query): \(error?.message ?? "")")
        }
        try Data("id\n".utf8).write(to: URL(fileURLWithPath: folder.path("empty.csv")))
        #expect(await refusal(folder.path("empty.csv"))?.message.contains("empty.csv") == true)
        // A folder of that name is no list of identifiers.
        #expect(NeighbourQuery(folder.url.path) == .identifiers([folder.url.path]))
        // Latents of two models are coordinates of two spaces.
        let table = try CatalogTable(path: path)
        var models = try table.texts("model_id")
        models[70] = "0123456789abcdef"
        try table.setting(TableColumn("model_id", .text(models))).write(to: folder.path("two.fits"))
        let two = await refusal("class=star", catalog: folder.path("two.fits"))
        #expect(two?.category == .input && two?.message.contains("0123456789abcdef") == true)
        #expect(!exists(folder.path("n.csv")))
        let unwritable = NeighbourSearching(
            catalog: path, query: NeighbourQuery("class=star"), output: folder.path("no/such/n.csv"))
        #expect(await failure { try await unwritable.run() }?.category == .inputOutput)
    }

    @Test("More hits than the query has objects are refused with a hint")
    func tooManyHits() async throws {
        let catalog = try await SmallSurvey.enriched()
        let table = try CatalogTable(path: catalog)
        let ids = try #require(table.column("id")?.values.integers)
        var searching = NeighbourSearching(
            catalog: catalog, query: .identifiers(ids.prefix(2).map(String.init)), minimumHits: 3)
        let error = await failure { try await searching.run() }
        #expect(error?.category == .input)
        #expect(error?.message.contains("near 3 objects of a query that has 2") ?? false)
        #expect(error?.hint?.contains("fewer hits") ?? false)
        searching.minimumHits = 2
        #expect(try await searching.run().queried == 2)
    }

    @Test("An approximate search finds nearly all neighbours, at their distances, never the object itself")
    func approximate() async throws {
        let catalog = try await SmallSurvey.enriched()
        let ids = try #require(try CatalogTable(path: catalog).column("id")?.values.integers).map(String.init)
        var searching = NeighbourSearching(catalog: catalog, query: .identifiers(ids), count: 5)
        let exact = try await searching.run().lines
        searching.isApproximate = true
        let found = try await searching.run().lines
        #expect(found.count == exact.count && found[0] == exact[0])
        #expect(Set(found).intersection(exact).count > exact.count * 95 / 100)
        let own = found.dropFirst().map { $0.split(separator: ",") }.filter { $0[0] == $0[2] }
        #expect(own.isEmpty)
        searching.minimumHits = 2
        let error = await failure { try await searching.run() }
        #expect(error?.category == .usage)
    }
}
