import Astronomy
import Catalogs
import FITS
import Foundation
import Photometry
import Pipeline
import TestSupport
import Testing

@Suite("Enriching a survey")
struct EnrichmentTests {
    /// What photometry puts into the table, and the flags, which tell of a centre without a source.
    private static let measured: Set<String> = [
        "flux_g", "flux_g_err", "flux_r", "flux_r_err", "flux_z", "flux_z_err", "half_light_radius",
        "axis_ratio", "snr_g", "snr_r", "snr_z", "flag",
    ]

    @Test("One row a catalogue row in its order, with every column, estimates within bounds")
    func rows() async throws {
        let survey = try await SmallSurvey.load()
        let table = try CatalogTable(path: try await SmallSurvey.enriched())
        let catalog = try CatalogTable(path: survey.catalog)
        #expect(table.column("id")?.values == catalog.column("id")?.values)
        #expect(try table.numbers("ra") == catalog.numbers("ra"))
        // The input's own columns pass through, those that share a name with ours as in_NAME.
        #expect(try table.texts("class") == catalog.texts("class"))
        expectClose(try table.numbers("true_flux_r"), try catalog.numbers("true_flux_r"))
        #expect(
            try table.numbers("ebv").map(Float.init) == catalog.numbers("ebv").map(Float.init))
        #expect(table.names.contains("in_logmstar") && !table.names.contains("in_id"))
        let flags = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        let lost: QualityFlags = [.bandMissing, .bandAllZero]
        for name in ["z_phot", "logmstar", "logsfr"] {
            let (values, lower, upper) = (
                try table.numbers(name), try table.numbers(name + "_l68"), try table.numbers(name + "_u95")
            )
            for row in 0..<table.rowCount where flags[row].isDisjoint(with: lost) {
                #expect(lower[row] < values[row] && values[row] < upper[row], "\(name) of row \(row)")
            }
            for row in 0..<table.rowCount where !flags[row].isDisjoint(with: lost) {
                #expect(values[row].isNaN, "\(name) of row \(row)")
            }
        }
        #expect(try table.numbers("z_phot").count(where: \.isFinite) > SmallSurvey.count * 9 / 10)
        let probabilities = try table.names.filter { $0.hasPrefix("p_") }.map(table.numbers)
        #expect(probabilities.count == 7)
        expectClose(
            (0..<table.rowCount).map { row in probabilities.reduce(0) { $0 + $1[row] } },
            Array(repeating: 1, count: table.rowCount), absolute: 1e-5)
        #expect(Set(try table.texts("model_id")).count == 1)
        #expect(try table.texts("model_id")[0].count == 16)
    }

    @Test("Bright galaxies are measured: fluxes near the truth, neighbours from the training rows")
    func photometryAndNeighbours() async throws {
        let table = try CatalogTable(path: try await SmallSurvey.enriched())
        let classes = try table.texts("class")
        let (fluxes, truth) = (try table.numbers("flux_r"), try table.numbers("true_flux_r"))
        let ratios = table.rowTexts.indices.filter { classes[$0] == "normal" }.map {
            fluxes[$0] / truth[$0]
        }.sorted()
        #expect((0.85...1.15).contains(ratios[ratios.count / 2]))
        let ids = try #require(table.column("id")?.values.integers)
        let neighbours = try #require(table.column("nn_ids"))
        let distances = try table.numbers("nn_dist")
        #expect(neighbours.width == 10)
        #expect(try #require(neighbours.values.integers).allSatisfy(Set(ids).contains))
        for row in 0..<table.rowCount {
            let own = Array(distances[row * 10..<(row + 1) * 10])
            #expect(own == own.sorted() && own[0] >= 0)
        }
    }

    @Test("One thread gives the bytes of many, in FITS and in CSV")
    func threads() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var enrichment = survey.enrichment(to: folder.path("1.fits"), folder.path("1.csv"))
        enrichment.threads = 1
        let summary = try await enrichment.run(logger: .silent)
        #expect(summary.rows == SmallSurvey.count && summary.outputs == enrichment.outputs)
        let many = try await SmallSurvey.enriched()
        #expect(try bytes(folder.path("1.fits")) == bytes(many))
        #expect(
            try bytes(folder.path("1.csv"))
                == bytes(many.replacingOccurrences(of: ".fits", with: ".csv")))
        let text = try CatalogTable(path: folder.path("1.csv"))
        let binary = try CatalogTable(path: folder.path("1.fits"))
        #expect(
            try text.numbers("z_phot").map(Float.init).map(\.bitPattern)
                == binary.numbers("z_phot").map(Float.init).map(\.bitPattern))
    }

    @Test("The shards joined are the whole")
    func shards() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var parts: [String] = []
        for index in 1...3 {
            var enrichment = survey.enrichment(to: folder.path("\(index).fits"))
            enrichment.shard = Shard("\(index)/3")
            enrichment.photometry = .none
            let summary = try await enrichment.run(logger: .silent)
            #expect((46...47).contains(summary.rows))
            parts += try CatalogTable(path: folder.path("\(index).fits")).without(Self.measured).rowTexts
        }
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        #expect(parts == whole.without(Self.measured).rowTexts)
        #expect(Shard("0/3") == nil && Shard("4/3") == nil && Shard("1/") == nil && Shard("1/2/3") == nil)
    }

    @Test("Rows in another order have the same values; a row without a cutout is flagged and NaN")
    func orderAndMissingCutout() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let catalog = try CatalogTable(path: survey.catalog)
        let order = Array([7, 3, 138, 0, 12])
        var ids = try #require(catalog.rows(at: order).column("id")?.values.integers)
        ids[2] = 999_999_999
        var declinations = try catalog.rows(at: order).numbers("dec")
        declinations[2] += declinations[2] > 0 ? -1 : 1
        try catalog.rows(at: order).setting(TableColumn("id", .int64(ids)))
            .setting(TableColumn("dec", .double(declinations))).write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.catalog = folder.path("c.fits")
        enrichment.unmatched = folder.path("unmatched.csv")
        let log = RecordedLog()
        let summary = try await enrichment.run(logger: log.logger)
        #expect(summary.flagged.contains { $0.name == "unreadable" && $0.count == 1 })
        #expect(log.lines.contains { $0.contains("row 3:") && $0.contains("no cutout") })
        let table = try CatalogTable(path: folder.path("e.fits"))
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        #expect(table.column("id")?.values.integers == ids)
        for (row, original) in zip([0, 1, 3, 4], [7, 3, 0, 12]) {
            #expect(table.rowText(row) == whole.rowText(original))
        }
        #expect(try table.numbers("flag")[2] == 1)
        for name in ["z_phot", "logsfr_std", "posang", "latent_0", "p_normal", "flux_g", "axis_ratio"] {
            #expect(try table.numbers(name)[2].isNaN, "\(name)")
        }
        #expect(try table.texts("class_pred")[2] == "")
        #expect(try table.numbers("true_flux_r")[2].isFinite)
        let unmatched = try CatalogTable(path: folder.path("unmatched.csv"))
        #expect(unmatched.rowCount == SmallSurvey.count - 4)
        #expect(unmatched.names == ["id", "ra", "dec"])
    }

    @Test("A row whose position or extinction was refused says so, and the log tells the value")
    func refusedInput() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let catalog = try CatalogTable(path: survey.catalog).rows(0..<40)
        var (declinations, extinctions) = (try catalog.numbers("dec"), try catalog.numbers("ebv"))
        declinations[3] = 91
        extinctions[5] = -2
        try catalog.setting(TableColumn("dec", .double(declinations)))
            .setting(TableColumn("ebv", .double(extinctions))).write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.catalog = folder.path("c.fits")
        enrichment.photometry = .none
        let log = RecordedLog()
        _ = try await enrichment.run(logger: log.logger)
        let flags = try CatalogTable(path: folder.path("e.fits")).numbers("flag").map {
            QualityFlags(rawValue: Int32($0))
        }
        #expect(flags.indices.filter { flags[$0].contains(.refusedInput) } == [3, 5])
        #expect(log.lines.contains { $0.contains("row 4: 91.0 is beyond a pole") }, "\(log.lines)")
        #expect(log.lines.contains { $0.contains("row 6: -2.0") })
    }

    @Test("Without photometry its columns are absent and all others equal")
    func withoutPhotometry() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.photometry = .none
        _ = try await enrichment.run(logger: .silent)
        let table = try CatalogTable(path: folder.path("e.fits"))
        let whole = try CatalogTable(path: try await SmallSurvey.enriched())
        #expect(Set(whole.names).subtracting(table.names) == Self.measured.subtracting(["flag"]))
        #expect(table.without(Self.measured).rowTexts == whole.without(Self.measured).rowTexts)
    }

    @Test("An input column named like one of ours passes as in_NAME and says so")
    func clashingNames() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let catalog = try CatalogTable(path: survey.catalog).rows(0..<4)
        try catalog.setting(TableColumn("Z_PHOT", .double([1, 2, 3, 4])))
            .setting(TableColumn("flag", .int32([5, 6, 7, 8]))).write(to: folder.path("c.fits"))
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        enrichment.catalog = folder.path("c.fits")
        enrichment.photometry = .none
        _ = try await enrichment.run(logger: .silent)
        let table = try CatalogTable(path: folder.path("e.fits"))
        #expect(try table.numbers("in_Z_PHOT") == [1, 2, 3, 4])
        #expect(try table.numbers("in_flag") == [5, 6, 7, 8])
        #expect(try table.numbers("z_phot").filter(\.isFinite).allSatisfy { $0 < 1 })
        #expect(table.column("in_flag")?.description?.contains("'flag'") == true)
    }

    @Test("Lost bands and many broken pixels leave redshift, mass and SFR open while latents stand")
    func brokenPixels() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let packed = try PackedCutouts(path: survey.cutouts)
        let classes = try CatalogTable(path: survey.catalog).texts("class")
        let source = try #require(classes.firstIndex(of: "normal"))
        let writer = try PackedCutoutsWriter(
            path: folder.path("p.fits"), bands: packed.bands, width: 128, height: 128, pixelScale: 0.262)
        let good = try packed.pixels(of: source..<source + 1)
        let plane = 128 * 128
        var zero = good
        for index in plane..<2 * plane { zero[index] = 0 }
        var few = good
        var many = good
        for index in 0..<plane / 200 { few[2 * plane + index * 7] = .nan }
        for index in 0..<plane / 50 { many[index * 7] = index % 2 == 0 ? .nan : .infinity }
        var object = try packed.objects(in: source..<source + 1)[0]
        for (index, pixels) in [good, zero, few, many].enumerated() {
            object.id = .integer(Int64(index))
            try writer.append(object, pixels: pixels)
        }
        object.id = .integer(4)
        object.flags.insert(.unreadable)
        try writer.append(object, pixels: good)
        try writer.finish()
        var enrichment = survey.enrichment(to: folder.path("e.fits"))
        (enrichment.cutouts, enrichment.catalog) = ([folder.path("p.fits")], nil)
        let summary = try await enrichment.run(logger: .silent)
        #expect(summary.rows == 5 && summary.usable == 2 && summary.faulty == 4)
        let table = try CatalogTable(path: folder.path("e.fits"))
        let flags = try table.numbers("flag").map { QualityFlags(rawValue: Int32($0)) }
        let broken: QualityFlags = [.unreadable, .bandMissing, .bandAllZero, .nonFinitePixels]
        #expect(
            flags.map { $0.intersection(broken) }
                == [[], .bandAllZero, .nonFinitePixels, .nonFinitePixels, .unreadable])
        for name in ["z_phot", "z_phot_u95", "logmstar", "logmstar_std", "logsfr"] {
            #expect(
                try table.numbers(name).map(\.isFinite) == [true, false, true, false, false], "\(name)")
        }
        for name in ["latent_0", "latent_5", "p_star"] {
            #expect(try table.numbers(name).map(\.isFinite) == [true, true, true, true, false], "\(name)")
        }
        #expect(try table.texts("class_pred").map(\.isEmpty) == [false, false, false, false, true])
        // Half a percent of the pixels counts as sky and changes little.
        let redshifts = try table.numbers("z_phot")
        #expect(abs(redshifts[2] - redshifts[0]) < 0.05)
    }

    @Test("Requests that cannot be met are refused in their own category, before anything is written")
    func refusals() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        func refusal(_ change: (inout Enrichment) -> Void) async -> PipelineError? {
            var enrichment = survey.enrichment(to: folder.path("e.fits"))
            enrichment.photometry = .none
            change(&enrichment)
            let changed = enrichment
            return await failure { try await changed.run(logger: .silent) }
        }
        #expect(await refusal { $0.outputs = [folder.path("e.xls")] }?.category == .usage)
        #expect(await refusal { $0.outputs = [] }?.category == .usage)
        #expect(await refusal { $0.outputs += $0.outputs }?.category == .usage)
        #expect(await refusal { $0.format = "parquet" }?.message.contains("parquet") == true)
        #expect(await refusal { $0.cutouts = [folder.path("none")] }?.category == .inputOutput)
        #expect(await refusal { $0.catalog = folder.path("none.csv") }?.category == .inputOutput)
        #expect(await refusal { $0.outputs = [folder.path("no/such/e.fits")] }?.category == .inputOutput)
        #expect(await refusal { $0.outputs = [folder.path("no/such/e.csv")] }?.category == .inputOutput)
        #expect(await refusal { $0.unmatched = folder.path("no/such.csv") }?.category == .inputOutput)
        // A catalogue is no packed file.
        let wrong = await refusal { $0.cutouts = [survey.catalog] }
        #expect(wrong?.category == .input && wrong?.message.contains("catalog.fits") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
    }
}
