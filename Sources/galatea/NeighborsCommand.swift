import ArgumentParser
import Foundation
import Logging
import Pipeline

/// `galatea neighbors`: more like this one.
struct NeighborsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "neighbors",
        abstract: "Find objects like given ones in an enriched catalogue.",
        discussion: """
            Distances are taken between standardised latents. With --min-hits only objects near several members \
            of the query are listed.

            EXAMPLE
              galatea neighbors --catalog enriched.fits --query 1234,5678 --k 10
              galatea neighbors --catalog enriched.fits --query class_pred=green_pea --min-hits 3 --output more.csv
            """)

    @Option(help: ArgumentHelp("Enriched catalogue.", valueName: "FILE"))
    var catalog: String

    @Option(help: ArgumentHelp("Identifiers, a file of them, or COLUMN=VALUE.", valueName: "QUERY"))
    var query: String

    @Option(help: ArgumentHelp("Neighbours of each object.", valueName: "K"))
    var k = 10

    @Option(
        help: ArgumentHelp("Only objects outside the query that are near at least M of it.", valueName: "M"))
    var minHits: Int?

    @Option(help: ArgumentHelp("Exponent of the Minkowski distance: 1, 2, ... or inf.", valueName: "P"))
    var p = 2.0

    @Flag(
        help: ArgumentHelp(
            "Search a graph, which misses a neighbour now and then: for lists of 10^5 objects and more in many latents."
        ))
    var approximate = false

    @Option(help: ArgumentHelp("Write the list here as CSV; standard output otherwise.", valueName: "FILE"))
    var output: String?

    @Option(help: ArgumentHelp("Worker threads; all cores otherwise.", valueName: "N"))
    var threads: Int?

    @OptionGroup var outputOptions: OutputOptions

    func validate() throws {
        if k < 1 { throw ValidationError("--k must be at least 1.") }
        if let minHits, minHits < 1 { throw ValidationError("--min-hits must be at least 1.") }
        // Beyond 32 the powers of small and large differences leave the range of numbers.
        if !(1...32).contains(p), p != .infinity {
            throw ValidationError("--p must lie in 1 to 32, or be inf.")
        }
        if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    }

    func run() async throws {
        var searching = NeighbourSearching(
            catalog: catalog, query: NeighbourQuery(query), count: k, minimumHits: minHits, exponent: p,
            output: output, threads: threads)
        searching.isApproximate = approximate
        let logger = outputOptions.logger("neighbors")
        if approximate { logger.warning("approximate search: a neighbour may be missing now and then") }
        let summary = try await searching.run()
        for (names, fault) in [
            (summary.unknown, "are not in the catalogue"), (summary.withoutLatents, "have no latents"),
        ] where !names.isEmpty {
            let named = names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
            logger.warning("\(names.count) objects of the query \(fault): \(named)")
        }
        if let minHits, summary.lines.count == 1 {
            logger.warning(
                "no object outside the query is among the \(k) nearest of \(minHits) of its objects; a larger --k or a smaller --min-hits finds more"
            )
        }
        if let output {
            logger.info("\(summary.queried) objects queried, \(summary.lines.count - 1) rows in \(output)")
        } else {
            for line in summary.lines { print(line) }
        }
    }
}
