import Foundation
import Pipeline

/// The summary of an enrichment, as a small table on standard output.
struct EnrichmentReport {
    private let lines: [String]

    init(_ summary: Enrichment.Summary, seconds: Double) {
        func row(_ name: String, _ value: String) -> String {
            name.padding(toLength: max(50, name.count + 2), withPad: " ", startingAt: 0) + value
        }
        let done = summary.rows - summary.resumed
        var lines = [
            row(
                "rows",
                "\(summary.rows)" + (summary.resumed > 0 ? " (\(summary.resumed) from an earlier run)" : "")),
            row("rows with a redshift", "\(summary.usable)"),
            row("rows with a fault", "\(summary.faulty)"),
        ]
        lines += summary.flagged.map { row("  flag: \($0.name)", "\($0.count)") }
        lines += summary.classes.map { row("  class candidates: \($0.name)", "\($0.count)") }
        if seconds > 0 { lines.append(row("galaxies/s", String(format: "%.0f", Double(done) / seconds))) }
        lines.append(row("written", summary.outputs.joined(separator: ", ")))
        self.lines = lines
    }

    /// Prints the table.
    func print() {
        for line in lines { Swift.print(line) }
    }
}
