import ArgumentParser
import MockSurvey
import Pipeline

/// `galatea simulate`: a mock survey with known truth.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Simulate a survey with known truth.",
        discussion: """
            Writes DIR/cutouts.fits (packed cutouts, 128 x 128 at 0.262 arcsec, nanomaggies) and \
            DIR/catalog.fits (reported labels and truth). The same seed gives the same files.

            EXAMPLE
              galatea simulate --count 5000 --seed 7 --output survey --mosaic survey/mosaic.png
              galatea simulate --count 9000 --limit 17.6=0.2 --limit 20.5=0.8 --output survey
            """)

    @Option(help: ArgumentHelp("Number of objects.", valueName: "N"))
    var count = 500

    @Option(help: ArgumentHelp("Seed of the survey.", valueName: "S"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Folder for the survey; made when missing.", valueName: "DIR"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "Limiting r magnitude, or R=SHARE several times; 20.5=0.7 and 22=0.3 otherwise.",
            valueName: "R"))
    var limit: [String] = []

    @Option(
        name: .customLong("class-fraction"),
        help: ArgumentHelp(
            "Share of a class, e.g. green_pea=0.1; 0.03 for each class but normal otherwise.",
            valueName: "CLASS=F"))
    var classFractions: [String] = []

    @Option(help: ArgumentHelp("Write a colour mosaic of the first hundred objects.", valueName: "PNG"))
    var mosaic: String?

    @Flag(
        help: "Compare the simulated sky with observed relations and print each value beside its tolerance.")
    var check = false

    @Option(help: ArgumentHelp("Worker threads; all cores otherwise.", valueName: "N"))
    var threads: Int?

    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if output == nil, !check { throw ValidationError("Missing expected option '--output <DIR>'.") }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    }

    func run() async throws {
        if check { try await compareWithObservations() }
        if let output {
            var survey = MockSurveyConfiguration(
                count: count, seed: seed, classFractions: try fractions())
            if !limit.isEmpty { survey.selection = try selection() }
            let simulation = Simulation(survey: survey, output: output, mosaic: mosaic, threads: threads)
            let summary = try await simulation.run(progress: outputOptions.progressHandler())
            if !outputOptions.quiet {
                let counts = summary.counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
                print("\(count) objects: \(counts)")
                print("wrote \(summary.cutouts) and \(summary.catalog)" + (mosaic.map { " and \($0)" } ?? ""))
            }
        }
    }

    /// Prints the check values; an input error when one is outside its tolerance.
    private func compareWithObservations() async throws {
        let rows = try await SkyCheck(seed: seed).rows()
        for row in rows { print(row.line) }
        let misses = rows.count { !$0.passes }
        print("\(rows.count - misses) of \(rows.count) check values within their tolerance")
        if misses > 0 { throw PipelineError(.input, "\(misses) check values are outside their tolerance") }
    }

    /// The magnitude limits that were asked for; a single one may leave its share out.
    private func selection() throws -> [MockSurveyConfiguration.Selection] {
        try limit.map { text in
            let parts = text.split(separator: "=", omittingEmptySubsequences: false).map { Double($0) }
            switch (parts.count, parts.first, parts.last) {
            case (1, let magnitude??, _) where limit.count == 1: return .init(limit: magnitude, share: 1)
            case (2, let magnitude??, let share??): return .init(limit: magnitude, share: share)
            default:
                throw PipelineError(
                    .usage, "--limit \(text): expected one magnitude, or R=SHARE for each of several",
                    hint: "e.g. --limit 20.5=0.7 --limit 22=0.3")
            }
        }
    }

    /// The class fractions that were asked for.
    private func fractions() throws -> [MockClass: Double] {
        var fractions: [MockClass: Double] = [:]
        for text in classFractions {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let name = MockClass(rawValue: parts[0]), let value = Double(parts[1]),
                (0...1).contains(value)
            else {
                let names = MockClass.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")
                throw PipelineError(
                    .usage, "--class-fraction \(text): expected CLASS=F with F from 0 to 1",
                    hint: "the classes are \(names)")
            }
            fractions[name] = value
        }
        return fractions
    }
}
