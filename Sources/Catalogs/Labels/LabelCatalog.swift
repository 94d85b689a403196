public import Astronomy
import FITS

/// A catalogue of labels, in the units of this project, with what could not be used left out and reported.
public struct LabelCatalog: Sendable {
    /// A quantity with its standard errors; NaN where missing or refused.
    public struct Quantity: Sendable, Equatable {
        /// The values, one a row.
        public let values: [Float]
        /// The standard errors; `nil` when the catalogue has none.
        public let sigma: [Float]?
    }

    /// The file, for messages.
    public let path: String
    /// The number of rows.
    public let rowCount: Int
    /// The identifiers; `nil` when the catalogue has none.
    public let identifiers: CatalogIdentifiers?
    /// Right ascension in degrees, `[0, 360)`, NaN where unusable; `nil` when the catalogue has none.
    public let rightAscension: [Double]?
    /// Declination in degrees, NaN where unusable; `nil` when the catalogue has none.
    public let declination: [Double]?
    /// Redshift.
    public let redshift: Quantity?
    /// log10 of the stellar mass in solar masses; errors in dex.
    public let log10StellarMass: Quantity?
    /// log10 of the star-formation rate in solar masses per year; errors in dex.
    public let log10StarFormationRate: Quantity?
    /// Position angle in radians, east of north, `[0, pi)`; errors in radians.
    public let positionAngle: Quantity?
    /// Galactic reddening E(B-V) in magnitudes, NaN where missing.
    public let extinction: [Float]?
    /// The class of each row, empty where missing.
    public let classes: [String]?
    /// `refusedInput` on rows of which a value was refused.
    public let flags: [QualityFlags]
    /// What was read, what not, and why.
    public let report: LabelReport

    /// Reads a label catalogue from a FITS or text table.
    ///
    /// - Throws: `CatalogError`: unreadable, no rows, neither identifiers nor positions, or a column that the
    ///   configuration names is not there. A label column that cannot be what it is said to be is no error
    ///   here: `report` says why, `require` makes it one.
    public init(
        path: String, configuration: LabelCatalogConfiguration = LabelCatalogConfiguration()
    ) throws(CatalogError) {
        let reader = try CatalogReader(
            path: path, table: configuration.tableName, options: configuration.text)
        let names = reader.columns.map(\.name)
        let wanted = LabelColumn.allCases.compactMap { label in
            ColumnNames.index(of: configuration.name(of: label), among: names).map { names[$0] }
        }
        try self.init(
            table: reader.rest(of: wanted), path: path, allNames: names, configuration: configuration)
    }

    /// The labels in a table; `path` stands for it in messages.
    public init(
        table: CatalogTable, path: String,
        configuration: LabelCatalogConfiguration = LabelCatalogConfiguration()
    ) throws(CatalogError) {
        try self.init(table: table, path: path, allNames: table.names, configuration: configuration)
    }

    private init(
        table: CatalogTable, path: String, allNames: [String], configuration: LabelCatalogConfiguration
    ) throws(CatalogError) {
        for (label, name) in configuration.names where table.column(name) == nil {
            _ = label
            throw .missingColumn(path: path, column: name, present: allNames)
        }
        var extraction = LabelExtraction(table: table, path: path, configuration: configuration)
        identifiers = try extraction.identifiers()
        let positions = extraction.positions()
        if identifiers == nil, positions == nil {
            throw .missingColumn(
                path: path, column: configuration.name(of: .identifier), present: allNames)
        }
        guard table.rowCount > 0 else { throw .noRows(path: path) }
        self.path = path
        rowCount = table.rowCount
        rightAscension = positions?.rightAscension
        declination = positions?.declination
        redshift = extraction.quantity(.redshift)
        log10StellarMass = extraction.quantity(.stellarMass)
        log10StarFormationRate = extraction.quantity(.starFormationRate)
        positionAngle = extraction.quantity(.positionAngle)
        extinction = extraction.numbers(.extinction)
        classes = extraction.classes()
        flags = extraction.flags
        report = extraction.finishedReport(identifiers: identifiers)
    }

    /// Makes absent and refused columns an error where they are needed.
    public func require(_ labels: [LabelColumn]) throws(CatalogError) {
        for label in labels {
            guard let column = report.column(label) else { continue }
            switch column.state {
            case .read: continue
            case .absent:
                throw .missingColumn(
                    path: path, column: column.name,
                    present: report.columns.filter { $0.state == .read }.map(\.name))
            case .refused(let reason):
                throw .refusedColumn(path: path, column: column.name, reason: reason)
            }
        }
    }

    /// The position of a row; `nil` when it is unusable.
    public func position(_ row: Int) -> SkyPosition? {
        guard let rightAscension, let declination else { return nil }
        return SkyPosition(rightAscension: rightAscension[row], declination: declination[row])
    }

    /// The rows as objects to be matched.
    public var objects: SkyObjects {
        SkyObjects(
            identifiers: identifiers,
            rightAscension: rightAscension ?? Array(repeating: .nan, count: rowCount),
            declination: declination ?? Array(repeating: .nan, count: rowCount))
    }
}
