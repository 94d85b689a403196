import ArgumentParser
import Pipeline

/// `galatea evaluate`: an enriched catalogue against the truth in the same table.
struct EvaluateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Compare an enriched mock survey with its truth.",
        discussion: """
            Needs the truth columns of a mock survey (true_redshift, true_logmstar, ..., class), which enrich passes \
            through.

            EXAMPLE
              galatea evaluate enriched.fits
            """)

    @Argument(help: ArgumentHelp("Enriched catalogue.", valueName: "FILE"))
    var catalog: String

    func run() async throws {
        for line in try await Evaluation(catalog: catalog).lines() { print(line) }
    }
}
