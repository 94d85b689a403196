import ArgumentParser
import Photometry
import Pipeline

/// `galatea enrich`: from cutouts to an enriched catalogue.
struct EnrichCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enrich",
        abstract: "Turn cutouts into an enriched catalogue.",
        discussion: """
            Writes redshift, stellar mass, star-formation rate and position angle with errors, class candidates, \
            neighbours, fluxes and flags for every row of the catalogue (or every cutout). A cutout that cannot \
            be read is a flagged row.

            EXAMPLE
              galatea enrich --model models/mock-grz-v1 --cutouts survey/cutouts.fits \\
                --catalog survey/catalog.fits --output enriched.fits --output enriched.csv
              galatea enrich --model models/mock-grz-v1 --cutouts cutouts/ --output enriched.fits --shard 3/16
            """)

    @Option(help: ArgumentHelp("Model folder.", valueName: "DIR"))
    var model: String

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Packed files, folders of cutouts, or single cutouts.", valueName: "P"))
    var cutouts: [String]

    @Option(
        help: ArgumentHelp("Catalogue to enrich, row by row; one row a cutout otherwise.", valueName: "FILE"))
    var catalog: String?

    @Option(
        help: ArgumentHelp(
            "File to write: .fits, .csv or .ecsv, also with .gz; may be repeated.", valueName: "FILE"))
    var output: [String]

    @Option(
        help: ArgumentHelp(
            "Format of the outputs, whatever their suffix: fits, csv or ecsv.", valueName: "NAME"))
    var format: String?

    @Option(
        help: ArgumentHelp(
            "Measured photometry: fast (kernels of our own, which agree with sep to 0.7 % in flux), sep or none.",
            valueName: "METHOD"))
    var photometry = "fast"

    @Option(help: ArgumentHelp("List cutouts that belong to no catalogue row here.", valueName: "FILE"))
    var unmatched: String?

    @Option(help: ArgumentHelp("Neighbours a row, from the model's reference set.", valueName: "K"))
    var neighbors = 10

    @Option(help: ArgumentHelp("Worker threads; all cores otherwise.", valueName: "N"))
    var threads: Int?

    @Option(help: ArgumentHelp("Do the i-th of n contiguous parts of the rows.", valueName: "I/N"))
    var shard: String?

    @Flag(help: "Go on with the part files of a killed run.")
    var resume = false

    @Flag(
        help: "Put SHA-256 hashes of the cutouts into the provenance; every file is read once more for them.")
    var hashInputs = false

    @Flag(help: "Exit with status 3 when any row has a fault.")
    var strict = false

    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if PhotometryMethod(rawValue: photometry) == nil {
            let names = PhotometryMethod.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--photometry must be one of \(names).")
        }
        if let shard, Shard(shard) == nil {
            throw ValidationError("--shard \(shard): expected i/n with i from 1 to n, e.g. 3/16.")
        }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
        if !(0...1000).contains(neighbors) { throw ValidationError("--neighbors must lie in 0 to 1000.") }
    }

    func run() async throws {
        var enrichment = Enrichment(model: model, cutouts: cutouts, catalog: catalog, outputs: output)
        enrichment.layout = try catalogOptions.plan().labels
        enrichment.format = format
        enrichment.photometry = PhotometryMethod(rawValue: photometry) ?? .fast
        enrichment.unmatched = unmatched
        enrichment.neighbourCount = neighbors
        enrichment.threads = threads
        enrichment.shard = shard.flatMap(Shard.init)
        enrichment.resume = resume
        enrichment.hashesInputs = hashInputs
        let start = ContinuousClock.now
        let summary = try await enrichment.run(
            logger: outputOptions.logger("enrich"), progress: outputOptions.progressHandler())
        if !outputOptions.quiet {
            EnrichmentReport(summary, seconds: (ContinuousClock.now - start) / .seconds(1)).print()
        }
        if let failure = summary.failure(isStrict: strict) { throw failure }
    }
}
