import ArgumentParser
import Foundation
import Pipeline

/// `galatea pack`: a folder of cutouts into one file.
struct PackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack",
        abstract: "Pack a folder of cutouts into one FITS file.",
        discussion: """
            Matches catalogue rows with cutouts by identifier, else by position; resamples each cutout around its \
            target to north up, east left; writes one standard FITS file with a row-matched table. A row without a \
            readable cutout is packed as NaN and flagged.

            EXAMPLE
              galatea pack --catalog targets.csv --cutouts cutouts/ --output cutouts.fits
            """)

    @Option(help: ArgumentHelp("Catalogue whose rows are packed: FITS, CSV or text.", valueName: "FILE"))
    var catalog: String

    @Option(parsing: .upToNextOption, help: ArgumentHelp("Folders of FITS cutouts.", valueName: "DIR"))
    var cutouts: [String]

    @Option(help: ArgumentHelp("The packed file.", valueName: "FILE"))
    var output: String

    @Option(help: ArgumentHelp("Side of the packed cutouts, pixels.", valueName: "PX"))
    var size = 128

    @Option(help: ArgumentHelp("Pixel scale of the packed cutouts, arcsec.", valueName: "ARCSEC"))
    var pixscale = 0.262

    @Option(
        help: ArgumentHelp(
            "Bands to pack, e.g. grz or g,r,NB515; those of the first cutout otherwise.", valueName: "LIST"))
    var bands: String?

    @Option(help: ArgumentHelp("Worker threads; all cores otherwise.", valueName: "N"))
    var threads: Int?

    @OptionGroup var catalogOptions: CatalogOptions
    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if !(1...4096).contains(size) { throw ValidationError("--size must lie in 1 to 4096.") }
        if !(0.001...100).contains(pixscale) { throw ValidationError("--pixscale must lie in 0.001 to 100.") }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
        if bands != nil, bandNames.isEmpty || Set(bandNames).count != bandNames.count {
            throw ValidationError("--bands must name bands, each once, e.g. g,r,z.")
        }
    }

    /// The bands of the option, by letters (`grz`) or with commas (`g,r,NB515`).
    private var bandNames: [String] {
        let text = bands ?? ""
        guard text.contains(",") else { return text.map(String.init) }
        return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }

    func run() async throws {
        var packing = Packing(
            catalog: catalog, cutouts: cutouts, output: output, size: size, pixelScale: pixscale,
            bands: bands == nil ? nil : bandNames, threads: threads)
        packing.layout = try catalogOptions.plan().labels
        let summary = try await packing.run(
            logger: outputOptions.logger("pack"), progress: outputOptions.progressHandler())
        if !outputOptions.quiet {
            print(
                "wrote \(output): \(summary.rows) rows, \(summary.resampled) resampled, \(summary.incomplete) without one of the bands, \(summary.unreadable) without a readable cutout; \(summary.unmatched) cutouts belong to no row"
            )
        }
        if summary.rows == summary.unreadable {
            throw PipelineError(.input, "none of the \(summary.rows) rows has a readable cutout")
        }
    }
}
