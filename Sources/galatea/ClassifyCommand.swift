import ArgumentParser
import Pipeline

/// `galatea classify`: class candidates.
struct ClassifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "classify",
        abstract: "Fit class candidates into a model.",
        discussion: """
            EXAMPLE
              galatea classify fit --model models/mine --catalog zoo.csv --cutouts cutouts.fits --classes morphology
            """,
        subcommands: [ClassifyFitCommand.self])
}

/// `galatea classify fit`: a model's classifier, fitted anew.
struct ClassifyFitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fit",
        abstract: "Fit the classifier of a model anew, on classes of your own.",
        discussion: """
            Encodes the catalogue's cutouts, fits a support vector machine on the standardised latents and writes \
            it into the model folder. The model's identifier changes.

            EXAMPLE
              galatea classify fit --model models/mine --catalog zoo.csv --cutouts cutouts.fits --classes morphology
            """)

    @Option(help: ArgumentHelp("Model folder.", valueName: "DIR"))
    var model: String

    @Option(help: ArgumentHelp("Catalogue with the classes: FITS, CSV or text.", valueName: "FILE"))
    var catalog: String

    @Option(
        parsing: .upToNextOption, help: ArgumentHelp("Packed files or folders of cutouts.", valueName: "P"))
    var cutouts: [String]

    @Option(help: ArgumentHelp("Name of the class column.", valueName: "COLUMN"))
    var classes: String

    @Option(help: ArgumentHelp("Worker threads; all cores otherwise.", valueName: "N"))
    var threads: Int?

    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    }

    func run() async throws {
        var refit = ClassifierRefit(
            model: model, catalog: catalog, cutouts: cutouts, classColumn: classes, threads: threads)
        let plan = try catalogOptions.plan()
        refit.layout = plan.labels
        if catalogOptions.config != nil { refit.recipe = plan.classifier }
        let lines = try await refit.run(
            logger: outputOptions.logger("classify"), progress: outputOptions.progressHandler())
        if !outputOptions.quiet { for line in lines { print(line) } }
    }
}
