import ArgumentParser
import Pipeline

/// `galatea inspect`: what a file or model holds.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show headers, columns, shapes or a model's card.",
        discussion: """
            EXAMPLE
              galatea inspect enriched.fits
              galatea inspect models/mock-grz-v1
            """)

    @Argument(
        help: ArgumentHelp("A FITS file, a text table, a folder of cutouts or a model.", valueName: "PATH"))
    var path: String

    func run() async throws {
        for line in try await Inspection(path: path).lines() { print(line) }
    }
}
