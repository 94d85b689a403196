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
            """)

    @Option(help: ArgumentHelp("Number of objects.", valueName: "N"))
    var count = 500

    @Option(help: ArgumentHelp("Seed of the survey.", valueName: "S"))
    var seed: UInt64 = 1

    @Option(help: ArgumentHelp("Folder for the survey; made when missing.", valueName: "DIR"))
    var output: String?

    @Option(
        help: ArgumentHelp(
            "One limiting r magnitude; without it 70 % reach r = 20.5 and 30 % r = 22.", valueName: "R"))
    var limit: Double?

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
            let simulation = Simulation(
                survey: MockSurveyConfiguration(
                    count: count, seed: seed, limit: limit, classFractions: try fractions()),
                output: output, mosaic: mosaic, threads: threads)
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
