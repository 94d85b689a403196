public import FITS

/// The columns of an enriched catalogue: only what has a source.
public struct EnrichedSchema: Sendable, Equatable {
    /// The type of a list of identifiers.
    public enum Identifiers: Sendable, Equatable {
        /// 64-bit integers; `mayBeMissing` when some objects have none.
        case integers(mayBeMissing: Bool)
        /// Texts of at most so many bytes.
        case texts(width: Int)

        /// The type that holds all of these.
        public init(_ identifiers: CatalogIdentifiers) {
            switch identifiers.values {
            case .integers: self = .integers(mayBeMissing: identifiers.isMissing != nil)
            case .texts(let texts):
                self = .texts(width: texts.reduce(1) { max($0, ColumnDescription.storedLength($1)) })
            }
        }
    }

    /// A property and what is known of it.
    public struct Property: Sendable, Equatable {
        /// The property.
        public let property: CatalogColumn.Property
        /// Whether its standard deviation is known.
        public let hasDeviation: Bool
        /// Whether its intervals are known.
        public let hasIntervals: Bool

        /// A property that is estimated.
        public init(_ property: CatalogColumn.Property, hasDeviation: Bool = true, hasIntervals: Bool = true)
        {
            self.property = property
            self.hasDeviation = hasDeviation
            self.hasIntervals = hasIntervals
        }
    }

    /// The type of `id`.
    public var identifiers: Identifiers
    /// Whether `ra` and `dec` are known.
    public var hasPositions: Bool
    /// The estimated properties, in order.
    public var properties: [Property]
    /// The number of latent variables.
    public var latentCount: Int
    /// The classes of the model's classifier; empty without one.
    public var classes: [String]
    /// Anomaly detectors; empty without one.
    public var anomalyMethods: [String]
    /// Neighbours a row; 0 without a reference set.
    public var neighbourCount: Int
    /// The type of the reference set's identifiers.
    public var neighbourIdentifiers: Identifiers
    /// Bands with measured fluxes; empty without photometry.
    public var bands: [String]
    /// Whether half-light radius and axis ratio are measured.
    public var hasMorphology: Bool
    /// Whether `ebv` stands in the table.
    public var hasExtinction: Bool
    /// Bytes of `model_id`.
    public var modelIdentifierWidth: Int

    /// A schema; by default of a bare encoder without classifier, reference set and photometry.
    public init(
        identifiers: Identifiers, hasPositions: Bool = true,
        properties: [Property] = CatalogColumn.Property.allCases.map {
            Property($0, hasIntervals: $0 != .positionAngle)
        },
        latentCount: Int = 0, classes: [String] = [], anomalyMethods: [String] = [], neighbourCount: Int = 0,
        neighbourIdentifiers: Identifiers = .integers(mayBeMissing: true), bands: [String] = [],
        hasMorphology: Bool = false, hasExtinction: Bool = true, modelIdentifierWidth: Int = 64
    ) {
        self.identifiers = identifiers
        self.hasPositions = hasPositions
        self.properties = properties
        self.latentCount = latentCount
        self.classes = classes
        self.anomalyMethods = anomalyMethods
        self.neighbourCount = neighbourCount
        self.neighbourIdentifiers = neighbourIdentifiers
        self.bands = bands
        self.hasMorphology = hasMorphology
        self.hasExtinction = hasExtinction
        self.modelIdentifierWidth = modelIdentifierWidth
    }

    /// The catalogue's own columns, in order.
    public var columns: [ColumnDescription] {
        typealias Column = CatalogColumn
        var columns = [Self.description(.identifier, identifiers, width: 1)]
        if hasPositions { columns += [Column.rightAscension, .declination].map { $0.description() } }
        for known in properties {
            columns.append(Column.estimate(known.property).description())
            if known.hasDeviation { columns.append(Column.deviation(known.property).description()) }
            if known.hasIntervals {
                columns += Column.Bound.allCases.map { Column.bound($0, of: known.property).description() }
            }
        }
        columns += (0..<latentCount).map { Column.latent($0).description() }
        if !classes.isEmpty {
            let width = classes.reduce(1) { max($0, ColumnDescription.storedLength($1)) }
            columns.append(Column.predictedClass.description(textWidth: width))
            columns += classes.map { Column.probability(of: $0).description() }
        }
        for method in anomalyMethods {
            columns += [Column.anomalyScore(method), .anomalyPercentile(method)].map { $0.description() }
        }
        if neighbourCount > 0 {
            columns.append(
                Self.description(.neighbourIdentifiers, neighbourIdentifiers, width: neighbourCount))
            columns.append(Column.neighbourDistances.description(width: neighbourCount))
        }
        for band in bands { columns += [Column.flux(band), .fluxError(band)].map { $0.description() } }
        if hasMorphology { columns += [Column.halfLightRadius, .axisRatio].map { $0.description() } }
        columns += bands.map { Column.signalToNoise($0).description() }
        if hasExtinction { columns.append(Column.extinction.description()) }
        columns.append(Column.flag.description())
        columns.append(Column.modelIdentifier.description(textWidth: max(1, modelIdentifierWidth)))
        return columns
    }

    private static func description(
        _ column: CatalogColumn, _ identifiers: Identifiers, width: Int
    ) -> ColumnDescription {
        switch identifiers {
        case .integers(let mayBeMissing):
            column.description(width: width, null: mayBeMissing || width > 1 ? Int64.min : nil)
        case .texts(let bytes): column.description(element: .text, width: width, textWidth: max(1, bytes))
        }
    }
}
