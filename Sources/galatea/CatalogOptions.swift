import ArgumentParser
import Pipeline

/// How a catalogue is laid out, for the commands that read one.
struct CatalogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Configuration file whose [catalog] and [columns] say how the catalogue is laid out (for classify fit also [classifier]); see galatea train --print-config.",
            valueName: "TOML"))
    var config: String?

    /// The configuration of the file, the default one without.
    func plan() throws -> TrainingPlan { try TrainingPlan(file: config) }
}
