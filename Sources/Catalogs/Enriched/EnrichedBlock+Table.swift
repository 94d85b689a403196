import Astronomy
public import FITS

extension EnrichedBlock {
    /// The block as a table of the schema's columns, followed by columns that pass through.
    public func table(_ schema: EnrichedSchema, passing: [TableColumn] = []) -> CatalogTable {
        var all: [String: TableColumn] = [:]
        func add(_ column: CatalogColumn, _ values: ColumnValues, width: Int = 1, isMissing: [Bool]? = nil) {
            all[column.name] = TableColumn(
                column.name, values, width: width, unit: column.unit, ucd: column.ucd,
                description: column.description, isMissing: isMissing)
        }
        func addLists(_ names: [CatalogColumn], _ values: [Float], _ what: String) {
            precondition(
                values.count == rowCount * names.count,
                "EnrichedBlock: \(values.count) \(what) for \(rowCount) rows of \(names.count)")
            for (index, name) in names.enumerated() {
                add(name, .float((0..<rowCount).map { values[$0 * names.count + index] }))
            }
        }
        addIdentifiers(add)
        if schema.hasPositions {
            add(.rightAscension, .double(rightAscension))
            add(.declination, .double(declination))
        }
        for known in schema.properties { addEstimates(known, add) }
        addLists((0..<schema.latentCount).map(CatalogColumn.latent), latents, "latents")
        if !schema.classes.isEmpty {
            add(.predictedClass, .text(predictedClasses))
            addLists(schema.classes.map(CatalogColumn.probability), classProbabilities, "probabilities")
        }
        addLists(schema.anomalyMethods.map(CatalogColumn.anomalyScore), anomalyScores, "scores")
        addLists(
            schema.anomalyMethods.map(CatalogColumn.anomalyPercentile), anomalyPercentiles, "percentiles")
        if schema.neighbourCount > 0 { addNeighbours(schema.neighbourCount, add) }
        addLists(schema.bands.map(CatalogColumn.flux), fluxes, "fluxes")
        addLists(schema.bands.map(CatalogColumn.fluxError), fluxErrors, "flux errors")
        addLists(schema.bands.map(CatalogColumn.signalToNoise), signalToNoise, "signal-to-noise ratios")
        if schema.hasMorphology {
            add(.halfLightRadius, .float(halfLightRadius))
            add(.axisRatio, .float(axisRatio))
        }
        if schema.hasExtinction { add(.extinction, .float(extinction)) }
        add(.flag, .int32(flags.map(\.rawValue)))
        add(.modelIdentifier, .text(Array(repeating: modelIdentifier, count: rowCount)))
        let own = schema.columns.map { column in
            guard let values = all[column.name] else {
                preconditionFailure("EnrichedBlock: nothing for the column \(column.name)")
            }
            return values
        }
        return CatalogTable(columns: own + passing, rowCount: rowCount)
    }

    private typealias Add = (CatalogColumn, ColumnValues, Int, [Bool]?) -> Void

    private func addIdentifiers(_ add: Add) {
        switch identifiers.values {
        case .integers(let integers): add(.identifier, .int64(integers), 1, identifiers.isMissing)
        case .texts(let texts): add(.identifier, .text(texts), 1, nil)
        }
    }

    private func addNeighbours(_ count: Int, _ add: Add) {
        let names = CatalogColumn.neighbourIdentifiers
        switch neighbourIdentifiers.values {
        case .integers(let integers): add(names, .int64(integers), count, neighbourIdentifiers.isMissing)
        case .texts(let texts): add(names, .text(texts), count, nil)
        }
        add(.neighbourDistances, .float(neighbourDistances), count, nil)
    }

    private func addEstimates(_ known: EnrichedSchema.Property, _ add: Add) {
        let property = known.property
        guard let estimates = estimates[property] else {
            preconditionFailure("EnrichedBlock: no estimates of \(property.rawValue)")
        }
        let isAngle = property == .positionAngle
        add(
            .estimate(property), .float(isAngle ? estimates.values.map(Self.axisDegrees) : estimates.values),
            1, nil)
        if known.hasDeviation {
            let deviations = estimates.deviations
            add(.deviation(property), .float(isAngle ? deviations.map(Self.degrees) : deviations), 1, nil)
        }
        if known.hasIntervals {
            for bound in CatalogColumn.Bound.allCases {
                let values = estimates.bounds[bound] ?? []
                add(.bound(bound, of: property), .float(isAngle ? values.map(Self.degrees) : values), 1, nil)
            }
        }
    }

    /// Degrees of an axis in `[0, 180)`, also after rounding to single precision.
    private static func axisDegrees(_ radians: Float) -> Float {
        let degrees = Float(Angle(radians: Double(radians)).foldedAxis.degrees)
        return degrees >= 180 ? 0 : degrees
    }

    private static func degrees(_ radians: Float) -> Float { Float(Angle(radians: Double(radians)).degrees) }
}
