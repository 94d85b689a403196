import Foundation
import TestSupport
import Testing

@Suite("Arguments of the command line")
struct UsageTests {
    static let commands = [
        "", "simulate", "pack", "train", "enrich", "classify", "classify fit", "neighbors", "evaluate",
        "inspect", "doctor", "benchmark",
    ]

    @Test("Every command has help with an example", arguments: commands)
    func help(_ command: String) async throws {
        let arguments = command.split(separator: " ").map(String.init) + ["--help"]
        let outcome = try await Program.start(arguments).outcome()
        #expect(outcome.status == 0 && outcome.errors == "")
        #expect(outcome.output.contains("EXAMPLE") && outcome.output.contains("galatea " + command))
        #expect(outcome.output.contains("USAGE"))
    }

    @Test("The version is that of the build; without arguments there is help")
    func version() async throws {
        let version = try await Program.run("--version")
        #expect(version.status == 0)
        #expect(version.output.wholeMatch(of: /galatea \d+\.\d+\.\d+ \((?:[0-9a-f]+\+?|unknown)\)\n/) != nil)
        let doctor = try await Program.run("doctor")
        #expect(doctor.status == 0 && doctor.errors == "" && doctor.lines.count == 5)
        #expect(doctor.output.contains(version.output.dropFirst(8).dropLast(1)))
        let nothing = try await Program.run()
        #expect(nothing.status == 0 && nothing.output.contains("SUBCOMMANDS"))
    }

    /// Command lines that no command can follow, and what the message must name.
    static let refused: [(arguments: [String], names: String)] = [
        (["fly"], "fly"), (["doctor", "--wings"], "--wings"), (["doctor", "extra"], "extra"),
        (["simulate"], "--output"), (["simulate", "--output"], "--output"),
        (["simulate", "--count", "many", "--output", "x"], "many"),
        (["simulate", "--count=-1", "--output", "x"], "-1"),
        (["simulate", "--count", "9223372036854775808", "--output", "x"], "9223372036854775808"),
        (["simulate", "--limit", "99", "--output", "x"], "99"),
        (["simulate", "--limit", "20=0.3", "--output", "x"], "sum to 1"),
        (["simulate", "--limit", "20=", "--output", "x"], "20="),
        (["simulate", "--limit", "nan", "--output", "x"], "nan"),
        (["simulate", "--class-fraction", "unicorn=0.1", "--output", "x"], "green_pea"),
        (["simulate", "--class-fraction", "star=2", "--output", "x"], "star=2"),
        (["simulate", "--class-fraction", "star=0.9", "--output", "x"], "fraction"),
        (["simulate", "--threads", "0", "--output", "x"], "--threads"),
        (["pack", "--catalog", "c", "--output", "o"], "--cutouts"),
        (["pack", "--catalog", "c", "--cutouts", "d", "--output", "o", "--size", "0"], "--size"),
        (["pack", "--catalog", "c", "--cutouts", "d", "--output", "o", "--pixscale", "0"], "--pixscale"),
        (["pack", "--catalog", "c", "--cutouts", "d", "--output", "o", "--pixscale", "nan"], "--pixscale"),
        (["pack", "--catalog", "c", "--cutouts", "d", "--output", "o", "--bands", "g,g"], "--bands"),
        (["pack", "--catalog", "c", "--cutouts", "d", "--output", "o", "--bands", ","], "--bands"),
        (["train", "--catalog", "c"], "--cutouts"), (["train", "--preset", "best"], "--preset"),
        (["train", "--print-config", "--epochs", "-3"], "epochs"),
        (["enrich", "--model", "m", "--output", "o.fits"], "--cutouts"),
        (["enrich", "--model", "m", "--cutouts", "c"], "--output"),
        (["enrich", "--model", "m", "--cutouts", "c", "--output", "o.fits", "--shard", "4/3"], "4/3"),
        (["enrich", "--model", "m", "--cutouts", "c", "--output", "o.fits", "--photometry", "eye"], "sep"),
        (
            ["enrich", "--model", "m", "--cutouts", "c", "--output", "o.fits", "--neighbors", "-1"],
            "--neighbors"
        ),
        (["enrich", "--model", "m", "--cutouts", "c", "--output", "o.fits", "--threads", "0"], "--threads"),
        (["enrich", "--model", "m", "--cutouts", "c", "--output", "o.fits", "--log-format", "xml"], "json"),
        (["classify", "fit", "--model", "m"], "--catalog"),
        (["neighbors", "--catalog", "c"], "--query"),
        (["neighbors", "--catalog", "c", "--query", "1", "--k", "0"], "--k"),
        (["neighbors", "--catalog", "c", "--query", "1", "--p", "0.5"], "--p"),
        (["neighbors", "--catalog", "c", "--query", "1", "--p", "400"], "--p"),
        (["neighbors", "--catalog", "c", "--query", "1", "--p", "nan"], "--p"),
        (["neighbors", "--catalog", "c", "--query", "1", "--min-hits", "0"], "--min-hits"),
        (["evaluate"], "<FILE>"), (["evaluate", "e.fits", "--title", ""], "--title"), (["inspect"], "<PATH>"),
    ]

    @Test("Wrong usage exits with 64 and names what is wrong, before anything is written")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        for (arguments, names) in Self.refused {
            let line = arguments.joined(separator: " ")
            let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
            let outcome = try await Program.shell("cd \(folder.url.path) && \"$galatea\" \(quoted)")
            #expect(outcome.status == 64, "\(line): \(outcome.status) \(outcome.errors)")
            #expect(outcome.output == "", "\(line)")
            #expect(outcome.errors.contains(names), "\(line): \(outcome.errors)")
            #expect(outcome.errors.lowercased().hasPrefix("error: "), "\(line): \(outcome.errors)")
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == [])
    }

    @Test(
        "A printed configuration reads back as itself; an unknown key, a wrong value and bad TOML are refused"
    )
    func configuration() async throws {
        let folder = try TemporaryFolder()
        for preset in ["default", "paper"] {
            let first = try await Program.run(
                "train", "--print-config", "--preset", preset, "--epochs", "7", "--seed", "99")
            #expect(first.status == 0 && first.errors == "")
            #expect(first.lines.contains("epochs = 7") && first.lines.contains("seed = 99"))
            let path = folder.path("\(preset).toml")
            try Data(first.output.utf8).write(to: URL(fileURLWithPath: path))
            let second = try await Program.run("train", "--print-config", "--config", path)
            #expect(second.status == 0 && second.output == first.output)
        }
        let cases = [
            ("[training]\nepoch = 3\n", "training.epoch"),
            ("[training]\nepochs = \"3\"\n", "training.epochs"),
            ("[training\n", "line 1"), ("[flight]\nspeed = 3\n", "flight"),
        ]
        for (text, names) in cases {
            let path = folder.path("bad.toml")
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let outcome = try await Program.run("train", "--print-config", "--config", path)
            #expect(outcome.status == 64 && outcome.output == "", "\(text)")
            #expect(outcome.errors.contains(names) && outcome.errors.contains(path), "\(outcome.errors)")
        }
        let gone = try await Program.run("train", "--print-config", "--config", folder.path("gone.toml"))
        #expect(gone.status == 5 && gone.errors.contains("gone.toml"))
    }
}
