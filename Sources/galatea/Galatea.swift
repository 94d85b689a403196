import ArgumentParser
import Pipeline

/// The command `galatea`: one subcommand a use case.
@main
struct Galatea: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "galatea",
        abstract: "Turns galaxy cutouts into an enriched catalogue.",
        discussion: """
            Photometric redshift, stellar mass, star-formation rate and position angle with errors, class \
            candidates and nearest neighbours for every cutout of a survey.

            EXAMPLE
              galatea enrich --model models/mock-grz-v1 --cutouts cutouts.fits --output enriched.fits
            """,
        version: "galatea \(Version.text)",
        subcommands: [
            SimulateCommand.self, PackCommand.self, TrainCommand.self, EnrichCommand.self,
            ClassifyCommand.self,
            NeighborsCommand.self,
            EvaluateCommand.self, InspectCommand.self, DoctorCommand.self, BenchmarkCommand.self,
        ])

    static func main() async {
        await Session.run(Self.self)
    }
}
