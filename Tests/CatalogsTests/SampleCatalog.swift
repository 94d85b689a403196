import Astronomy
import Catalogs
import FITS

/// An enriched catalogue of a few rows that holds every kind of column.
struct SampleCatalog {
    let schema: EnrichedSchema
    let passThrough: PassThrough
    let input: CatalogTable
    let rowCount: Int

    /// Columns of the input catalogue that clash with ours, and some that do not.
    init(rowCount: Int = 7) {
        self.rowCount = rowCount
        let rows = 0..<rowCount
        input = CatalogTable(
            columns: [
                TableColumn("ID", .int64(rows.map { Int64($0) + 9_007_199_254_740_993 })),
                TableColumn("RA", .double(rows.map { 150.1 + Double($0) / 7 }), unit: "deg"),
                TableColumn("DEC", .double(rows.map { 2.2 - Double($0) / 3 }), unit: "deg"),
                TableColumn("EBV", .float(rows.map { Float($0) / 100 })),
                TableColumn("flag", .int16(rows.map { Int16($0) }), description: "Their flag"),
                TableColumn("redshift", .double(rows.map { $0 == 2 ? .nan : Double($0) / 10 })),
                TableColumn("n_obs", .int32(rows.map { Int32($0) }), isMissing: rows.map { $0 == 1 }),
                TableColumn("is_good", .logical(rows.map { $0 % 2 == 0 })),
                TableColumn(
                    "note",
                    .text(rows.map { ["", "a, \"b\"", "line\nbreak", "007", "Zoë", " x", "#"][$0 % 7] })),
                TableColumn(
                    "shape", .float(rows.flatMap { [Float($0), 0.1, .nan] }), width: 3, unit: "arcsec"),
            ], rowCount: rowCount)
        schema = EnrichedSchema(
            identifiers: .integers(mayBeMissing: false), latentCount: 2,
            classes: ["normal", "green_pea", "red_spiral"], neighbourCount: 3,
            neighbourIdentifiers: .integers(mayBeMissing: true), bands: ["g", "r", "z"], hasMorphology: true)
        passThrough = PassThrough(
            input: input.columns.map(ColumnDescription.init(fitting:)), ours: schema.columns.map(\.name),
            shared: ["ID", "RA", "DEC", "EBV"])
    }

    var columns: [ColumnDescription] { schema.columns + passThrough.entries.map(\.column) }

    var provenance: Provenance {
        var provenance = Provenance()
        provenance.add("galatea version", "1.0.0", keyword: "GALVERS")
        provenance.add("model_id", String(repeating: "0123456789abcdef", count: 4), keyword: "GALMODEL")
        provenance.add("input.catalog", "it's \"quoted\", \(String(repeating: "long ", count: 40))")
        provenance.addFlagNames()
        return provenance
    }

    /// The rows of a range.
    func table(_ range: Range<Int>) -> CatalogTable {
        let rows = Array(range)
        func values(_ make: (Int) -> Float) -> [Float] { rows.map { $0 == 3 ? .nan : make($0) } }
        var block = EnrichedBlock(
            identifiers: CatalogIdentifiers(rows.map { Int64($0) + 9_007_199_254_740_993 }),
            flags: rows.map { $0 == 3 ? [.unreadable, .extinctionMissing] : [] },
            modelIdentifier: String(repeating: "0123456789abcdef", count: 4))
        block.rightAscension = rows.map { 150.1 + Double($0) / 7 }
        block.declination = rows.map { 2.2 - Double($0) / 3 }
        for property in CatalogColumn.Property.allCases {
            block.estimates[property] = EnrichedBlock.Estimates(
                values { Float($0) / 3 }, deviations: values { 0.01 * Float($0 + 1) },
                bounds: [
                    .lower68: values { Float($0) / 3 - 0.1 }, .upper68: values { Float($0) / 3 + 0.1 },
                    .lower95: values { Float($0) / 3 - 0.2 }, .upper95: values { Float($0) / 3 + 0.2 },
                ])
        }
        // A little west of north: 180 degrees when rounded to single precision.
        if let last = rows.indices.last, rows[last] == 6 {
            block.estimates[.positionAngle]?.values[last] = -1e-9
        }
        block.latents = rows.flatMap { $0 == 3 ? [.nan, .nan] : [Float($0) / 10, -Float($0)] }
        block.predictedClasses = rows.map { $0 == 3 ? "" : ["normal", "green_pea", "red_spiral"][$0 % 3] }
        block.classProbabilities = rows.flatMap { $0 == 3 ? [.nan, .nan, .nan] : [0.5, 0.25, 0.25] }
        block.neighbourIdentifiers = CatalogIdentifiers(
            values: .integers(rows.flatMap { [Int64($0) + 1 << 60, 2, 3] }),
            isMissing: rows.flatMap { [$0 == 3, $0 == 3, $0 == 3] })
        block.neighbourDistances = rows.flatMap { $0 == 3 ? [.nan, .nan, .nan] : [0.1, 0.2, 0.3] }
        block.fluxes = rows.flatMap { $0 == 3 ? [.nan, .nan, .nan] : [1.5, 3, 1e-7] }
        block.fluxErrors = rows.flatMap { $0 == 3 ? [.nan, .nan, .nan] : [0.01, 0.02, 0.03] }
        block.signalToNoise = rows.flatMap { $0 == 3 ? [.nan, .nan, .nan] : [150, 150, 3.3e-6] }
        block.halfLightRadius = values { 1 + Float($0) }
        block.axisRatio = values { 1 / (1 + Float($0)) }
        block.extinction = rows.map { Float($0) / 100 }
        return block.table(schema, passing: passThrough.columns(of: input.rows(range)))
    }
}
