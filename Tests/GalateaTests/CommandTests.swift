import Foundation
import TestSupport
import Testing

@Suite("The commands, from a survey to its neighbours")
struct CommandTests {
    @Test("simulate gives the same bytes twice and says what it wrote")
    func simulate() async throws {
        let run = try await MockRun.load()
        #expect(run.simulated.status == 0 && run.simulated.errors == "")
        #expect(run.simulated.lines.count == 2)
        #expect(run.simulated.output.hasPrefix("\(MockRun.count) objects: "))
        #expect(run.simulated.output.contains(run.cutouts) && run.simulated.output.contains(run.catalog))
        let folder = try TemporaryFolder()
        #expect(try await MockRun.simulate(to: folder.path("again"), threads: 1).status == 0)
        for name in ["cutouts.fits", "catalog.fits"] {
            #expect(
                try bytes(folder.path("again/\(name)")) == bytes(run.folder.path("survey/\(name)")), "\(name)"
            )
        }
        let quiet = try await Program.run(
            "simulate", "--count", "2", "--output", folder.path("q"), "--mosaic", folder.path("m.png"), "-q")
        #expect(quiet.status == 0 && quiet.output == "" && quiet.errors == "")
        #expect(try bytes(folder.path("m.png")).starts(with: [0x89, 0x50, 0x4e, 0x47]))
    }

    @Test("enrich writes FITS and CSV in one pass and a summary; evaluate and inspect read it")
    func enrich() async throws {
        let run = try await MockRun.load()
        #expect(run.enriched.status == 0)
        func value(_ name: String) -> String? {
            run.enriched.lines.first { $0.hasPrefix(name + "  ") }?.split(separator: " ").last.map(
                String.init)
        }
        #expect(value("rows") == "\(MockRun.count)")
        #expect(try #require(value("rows with a redshift").flatMap { Int($0) }) > MockRun.count / 2)
        #expect(run.enriched.lines.last?.hasSuffix("\(run.fits), \(run.csv)") == true)
        #expect(run.enriched.errors.contains("\(MockRun.count) of \(MockRun.count) rows have a cutout"))
        #expect(try bytes(run.fits).starts(with: Data("SIMPLE  =".utf8)))
        let csv = String(decoding: try bytes(run.csv), as: UTF8.self).split(separator: "\n")
        #expect(csv.count == MockRun.count + 1)
        #expect(csv.first?.contains("z_phot") == true)
        let evaluated = try await Program.run("evaluate", run.fits)
        #expect(evaluated.status == 0 && evaluated.output.contains("photo-z"))
        let inspected = try await Program.run(
            "inspect", run.fits, environment: ["LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8"])
        #expect(inspected.status == 0 && inspected.output.contains("table, \(MockRun.count) rows"))
        let model = try await Program.run("inspect", Program.model)
        #expect(model.status == 0)
        #expect(
            model.output.contains(
                String(decoding: try bytes(Program.model + "/card.md"), as: UTF8.self)))
    }

    @Test("The same command gives the same bytes wherever it writes; the log is text, JSON or nothing")
    func logs() async throws {
        let run = try await MockRun.load()
        let folder = try TemporaryFolder()
        let common = [
            "enrich", "--model", Program.model, "--cutouts", run.cutouts, "--catalog", run.catalog,
        ]
        let json = try await Program.start(
            common + ["--output", folder.path("e.fits"), "--threads", "1", "--log-format", "json"]
        ).outcome()
        #expect(json.status == 0)
        #expect(try bytes(folder.path("e.fits")) == bytes(run.fits))
        let lines = json.errors.split(separator: "\n")
        #expect(!lines.isEmpty)
        for line in lines {
            let fields = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
            #expect(fields["label"] == "galatea.enrich" && fields["level"] != nil)
            #expect(fields["message"]?.isEmpty == false)
        }
        let quiet = try await Program.start(
            common + ["--output", folder.path("q.csv"), "--photometry", "none", "--quiet"]
        ).outcome()
        #expect(quiet.status == 0 && quiet.output == "" && quiet.errors == "")
    }

    @Test("pack carries a survey over; neighbors lists, writes and warns")
    func packAndNeighbours() async throws {
        let run = try await MockRun.load()
        let folder = try TemporaryFolder()
        let packed = try await Program.run(
            "pack", "--catalog", run.catalog, "--cutouts", run.cutouts, "--output", folder.path("zr.fits"),
            "--bands", "zr")
        #expect(packed.status == 0)
        #expect(
            packed.output.hasPrefix("wrote \(folder.path("zr.fits")): \(MockRun.count) rows, 0 resampled"))
        let inspected = try await Program.run("inspect", folder.path("zr.fits"))
        #expect(inspected.output.contains("\(MockRun.count) objects, bands z r, 128 x 128 px"))
        let csv = String(decoding: try bytes(run.csv), as: UTF8.self).split(separator: "\n")
        let id = try #require(csv.dropFirst().first?.split(separator: ",").first.map(String.init))
        let listed = try await Program.run(
            "neighbors", "--catalog", run.csv, "--query", "\(id),-4", "--k", "3")
        #expect(listed.status == 0 && listed.lines.count == 4)
        #expect(listed.lines[0] == "query_id,rank,id,distance,ra,dec,class_pred")
        #expect(listed.lines.dropFirst().allSatisfy { $0.hasPrefix("\(id),") })
        #expect(listed.errors == "warning: 1 objects of the query are not in the catalogue: -4\n")
        let written = try await Program.run(
            "neighbors", "--catalog", run.fits, "--query", id, "--k", "3", "--output", folder.path("n.csv"))
        #expect(written.status == 0 && written.output == "")
        #expect(try bytes(folder.path("n.csv")) == Data(listed.output.utf8))
        let several = try await Program.run(
            "neighbors", "--catalog", run.fits, "--query", "class=star", "--k", "5", "--min-hits", "2", "--p",
            "inf")
        #expect(several.status == 0 && several.lines[0] == "id,hits,distance,ra,dec,class_pred")
        let unknown = try await Program.run("neighbors", "--catalog", run.fits, "--query=-4")
        #expect(unknown.status == 3 && unknown.errors.contains("-4"))
    }

    @Test("train makes a model that enrich and inspect take; classify fit gives it other classes")
    func train() async throws {
        let run = try await MockRun.load()
        let folder = try TemporaryFolder()
        let configuration = folder.path("small.toml")
        try Data(
            """
            [model]
            input_size = 32
            channels = [4, 8]
            image_features = 8
            joint_features = 8

            """.utf8
        ).write(to: URL(fileURLWithPath: configuration))
        let model = folder.path("model")
        let trained = try await Program.run(
            "train", "--catalog", run.catalog, "--cutouts", run.cutouts, "--config", configuration,
            "--epochs",
            "1", "--output", model)
        #expect(trained.status == 0)
        #expect(trained.output.hasPrefix("wrote \(model), epoch 1; on "))
        let before = try await Program.run("inspect", model)
        #expect(before.status == 0 && before.output.contains("channels       [4, 8]"))
        let enriched = try await Program.run(
            "enrich", "--model", model, "--cutouts", run.cutouts, "--output", folder.path("e.csv"))
        #expect(enriched.status == 0 && exists(folder.path("e.csv")))
        let again = try await Program.run(
            "train", "--catalog", run.catalog, "--cutouts", run.cutouts, "--config", configuration,
            "--epochs",
            "1", "--output", model)
        #expect(again.status == 64 && again.errors.contains(model))
        let column = try await Program.run(
            "classify", "fit", "--model", model, "--catalog", run.catalog, "--cutouts", run.cutouts,
            "--classes",
            "morphology")
        #expect(column.status == 3 && column.errors.contains("morphology"))
        #expect(try await Program.run("inspect", model).output == before.output)
        // Two classes that halve the survey, in a catalogue of text.
        let csv = String(decoding: try bytes(run.csv), as: UTF8.self).split(separator: "\n").dropFirst()
        let rows = csv.enumerated().map { index, line in
            line.split(separator: ",").prefix(3).joined(separator: ",") + (index % 2 == 0 ? ",even" : ",odd")
        }
        try Data((["id,ra,dec,parity"] + rows).joined(separator: "\n").utf8)
            .write(to: URL(fileURLWithPath: folder.path("parity.csv")))
        let fitted = try await Program.run(
            "classify", "fit", "--model", model, "--catalog", folder.path("parity.csv"), "--cutouts",
            run.cutouts, "--classes", "parity")
        #expect(fitted.status == 0)
        let after = try await Program.run("inspect", model)
        #expect(after.output.contains("classes        even, odd") && after.output != before.output)
    }
}
