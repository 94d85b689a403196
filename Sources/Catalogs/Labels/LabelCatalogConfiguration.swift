/// How the columns of a label catalogue are to be understood.
public struct LabelCatalogConfiguration: Sendable, Equatable {
    /// Whether a column holds a quantity or its decimal logarithm.
    public enum Scale: String, Sendable, CaseIterable {
        /// log10 of the quantity; its error is in dex.
        case logarithmic = "log"
        /// The quantity itself; its error is in the same unit.
        case linear
    }

    /// What a star-formation rate is per.
    public enum TimeUnit: String, Sendable, CaseIterable {
        /// Solar masses per year.
        case year = "yr"
        /// Solar masses per 10^9 years: 9 dex more.
        case gigayear = "Gyr"
    }

    /// The unit of an angle.
    public enum AngleUnit: String, Sendable, CaseIterable {
        /// Degrees.
        case degrees = "deg"
        /// Radians.
        case radians = "rad"
        /// Hours of right ascension; declinations are then in degrees.
        case hours = "hour"
    }

    /// Column names that differ from the default, which is the label's raw value.
    public var names: [LabelColumn: String]
    /// The scale of the stellar-mass column; log10 unless told.
    public var stellarMassScale: Scale
    /// The scale of the star-formation-rate column; log10 unless told.
    public var starFormationRateScale: Scale
    /// The time unit of the star-formation rate; `nil` takes the column's own unit, else years.
    public var starFormationRateTime: TimeUnit?
    /// The unit of right ascension and declination; `nil` takes the columns' own unit, else degrees.
    public var coordinateUnit: AngleUnit?
    /// The unit of the position angle and its error; `nil` takes the column's own unit, else degrees.
    public var positionAngleUnit: AngleUnit?
    /// Numbers that stand for "missing" in a column, instead of the default ones.
    public var missingValues: [LabelColumn: [Double]]
    /// Class names by the words or numbers of the class column; empty takes the words as they are.
    public var classNames: [String: String]
    /// EXTNAME of the table in a FITS file; `nil` takes the first.
    public var tableName: String?
    /// The layout of a text table.
    public var text: TextTableOptions

    /// A configuration; by default that of the mock catalogues.
    public init(
        names: [LabelColumn: String] = [:], stellarMassScale: Scale = .logarithmic,
        starFormationRateScale: Scale = .logarithmic, starFormationRateTime: TimeUnit? = nil,
        coordinateUnit: AngleUnit? = nil, positionAngleUnit: AngleUnit? = nil,
        missingValues: [LabelColumn: [Double]] = [:], classNames: [String: String] = [:],
        tableName: String? = nil, text: TextTableOptions = TextTableOptions()
    ) {
        self.names = names
        self.stellarMassScale = stellarMassScale
        self.starFormationRateScale = starFormationRateScale
        self.starFormationRateTime = starFormationRateTime
        self.coordinateUnit = coordinateUnit
        self.positionAngleUnit = positionAngleUnit
        self.missingValues = missingValues
        self.classNames = classNames
        self.tableName = tableName
        self.text = text
    }

    /// What makes the configuration impossible; `nil` when nothing does.
    public var fault: String? {
        if let label = names.first(where: { $0.value.isEmpty })?.key {
            return "\(label.rawValue): the name of a column is empty"
        }
        if positionAngleUnit == .hours { return "posang_unit: hours are for right ascension" }
        if text.skippedLines < 0 { return "skip_lines: \(text.skippedLines) is below 0" }
        if missingValues.values.contains(where: { $0.contains(where: \.isInfinite) }) {
            return "missing: an infinite number"
        }
        return nil
    }

    /// This configuration for a catalogue of which only objects and their reddening count: it need not have
    /// the columns of labels.
    public var objectsOnly: LabelCatalogConfiguration {
        var result = self
        result.names = names.filter {
            [.identifier, .rightAscension, .declination, .extinction].contains($0.key)
        }
        return result
    }

    /// The name of the column that holds a label.
    public func name(of label: LabelColumn) -> String { names[label] ?? label.rawValue }

    /// Numbers that stand for "missing" in the column of a label.
    ///
    /// -99, 99, -9.9, -9999 and their kin, where they cannot be values: 99 is a good right ascension and -99 a
    /// good position angle.
    public func missingValues(of label: LabelColumn) -> [Double] {
        if let given = missingValues[label] { return given }
        let always: [Double] = [-9999, 9999, -999, 999, -9_999_999]
        switch label {
        case .identifier, .classification: return []
        case .rightAscension, .declination: return always
        case .positionAngle: return always
        case .redshift: return always + [-99, 99, -9.9, -9.99, -9, -1]
        case .stellarMass:
            return stellarMassScale == .linear
                ? [-99, -9.9, -9, -1] + always.filter { $0 < 0 } : always + Self.usual
        case .starFormationRate:
            return starFormationRateScale == .linear
                ? [-99, -9.9, -9, -1] + always.filter { $0 < 0 } : always + Self.usual
        default: return always + [-99, 99, -9.9, -9.99, -9, -1]
        }
    }

    private static let usual: [Double] = [-99, 99, -9.9, -9.99]
}
