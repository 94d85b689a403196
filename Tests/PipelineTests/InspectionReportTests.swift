import Foundation
import Pipeline
import TestSupport
import Testing

@Suite("What inspecting tells of files, folders and models")
struct InspectionReportTests {
    private func lines(_ path: String) async throws -> [String] { try await Inspection(path: path).lines() }

    @Test("A packed file: objects, bands, size, tables with columns and units, provenance")
    func packed() async throws {
        let survey = try await SmallSurvey.load()
        let lines = try await lines(survey.cutouts)
        #expect(lines[0] == "\(survey.cutouts): FITS, 3 header-data units")
        #expect(
            lines[1] == "  packed cutouts: 140 objects, bands g r z, 128 x 128 px at 0.262 arcsec")
        #expect(lines.contains("  HDU 0 no data"))
        #expect(lines.contains("  HDU 1 CUTOUTS image 128 x 128 x 3 x 140"))
        #expect(lines.contains("  HDU 2 OBJECTS table, 140 rows, 7 columns"))
        #expect(lines.contains("    SEED = 11") && lines.contains("    ORIGIN = galatea simulate"))
        #expect(lines.contains("    ra [deg]: double  right ascension of the target, ICRS"))
    }

    @Test("An enriched catalogue, as FITS and as text: rows and columns, vectors with their width")
    func enriched() async throws {
        let path = try await SmallSurvey.enriched()
        let fits = try await lines(path)
        #expect(fits.contains { $0.hasPrefix("  HDU 1 ") && $0.contains("table, 140 rows, ") })
        #expect(fits.contains { $0.hasPrefix("    posang [deg]: float") })
        #expect(fits.contains { $0.hasPrefix("    nn_ids: int64 x 10") })
        #expect(fits.contains { $0.hasPrefix("    MODELID = ") })
        #expect(!fits[1].contains("packed"))
        let csv = path.replacingOccurrences(of: ".fits", with: ".csv")
        let text = try await lines(csv)
        #expect(text[0] == "\(csv): text table, 140 rows")
        #expect(text.contains { $0.hasPrefix("    z_phot: double") })
    }

    @Test("A model folder: what the network is, and its card")
    func model() async throws {
        let survey = try await SmallSurvey.load()
        let lines = try await lines(survey.model)
        #expect(lines[0] == "model \(survey.model)")
        #expect(lines.contains("  bands          g r z"))
        #expect(lines.contains("  channels       [4, 8]"))
        #expect(lines.contains("  cutouts        128 px at 0.262 arcsec, resized to 32 px"))
        #expect(lines.contains { $0.hasPrefix("  classes        ") && $0.contains("green_pea") })
        #expect(lines.contains { $0.hasPrefix("  reference set  ") && $0.hasSuffix(" objects") })
        #expect(lines.contains { $0.hasPrefix("  model_id       ") && $0.count == 17 + 64 })
        let card = try String(contentsOfFile: survey.model + "/card.md", encoding: .utf8)
        #expect(lines.last == card)
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: survey.model, toPath: folder.path("m"))
        try bytes(folder.path("m/weights.safetensors")).dropLast(9)
            .write(to: URL(fileURLWithPath: folder.path("m/weights.safetensors")))
        let error = await failure { try await Inspection(path: folder.path("m")).lines() }
        #expect(error?.category == .model && error?.message.contains("weights.safetensors") == true)
    }

    @Test("A folder of cutouts: its first files, broken ones with their reason")
    func folder() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        let names = try survey.export(0..<2, to: folder.path("c"))
        try Data("<html>".utf8).write(to: URL(fileURLWithPath: folder.path("c/page.fits")))
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path("c/notes.txt")))
        let few = try await lines(folder.path("c"))
        #expect(few.count == 4)
        #expect(few[0] == "folder \(folder.path("c")): 3 cutouts, 1 other files")
        for name in names {
            #expect(
                few.contains { $0.hasPrefix("  \(name).fits: 128 x 128 px at 0.262 arcsec, bands g r z") })
        }
        #expect(few.contains { $0.hasPrefix("  page.fits: ") && $0.contains("HTML page") })
        for index in 0..<5 {
            try Data().write(to: URL(fileURLWithPath: folder.path("c/z\(index).fits")))
        }
        #expect(try await lines(folder.path("c")).last == "  ...")
        try FileManager.default.createDirectory(
            atPath: folder.path("none"), withIntermediateDirectories: true)
        #expect(
            try await lines(folder.path("none"))
                == ["folder \(folder.path("none")): 0 cutouts, 0 other files"])
    }

    @Test("Broken files, others and none at all: an error that names file and fault")
    func refusals() async throws {
        let survey = try await SmallSurvey.load()
        let folder = try TemporaryFolder()
        func refusal(_ name: String, _ content: Data?) async throws -> PipelineError? {
            let path = folder.path(name)
            if let content { try content.write(to: URL(fileURLWithPath: path)) }
            let error = await failure { try await Inspection(path: path).lines() }
            #expect(error?.message.contains(path) == true, "\(name)")
            return error
        }
        let cut = try await refusal("cut.fits", try bytes(survey.catalog).dropLast(30_000))
        #expect(cut?.category == .input && cut?.message.contains("truncated") == true)
        let text = try await refusal("readme.md", Data("# a text\n".utf8))
        #expect(text?.category == .input && text?.message.contains("not a FITS file") == true)
        let weights = try await refusal("w.safetensors", try bytes(survey.model + "/weights.safetensors"))
        #expect(weights?.category == .input)
        #expect(try await refusal("empty.csv", Data())?.category == .input)
        #expect(try await refusal("empty.fits", Data())?.message.contains("empty") == true)
        #expect(try await refusal("gone.fits", nil)?.category == .inputOutput)
        try #require(mkfifo(folder.path("pipe.fits"), 0o600) == 0)
        #expect(try await refusal("pipe.fits", nil)?.message.contains("a pipe") == true)
    }
}
