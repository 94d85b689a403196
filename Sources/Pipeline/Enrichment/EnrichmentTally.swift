internal import Astronomy
internal import Discovery
internal import GalaxyModels

/// Counts what an enrichment did, for its summary.
struct EnrichmentTally {
    /// Rows that an earlier run had written.
    var resumed = 0
    /// Whether a row counts as usable by its redshift; by its latents for a model that estimates none.
    var needsRedshift = true
    private var rows = 0
    private var usable = 0
    private var faulty = 0
    private var flags: [Int32: Int] = [:]
    private var classes: [String: Int] = [:]
    private var named = 0

    /// Counts rows in; the first faults are told one by one.
    mutating func add(
        _ estimates: [RowEstimate], classes names: [String], tell: (_ index: Int, _ fault: String) -> Void
    ) {
        for (index, row) in estimates.enumerated() {
            rows += 1
            let isUsable =
                needsRedshift
                ? row.properties?.redshift?.value.isFinite ?? false : row.latents.allSatisfy(\.isFinite)
            if isUsable { usable += 1 }
            if !row.flags.subtracting(.informative).isEmpty { faulty += 1 }
            for (flag, _) in QualityFlags.names where row.flags.contains(flag) {
                flags[flag.rawValue, default: 0] += 1
            }
            if let label = row.prediction?.label { classes[names[label], default: 0] += 1 }
            if let fault = row.fault, named < Enrichment.namedFaults {
                named += 1
                tell(index, fault)
            }
        }
    }

    /// The summary.
    func summary(outputs: [String]) -> Enrichment.Summary {
        var summary = Enrichment.Summary()
        summary.rows = resumed + rows
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
