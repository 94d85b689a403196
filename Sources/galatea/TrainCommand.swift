import ArgumentParser
import Pipeline

/// `galatea train`: a model from a label catalogue and its cutouts.
struct TrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train a model on catalogue labels.",
        discussion: """
            Joins catalogue and cutouts by identifier, else by position; trains; fits the classifier when the \
            catalogue has a column 'class'; writes the model folder with its card.

            EXAMPLE
              galatea train --catalog survey/catalog.fits --cutouts survey/cutouts.fits --output models/mine
              galatea train --print-config > mine.toml
            """)

    @Option(help: ArgumentHelp("Label catalogue: FITS, CSV or text.", valueName: "FILE"))
    var catalog: String?

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Packed files or folders of cutouts.", valueName: "P"))
    var cutouts: [String] = []

    @Option(help: ArgumentHelp("The model folder to be.", valueName: "DIR"))
    var output: String?

    @Option(help: ArgumentHelp("Configuration file; see --print-config.", valueName: "TOML"))
    var config: String?

    @Option(help: ArgumentHelp("Starting point of the configuration: default or paper.", valueName: "NAME"))
    var preset = "default"

    @Option(help: ArgumentHelp("Passes over the training rows.", valueName: "N"))
    var epochs: Int?

    @Option(help: ArgumentHelp("Seed of split, weights, order and noise.", valueName: "S"))
    var seed: UInt64?

    @Flag(help: "Go on with an interrupted training.")
    var resume = false

    @Flag(help: "Train the vanilla VAE, without labels.")
    var baseline = false

    @Flag(
        name: .customLong("print-config"),
        help: "Print the configuration with every key and comment, and stop.")
    var printConfig = false

    @Option(help: ArgumentHelp("Worker threads; all cores otherwise.", valueName: "N"))
    var threads: Int?

    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if TrainingPlan.Preset(rawValue: preset) == nil {
            throw ValidationError("--preset must be default or paper.")
        }
        if printConfig { return }
        if catalog == nil || cutouts.isEmpty || output == nil {
            throw ValidationError("--catalog, --cutouts and --output are needed.")
        }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    }

    func run() async throws {
        let plan = try resolvedPlan()
        if printConfig {
            print(plan.toml, terminator: "")
            return
        }
        guard let catalog, let output else { return }
        let training = ModelTraining(
            plan: plan, catalog: catalog, cutouts: cutouts, output: output, resume: resume, threads: threads)
        let summary = try await training.run(
            logger: outputOptions.logger("train"), progress: outputOptions.progressHandler())
        if !outputOptions.quiet {
            print("wrote \(summary.output), epoch \(summary.bestEpoch); on \(summary.rows[2]) test rows:")
            for line in summary.lines { print("  \(line)") }
        }
    }

    /// Preset, then file, then flags.
    private func resolvedPlan() throws -> TrainingPlan {
        let preset = TrainingPlan.Preset(rawValue: preset) ?? .default
        var plan = try TrainingPlan(file: config, preset: preset)
        try plan.override(epochs: epochs, seed: seed, baseline: baseline)
        return plan
    }
}
