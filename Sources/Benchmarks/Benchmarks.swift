import ArgumentParser
import Foundation
import Measurement
import Pipeline

/// `Benchmarks`: our speed beside that of others, on the same arrays, in the same run.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Benchmarks",
        abstract: "Measure galatea beside its peers.",
        discussion: """
            \(Self.all.map { "\($0.name): \($0.summary)" }.joined(separator: "\n"))

            Peers need `make peers` once; those that cannot be had are named and left out. All together take \
            about an hour, graph half of it.

            EXAMPLE
              swift run -c release Benchmarks
              swift run -c release Benchmarks packed encoder --rounds 9 --output Sources/Benchmarks/Runs/run.json
            """)

    /// Every benchmark, in the order in which they run.
    static let all: [any Benchmark] = [
        EncoderBenchmark(), PackedBenchmark(), FilesBenchmark(), EnrichBenchmark(), PhotometryBenchmark(),
        TrainingBenchmark(), NeighboursBenchmark(search: .exact), NeighboursBenchmark(search: .graph),
        RBFBenchmark(), ScalingBenchmark(), SimulateBenchmark(),
    ]

    @Argument(help: ArgumentHelp("Benchmarks to run; all otherwise.", valueName: "NAME"))
    var names: [String] = []

    @Option(help: ArgumentHelp("Rounds in which contenders alternate.", valueName: "N"))
    var rounds = 7

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Threads of every contender; may be repeated. Each benchmark's own otherwise.",
            valueName: "N"))
    var threads: [Int] = []

    @Option(help: ArgumentHelp("Write the run as JSON.", valueName: "FILE"))
    var output: String?

    @Flag(help: "Measure ours only.")
    var noPeers = false

    @Option(help: ArgumentHelp("Python with the peers' packages.", valueName: "PATH"))
    var peersPython = Repository.path(".build/peers/bin/python")

    func validate() throws {
        if !(1...1000).contains(rounds) { throw ValidationError("--rounds must lie in 1 to 1000.") }
        if threads.contains(where: { $0 < 1 }) { throw ValidationError("--threads must be at least 1.") }
        for name in names where !Self.all.contains(where: { $0.name == name }) {
            let known = Self.all.map(\.name).joined(separator: ", ")
            throw ValidationError("no benchmark '\(name)'; there are \(known).")
        }
    }

    func run() async throws {
        let session = try BenchmarkSession(
            rounds: rounds, threads: threads, python: noPeers ? nil : peersPython)
        var report = MeasurementReport(machine: .current(), tasks: [])
        if let commit = Repository.commit { report.machine.galatea = "\(Version.number) (\(commit))" }
        for line in report.machine.lines { print(line) }
        for benchmark in Self.all where names.isEmpty || names.contains(benchmark.name) {
            for threads in session.threads(for: benchmark) {
                let tasks = try await benchmark.tasks(session, threads: threads)
                for task in tasks { print("\n" + task.table) }
                fflush(nil)
                report.tasks += tasks
                report.machine.peers = session.peerVersions
                // After each one, so that a run that is broken off leaves what it measured.
                if let output { try report.write(to: output) }
            }
        }
        if !session.peerVersions.isEmpty { print("\n" + (report.machine.lines.last ?? "")) }
    }
}
