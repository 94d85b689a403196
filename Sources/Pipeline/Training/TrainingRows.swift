internal import Astronomy
internal import Catalogs
internal import Computing
internal import Foundation
internal import GalaxyModels
internal import Photometry

/// The catalogue rows that have a usable cutout, with their labels: what a model is trained and tested on.
struct TrainingRows: Sendable {
    /// Row of the catalogue of each record.
    var catalogRows: [Int]
    /// Number of each record's cutout.
    var cutouts: [Int]
    /// Part of each record.
    var split: DataSplit
    /// Groups of records that share pixels.
    var groups: [Int]
    /// Labels and their errors, `[record][quantity]`, in catalogue units; NaN where missing.
    var redshift: [Double]
    /// Errors of `redshift`.
    var redshiftSigma: [Double]
    /// log10 stellar mass, Msun.
    var stellarMass: [Double]
    /// Errors of `stellarMass`, dex.
    var stellarMassSigma: [Double]
    /// log10 star-formation rate, Msun/yr.
    var starFormationRate: [Double]
    /// Errors of `starFormationRate`, dex.
    var starFormationRateSigma: [Double]
    /// Galactic E(B-V); NaN where not given.
    var reddening: [Double]
    /// Galactic extinction of each band of the model, magnitudes per E(B-V).
    var extinctionCoefficients: [Double]
    /// Class of each record; `nil` when the catalogue has none.
    var classes: [String]?

    /// Number of records.
    var count: Int { catalogRows.count }

    /// Joins a catalogue with its cutouts.
    init(_ catalog: LabelCatalog, match: CatalogMatch, plan: TrainingPlan) {
        let recipe = plan.recipe
        extinctionCoefficients = plan.model.bands.map(\.extinctionCoefficient)
        let rows = (0..<catalog.rowCount).filter { match.cutoutOfRow[$0] != nil }
        catalogRows = rows
        cutouts = rows.compactMap { match.cutoutOfRow[$0] }
        let positions = rows.map(catalog.position)
        split = DataSplit(
            positions: positions, validation: recipe.validationFraction, test: recipe.testFraction,
            seed: recipe.seed)
        groups = Self.groups(of: positions)
        func values(_ quantity: LabelCatalog.Quantity?) -> [Double] {
            rows.map { row in quantity.map { Double($0.values[row]) } ?? .nan }
        }
        func sigmas(_ quantity: LabelCatalog.Quantity?) -> [Double] {
            rows.map { row in quantity?.sigma.map { Double($0[row]) } ?? 0 }
        }
        redshift = values(catalog.redshift)
        redshiftSigma = sigmas(catalog.redshift)
        stellarMass = values(catalog.log10StellarMass)
        stellarMassSigma = sigmas(catalog.log10StellarMass)
        starFormationRate = values(catalog.log10StarFormationRate)
        starFormationRateSigma = sigmas(catalog.log10StarFormationRate)
        reddening = rows.map { row in catalog.extinction.map { Double($0[row]) } ?? .nan }
        classes = catalog.classes.map { classes in rows.map { classes[$0] } }
    }

    /// Groups of positions closer than cutouts are wide; rows without a position stand alone.
    static func groups(of positions: [SkyPosition?]) -> [Int] {
        let placed = positions.indices.filter { positions[$0] != nil }
        let linked = SkyGroups(
            positions: placed.compactMap { positions[$0] }, linkingLength: DataSplit.linkingLength)
        var groups = positions.indices.map { linked.count + $0 }
        for (row, group) in zip(placed, linked.groupOfPosition) { groups[row] = group }
        return groups
    }
}
