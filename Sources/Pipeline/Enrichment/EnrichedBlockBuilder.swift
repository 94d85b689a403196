internal import Astronomy
internal import Catalogs
internal import Discovery
internal import FITS
internal import GalaxyModels
internal import Photometry

/// Turns estimates of rows into columns of the enriched catalogue.
struct EnrichedBlockBuilder: Sendable {
    private let folder: ModelFolder
    private let neighbourCount: Int
    private let hasPhotometry: Bool
    private let properties: [CatalogColumn.Property]
    private let identifiers: CatalogIdentifiers

    /// Columns of a model's rows.
    ///
    /// - Parameter identifiers: Those of all rows.
    init(_ folder: ModelFolder, identifiers: CatalogIdentifiers, neighbourCount: Int, hasPhotometry: Bool) {
        self.folder = folder
        self.identifiers = identifiers
        self.neighbourCount = min(neighbourCount, folder.reference?.count ?? 0)
        self.hasPhotometry = hasPhotometry
        let description = folder.description
        properties = CatalogColumn.Property.allCases.filter { property in
            switch property {
            case .redshift: description.estimates(.redshift)
            case .stellarMass: description.estimates(.log10StellarMass)
            case .starFormationRate: description.estimates(.log10StarFormationRate)
            case .positionAngle:
                description.estimates(.positionAngle) || description.estimates(.orientationCosine)
            }
        }
    }

    /// The columns.
    var schema: EnrichedSchema {
        EnrichedSchema(
            identifiers: .init(identifiers), hasPositions: true,
            properties: properties.map { .init($0, hasIntervals: $0 != .positionAngle) },
            latentCount: folder.description.configuration.latents.count,
            classes: folder.classifier?.classes ?? [], neighbourCount: neighbourCount,
            neighbourIdentifiers: folder.reference.map { Self.type(of: $0.identifiers) }
                ?? .integers(mayBeMissing: true),
            bands: hasPhotometry ? folder.description.configuration.bands.map(\.name) : [],
            hasMorphology: hasPhotometry, modelIdentifierWidth: ModelFolder.shortIdentifierLength)
    }

    private static func type(of identifiers: ReferenceSet.Identifiers) -> EnrichedSchema.Identifiers {
        switch identifiers {
        case .numbers: .integers(mayBeMissing: true)
        case .texts(let texts): .init(CatalogIdentifiers(texts))
        }
    }

    /// The columns of consecutive rows.
    func block(_ estimates: [RowEstimate], rows: Range<Int>) -> EnrichedBlock {
        var block = EnrichedBlock(
            identifiers: identifiers(of: rows), flags: estimates.map(\.flags),
            modelIdentifier: folder.shortIdentifier)
        block.rightAscension = estimates.map { $0.position?.rightAscension ?? .nan }
        block.declination = estimates.map { $0.position?.declination ?? .nan }
        for property in properties { block.estimates[property] = column(property, estimates) }
        block.latents = estimates.flatMap(\.latents)
        if let classifier = folder.classifier {
            block.predictedClasses = estimates.map { row in
                (row.prediction?.label).map { classifier.classes[$0] } ?? ""
            }
            let unknown = [Double](repeating: .nan, count: classifier.classes.count)
            block.classProbabilities = estimates.flatMap { row in
                (row.prediction?.probabilities ?? unknown).map { Float($0) }
            }
        }
        addNeighbours(estimates, to: &block)
        if hasPhotometry { addPhotometry(estimates.compactMap(\.measurement), to: &block) }
        block.extinction = estimates.map { Float($0.reddening) }
        return block
    }

    private func identifiers(of rows: Range<Int>) -> CatalogIdentifiers {
        let isMissing = identifiers.isMissing.map { Array($0[rows]) }
        switch identifiers.values {
        case .integers(let numbers):
            return .init(values: .integers(Array(numbers[rows])), isMissing: isMissing)
        case .texts(let texts): return .init(values: .texts(Array(texts[rows])), isMissing: isMissing)
        }
    }

    private func column(
        _ property: CatalogColumn.Property, _ estimates: [RowEstimate]
    ) -> EnrichedBlock.Estimates {
        if property == .positionAngle {
            let axes = estimates.map { $0.properties?.orientation }
            return EnrichedBlock.Estimates(
                axes.map { Float($0?.positionAngle?.radians ?? .nan) },
                deviations: axes.map { Float($0?.standardDeviation.radians ?? .nan) })
        }
        let values = estimates.map { row -> PropertyEstimate? in
            switch property {
            case .redshift: row.properties?.redshift
            case .stellarMass: row.properties?.log10StellarMass
            case .starFormationRate: row.properties?.log10StarFormationRate
            case .positionAngle: nil
            }
        }
        return EnrichedBlock.Estimates(
            values.map { Float($0?.value ?? .nan) },
            deviations: values.map { Float($0?.standardDeviation ?? .nan) },
            bounds: [
                .lower68: values.map { Float($0?.interval68.lowerBound ?? .nan) },
                .upper68: values.map { Float($0?.interval68.upperBound ?? .nan) },
                .lower95: values.map { Float($0?.interval95.lowerBound ?? .nan) },
                .upper95: values.map { Float($0?.interval95.upperBound ?? .nan) },
            ])
    }

    private func addNeighbours(_ estimates: [RowEstimate], to block: inout EnrichedBlock) {
        guard neighbourCount > 0, let reference = folder.reference else { return }
        let found = estimates.flatMap { row in
            (0..<neighbourCount).map { $0 < row.neighbors.count ? row.neighbors[$0] : nil }
        }
        block.neighbourDistances = found.map { Float($0?.distance ?? .nan) }
        let isMissing = found.map { $0 == nil }
        switch reference.identifiers {
        case .numbers(let numbers):
            block.neighbourIdentifiers = CatalogIdentifiers(
                values: .integers(found.map { $0.map { numbers[$0.row] } ?? 0 }), isMissing: isMissing)
        case .texts(let texts):
            block.neighbourIdentifiers = CatalogIdentifiers(
                values: .texts(found.map { $0.map { texts[$0.row] } ?? "" }), isMissing: nil)
        }
    }

    private func addPhotometry(_ measurements: [SourceMeasurement], to block: inout EnrichedBlock) {
        block.fluxes = measurements.flatMap { $0.fluxes.map { Float($0) } }
        block.fluxErrors = measurements.flatMap { $0.fluxSigmas.map { Float($0) } }
        block.signalToNoise = measurements.flatMap { $0.signalToNoise.map { Float($0) } }
        block.halfLightRadius = measurements.map { Float($0.halfLightRadius) }
        block.axisRatio = measurements.map { Float($0.axisRatio) }
    }
}
