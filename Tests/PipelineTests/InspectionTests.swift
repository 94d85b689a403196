import Computing
import FITS
import Foundation
import MockSurvey
import Pipeline
import TestSupport
import Testing

@Suite("Inspecting files, folders and models")
struct InspectionTests {
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

@Suite("What this machine and the mock sky are")
struct DiagnosisTests {
    @Test("The diagnosis names version, system, threads, instruction set and BLAS, aligned")
    func diagnosis() throws {
        let findings = Diagnosis().findings
        #expect(findings.map(\.name) == ["galatea", "system", "threads", "instruction set", "BLAS"])
        #expect(findings.allSatisfy { !$0.value.isEmpty })
        #expect(findings[0].value.hasPrefix(Version.number) && findings[0].value.contains(Version.commit))
        #expect(findings[2].value == "\(ProcessorCount.active)")
        #expect(findings[3].value.hasPrefix("\(InstructionSet.detected) "))
        for level in InstructionSet.available { #expect(findings[3].value.contains("\(level)")) }
        #expect(findings[4].value.contains("core ") && findings[4].value.contains("1 thread a call"))
        let lines = Diagnosis().lines
        for (line, finding) in zip(lines, findings) {
            #expect(line.dropFirst(17) == finding.value[...] && line.hasPrefix(finding.name + "  "))
        }
    }

    @Test("The mock sky's relations and spectra lie within their tolerances and are told with them")
    func sky() async throws {
        let rows = try await SkyCheck(groups: [.relations, .spectra]).rows()
        let values = CheckValues().relations() + CheckValues().spectra()
        #expect(rows.count == values.count && rows.count > 40)
        for (row, value) in zip(rows, values) {
            #expect(row.passes, "\(row.line)")
            #expect(row.line.hasPrefix("\(value.group.rawValue): \(value.name)"))
            let numbers = row.line.split(separator: " ").suffix(5)
            let parts = numbers.compactMap { Double($0) }
            #expect(numbers.dropFirst().first == "expected" && numbers.dropFirst(3).first == "+-")
            expectClose(parts, [value.value, value.expected, value.tolerance], absolute: 1e-9, relative: 1e-3)
        }
        let first = try #require(rows.first?.line)
        #expect(
            first
                == "relations: luminosity distance at z = 0.1, Mpc".padding(
                    toLength: 72, withPad: " ", startingAt: 0)
                + String(format: "%11.4g", values[0].value) + "  expected       460 +- 1        ")
    }

    @Test("A value outside its tolerance, or none at all, is told as such")
    func outside() {
        let far = SkyCheck.Row(CheckValue(.images, "noise", 3, expected: 1, tolerance: 0.5))
        #expect(!far.passes && far.line.hasSuffix("3  expected         1 +- 0.5        OUTSIDE"))
        let none = SkyCheck.Row(CheckValue(.images, "noise", .nan, expected: 1, tolerance: 0.5))
        #expect(!none.passes && none.line.hasSuffix("OUTSIDE"))
        let edge = SkyCheck.Row(CheckValue(.images, "noise", 1.5, expected: 1, tolerance: 0.5))
        #expect(edge.passes && !edge.line.contains("OUTSIDE"))
    }
}
