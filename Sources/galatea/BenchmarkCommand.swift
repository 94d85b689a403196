import ArgumentParser
import Foundation
import Measurement
import Pipeline

/// `galatea benchmark`: how fast this machine enriches.
struct BenchmarkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benchmark",
        abstract: "Measure how fast this machine turns cutouts into a catalogue.",
        discussion: """
            Simulates a survey in a temporary folder, enriches it several times in turns with each kind of \
            photometry (sep takes most of the time), and prints microseconds a galaxy and, start-up left out, \
            the core-hours of 20 billion galaxies. Run it where models/ lies, or give --model.

            EXAMPLE
              galatea benchmark --model models/mock-grz-v1
              galatea benchmark --model models/mock-grz-v1 --threads 8 --output run.json
            """)

    @Option(help: ArgumentHelp("Model folder.", valueName: "DIR"))
    var model = "models/mock-grz-v1"

    @Option(help: ArgumentHelp("Galaxies of the simulated survey.", valueName: "N"))
    var count = 1000

    @Option(help: ArgumentHelp("Rounds in which all are measured in turns.", valueName: "N"))
    var rounds = 5

    @Option(help: ArgumentHelp("Worker threads; one, unlike enrich.", valueName: "N"))
    var threads = 1

    @Option(help: ArgumentHelp("Write the run as JSON.", valueName: "FILE"))
    var output: String?

    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if !(1...1_000_000).contains(count) {
            throw ValidationError("--count must lie in 1 to 1000000.")
        }
        if !(1...1000).contains(rounds) { throw ValidationError("--rounds must lie in 1 to 1000.") }
        if threads < 1 { throw ValidationError("--threads must be at least 1.") }
    }

    func run() async throws {
        do {
            try await measure()
        } catch let error as MeasurementError {
            throw PipelineError(.inputOutput, error.description)
        }
    }

    private func measure() async throws {
        let folder = try ScratchFolder()
        let handler = outputOptions.progressHandler()
        let survey = try await SimulatedSurvey(count: count, folder: folder.path)
        let speed = EnrichmentSpeed(model: model, survey: survey, threads: threads, folder: folder.path)
        let (rounds, machine) = (self.rounds, MachineDescription.current())
        let task = try await speed.comparison().run(rounds: rounds) { round in
            handler(
                WorkProgress(activity: "measuring", completed: round - 1, total: rounds, unit: "rounds"))
        }
        handler(WorkProgress(activity: "measuring", completed: rounds, total: rounds, unit: "rounds"))
        for line in machine.lines { print(line) }
        print()
        print(task.table)
        print()
        // Start-up is no cost of a galaxy.
        for entry in task.entries where entry.items > 1 {
            let microseconds = entry.furtherMicroseconds ?? entry.processorMicroseconds
            let cost = SurveyCost(microseconds: microseconds.median)
            print(
                "\(entry.name): \(Int(cost.microseconds.rounded())) us of processor time a galaxy, "
                    + "\(Int(cost.coreHours.rounded())) core-hours for 20 billion galaxies")
        }
        if let output { try MeasurementReport(machine: machine, tasks: [task]).write(to: output) }
    }
}
