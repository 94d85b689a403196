internal import Logging

extension CutoutCollection {
    /// Tells of cutouts that belong to no row and could not be read when their positions were asked for:
    /// nothing else will open them again.
    func report(faultsOf cutouts: [Int], logger: Logger) {
        let faults = cutouts.compactMap { locationFaults[$0] }
        for fault in faults.prefix(Enrichment.namedFaults) {
            logger.warning("a cutout without a row: \(fault)")
        }
        if faults.count > Enrichment.namedFaults {
            logger.warning("\(faults.count) cutouts without a row cannot be read")
        }
    }
}
