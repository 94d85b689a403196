internal import Astronomy
internal import Catalogs
internal import FITS
internal import GalaxyModels

/// Counts what an enrichment did, for its summary.
///
/// It counts written rows and nothing else, so that rows of an earlier run, read back from its part file, and
/// new ones count alike.
struct EnrichmentTally {
    /// Columns whose values must be finite for a row to be usable: the redshift, or the latents of a model that
    /// estimates none.
    private let estimates: [String]
    private var resumed = 0
    private var rows = 0
    private var usable = 0
    private var faulty = 0
    private var flags: [Int32: Int] = [:]
    private var classes: [String: Int] = [:]
    private var named = 0

    /// A tally of the rows of a model.
    init(_ model: ModelDescription) {
        estimates =
            model.estimates(.redshift)
            ? [CatalogColumn.Property.redshift.rawValue]
            : model.configuration.latents.indices.map { CatalogColumn.latent($0).name }
    }

    /// Counts the rows that an earlier run wrote.
    mutating func resume(_ writer: CatalogWriter) throws(CatalogError) {
        let known = Set(writer.columns.map(\.name))
        let names = estimates + [CatalogColumn.flag.name, CatalogColumn.predictedClass.name]
        try writer.forEachWrittenBlock(of: names.filter(known.contains)) { block in add(block) }
        resumed = writer.rowCount
    }

    /// Counts rows in.
    mutating func add(_ table: CatalogTable) {
        let columns = estimates.compactMap(table.column)
        let flags = table.column(CatalogColumn.flag.name)?.values.integers ?? []
        precondition(
            flags.count == table.rowCount && columns.count == estimates.count,
            "EnrichmentTally: columns \(table.names), expected \(estimates) and flags")
        // Read back from a text file a column without any value is one of texts.
        let values = columns.map { $0.numbers ?? Array(repeating: .nan, count: table.rowCount) }
        rows += table.rowCount
        usable += (0..<table.rowCount).count { row in values.allSatisfy { $0[row].isFinite } }
        for bits in flags {
            let found = QualityFlags(rawValue: Int32(truncatingIfNeeded: bits))
            if !found.subtracting(.informative).isEmpty { faulty += 1 }
            for (flag, _) in QualityFlags.names where found.contains(flag) {
                self.flags[flag.rawValue, default: 0] += 1
            }
        }
        for label in table.column(CatalogColumn.predictedClass.name)?.values.texts ?? [] where !label.isEmpty
        {
            classes[label, default: 0] += 1
        }
    }

    /// Whether another faulty cutout is named one by one.
    mutating func mayNameFault() -> Bool {
        named += 1
        return named <= Enrichment.namedFaults
    }

    /// The summary.
    func summary(outputs: [String]) -> Enrichment.Summary {
        var summary = Enrichment.Summary()
        summary.rows = rows
        summary.resumed = resumed
        summary.usable = usable
        summary.faulty = faulty
        summary.flagged = QualityFlags.names.compactMap { flag, name in
            flags[flag.rawValue].map { (name, $0) }
        }
        summary.classes = classes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
            ($0.key, $0.value)
        }
        summary.outputs = outputs
        return summary
    }
}
