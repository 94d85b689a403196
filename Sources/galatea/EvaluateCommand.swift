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
              galatea evaluate enriched.fits --card models/mine --title "On a survey of another seed"
            """)

    @Argument(help: ArgumentHelp("Enriched catalogue.", valueName: "FILE"))
    var catalog: String

    @Option(help: ArgumentHelp("Model whose card gets the figures as a section.", valueName: "DIR"))
    var card: String?

    @Option(help: ArgumentHelp("Title of that section.", valueName: "TEXT"))
    var title = "On another survey, against truth"

    func validate() throws {
        if title.isEmpty || title.contains(where: \.isNewline) {
            throw ValidationError("--title must be one line.")
        }
    }

    func run() async throws {
        let evaluation = Evaluation(catalog: catalog)
        let lines = try await evaluation.lines()
        for line in lines { print(line) }
        if let card { try evaluation.write(lines, toCardOf: card, title: title) }
    }
}
