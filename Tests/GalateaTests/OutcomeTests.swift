import Foundation
import TestSupport
import Testing

@Suite("Exit codes, signals and streams")
struct OutcomeTests {
    /// A folder of files that are no cutouts.
    private func brokenCutouts(_ folder: TemporaryFolder) throws -> String {
        let path = folder.path("broken")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("<html>404</html>".utf8).write(to: URL(fileURLWithPath: path + "/page.fits"))
        try Data().write(to: URL(fileURLWithPath: path + "/empty.fits"))
        return path
    }

    @Test("A missing or damaged model exits with 4, a missing or broken input with 5 or 3")
    func categories() async throws {
        let run = try await MockRun.load()
        let folder = try TemporaryFolder()
        func enrich(_ model: String, _ cutouts: String, _ more: String...) async throws -> Program.Outcome {
            try await Program.start(
                ["enrich", "--model", model, "--cutouts", cutouts, "--output", folder.path("e.fits")] + more
            ).outcome()
        }
        let damaged = folder.path("damaged")
        try FileManager.default.copyItem(atPath: Program.model, toPath: damaged)
        try bytes(damaged + "/weights.safetensors").dropLast(1000)
            .write(to: URL(fileURLWithPath: damaged + "/weights.safetensors"))
        let cases: [(outcome: Program.Outcome, status: Int32, names: String)] = [
            (try await enrich(folder.path("no-model"), run.cutouts), 4, "no-model"),
            (try await enrich(damaged, run.cutouts), 4, "weights.safetensors"),
            (try await enrich(Program.model, folder.path("no-cutouts")), 5, "no-cutouts"),
            (try await enrich(Program.model, run.catalog), 3, "catalog.fits"),
            (
                try await enrich(Program.model, run.cutouts, "--catalog", folder.path("gone.csv")), 5,
                "gone.csv"
            ),
            (try await Program.run("inspect", folder.path("gone.fits")), 5, "gone.fits"),
            (try await Program.run("inspect", Program.model + "/weights.safetensors"), 3, "not a FITS file"),
            (try await Program.run("evaluate", run.cutouts), 3, "cutouts.fits"),
            (try await Program.run("simulate", "--count", "1", "--output", "/dev/null/x"), 5, "/dev/null/x"),
        ]
        for (outcome, status, names) in cases {
            #expect(outcome.status == status, "\(names): \(outcome.status) \(outcome.errors)")
            let message = outcome.errors.split(separator: "\n").first { $0.hasPrefix("error: ") }
            #expect(message?.contains(names) == true, "\(outcome.errors)")
            #expect(outcome.output == "")
        }
        #expect(!exists(folder.path("e.fits")))
    }

    @Test("Nothing usable exits with 3, a faulty row only under --strict; the rows are written all the same")
    func strict() async throws {
        let run = try await MockRun.load()
        let folder = try TemporaryFolder()
        let broken = try brokenCutouts(folder)
        let nothing = try await Program.run(
            "enrich", "--model", Program.model, "--cutouts", broken, "--output", folder.path("none.csv"))
        #expect(nothing.status == 3 && nothing.errors.contains("none of the 2 "))
        #expect(String(decoding: try bytes(folder.path("none.csv")), as: UTF8.self).contains("page"))
        for (more, status) in [([], Int32(0)), (["--strict"], 3)] {
            let mixed = try await Program.start(
                [
                    "enrich", "--model", Program.model, "--cutouts", run.cutouts, broken, "--photometry",
                    "none",
                    "--output", folder.path("mixed.fits"),
                ] + more
            ).outcome()
            #expect(mixed.status == status)
            #expect(mixed.errors.contains("page.fits") && exists(folder.path("mixed.fits")))
            #expect(mixed.output.contains("flag: unreadable"))
        }
        try Data("id,ra,dec\npage,1,2\n".utf8).write(to: URL(fileURLWithPath: folder.path("c.csv")))
        let packed = try await Program.run(
            "pack", "--catalog", folder.path("c.csv"), "--cutouts", broken, "--output", folder.path("p.fits"),
            "--bands", "g")
        #expect(packed.status == 3 && packed.errors.contains("none of the 1 rows"))
    }

    @Test(
        "An interrupt or a request to end stops the work, exits with 128 plus the signal, leaves nothing half done",
        arguments: [SIGINT, SIGTERM])
    func signals(_ signal: Int32) async throws {
        let folder = try TemporaryFolder()
        let output = folder.path("deep/survey")
        let running = try Program.start(
            ["simulate", "--count", "100000", "--threads", "1", "--output", output])
        while !exists(output + "/catalog.fits.part"), running.isRunning {
            try await Task.sleep(for: .milliseconds(20))
        }
        try await Task.sleep(for: .milliseconds(200))
        running.send(signal)
        let outcome = try await running.outcome()
        #expect(outcome.status == 128 + signal && outcome.output == "" && outcome.errors == "")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
    }

    @Test("An enrichment that takes every core still hears that it should end")
    func busySignal() async throws {
        let run = try await MockRun.load()
        let folder = try TemporaryFolder()
        // Rows that repeat an identifier share its cutout.
        let lines = String(decoding: try bytes(run.csv), as: UTF8.self).split(separator: "\n")
            .drop { $0.hasPrefix("#") }.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let header = try #require(lines.first)
        let columns = try ["id", "ra", "dec"].map { try #require(header.firstIndex(of: Substring($0))) }
        let rows = lines.dropFirst().map { line in columns.map { line[$0] }.joined(separator: ",") + "\n" }
        let text = "id,ra,dec\n" + String(repeating: rows.joined(), count: 3000)
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("c.csv")))
        let output = folder.path("e.csv")
        let running = try Program.start([
            "enrich", "--model", Program.model, "--cutouts", run.cutouts, "--catalog", folder.path("c.csv"),
            "--output", output, "--quiet",
        ])
        // When the first rows are written, every thread has its work.
        func size() -> Int { (try? bytes(output + ".part").count) ?? 0 }
        while size() < 100_000, running.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        running.send(SIGTERM)
        let outcome = try await running.outcome()
        #expect(outcome.status == 128 + SIGTERM)
        #expect(exists(output + ".resume") && !exists(output))
        // A sixth of the rows: on many cores some thousands are done before the signal can be sent.
        let written = try bytes(output + ".part").count { $0 == UInt8(ascii: "\n") }
        #expect(written < 500 * rows.count)
    }

    @Test("Streams that are closed, full or left early end no run and lose no word silently")
    func streams() async throws {
        let folder = try TemporaryFolder()
        // With standard error gone the exit code still tells.
        #expect(try await Program.shell("\"$galatea\" inspect '\(folder.path("gone"))' 2>&-").status == 5)
        #expect(
            try await Program.shell(
                "{ \"$galatea\" inspect '\(folder.path("gone"))'; echo $? >'\(folder.path("code"))'; } 2>&1 | true"
            ).status == 0)
        #expect(try bytes(folder.path("code")) == Data("5\n".utf8))
        // A reader that left has what it wanted.
        let left = try await Program.shell("{ \"$galatea\" train --print-config; echo $? >&2; } | true")
        #expect(left.errors == "0\n")
        // Without standard output files keep their bytes.
        let survey = folder.path("s")
        #expect(
            try await Program.shell("\"$galatea\" simulate --count 3 --seed 8 --output '\(survey)' >&-")
                .status
                == 0)
        #expect(
            try await Program.run("simulate", "--count", "3", "--seed", "8", "--output", survey + "2").status
                == 0)
        for name in ["/cutouts.fits", "/catalog.fits"] {
            #expect(try bytes(survey + name) == bytes(survey + "2" + name))
        }
        guard exists("/dev/full") else { return }
        let full = try await Program.shell("\"$galatea\" train --print-config >/dev/full")
        #expect(full.status == 5 && full.errors.contains("standard output"))
    }

    @Test("On a terminal there is a bar, whose last line is whole; with --quiet there is none")
    func terminal() async throws {
        let folder = try TemporaryFolder()
        func errors(_ more: [String]) async throws -> String {
            var (master, slave) = (Int32(-1), Int32(-1))
            try #require(openpty(&master, &slave, nil, nil, nil) == 0)
            defer { for descriptor in [master, slave] { close(descriptor) } }
            let name = try #require(ttyname(slave).map { String(cString: $0) })
            let line =
                "\"$galatea\" simulate --count 3 --output '\(folder.path("s"))' "
                + more.joined(separator: " ")
            #expect(try await Program.shell(line + " 2>\(name)").status == 0)
            // Read without waiting, as nothing may be there.
            try #require(fcntl(master, F_SETFL, O_NONBLOCK) == 0)
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(master, &buffer, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }
        let shown = try await errors([])
        #expect(shown.hasPrefix("\r\u{1B}[Ksimulating  "))
        #expect(shown.contains("100 %  3/3 galaxies") && shown.utf8.last == UInt8(ascii: "\n"))
        #expect(try await errors(["--quiet"]) == "")
        #expect(try await errors(["--log-format", "json"]) == "")
    }
}
