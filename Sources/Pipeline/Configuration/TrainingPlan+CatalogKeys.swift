internal import Catalogs
internal import TOMLKit

extension LabelCatalogConfiguration.Scale: ConfigurationChoice {}
extension LabelCatalogConfiguration.TimeUnit: ConfigurationChoice, ConfigurationOption {}
extension LabelCatalogConfiguration.AngleUnit: ConfigurationChoice, ConfigurationOption {}
extension TextTableOptions.Header: ConfigurationChoice {}

extension TextTableOptions.Delimiter: ConfigurationOption {
    var toml: String {
        switch self {
        case .blanks: "blanks".toml
        case .character("\t"): "tab".toml
        case .character(let character): String(character).toml
        }
    }
    init?(toml: any TOMLValueConvertible) {
        switch toml.string {
        case "blanks": self = .blanks
        case "tab": self = .character("\t")
        case let text?:
            guard text.count == 1, let character = text.first, character.isASCII else { return nil }
            self = .character(character)
        case nil: return nil
        }
    }
    static var expectation: String { "\"blanks\", \"tab\" or one character" }
}

extension LabelCatalogConfiguration {
    /// The name of a label's column; the default one may be missing in the file, any other may not.
    fileprivate subscript(name label: LabelColumn) -> String {
        get { name(of: label) }
        set { names[label] = newValue == label.rawValue ? nil : newValue }
    }

    /// EXTNAME where an empty text means the first table.
    fileprivate var tableNameOrEmpty: String {
        get { tableName ?? "" }
        set { tableName = newValue.isEmpty ? nil : newValue }
    }

    /// Column names where an empty list means those of the file.
    fileprivate var textNames: [String] {
        get { text.names ?? [] }
        set { text.names = newValue.isEmpty ? nil : newValue }
    }

    /// The comment mark where an empty text means none.
    fileprivate var commentMark: String {
        get { text.comment ?? "" }
        set { text.comment = newValue.isEmpty ? nil : newValue }
    }
}

extension LabelColumn: ConfigurationName {
    init?(configurationName: String) { self.init(rawValue: configurationName) }
    var configurationName: String { rawValue }
    static var nameExpectation: String {
        "a column of [columns]: " + allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// What the column holds, for the comment above its key.
    fileprivate var comment: String {
        switch self {
        case .identifier: "Identifier: whole number or text."
        case .rightAscension: "Right ascension."
        case .declination: "Declination."
        case .redshift: "Spectroscopic redshift."
        case .redshiftSigma: "Its standard error."
        case .stellarMass: "Stellar mass, Msun or its log10."
        case .stellarMassSigma: "Its standard error: dex beside a log10."
        case .starFormationRate: "Star-formation rate, Msun/yr or its log10."
        case .starFormationRateSigma: "Its standard error: dex beside a log10."
        case .positionAngle: "Position angle, east of north; measured on the cutout where missing."
        case .positionAngleSigma: "Its standard error."
        case .extinction: "Galactic reddening E(B-V), magnitudes."
        case .classification: "Class, for the classifier."
        }
    }
}

extension TrainingPlan {
    /// Keys that say how a catalogue is laid out and what its columns are called.
    static var catalogKeys: [ConfigurationKey<TrainingPlan>] { layoutKeys + columnKeys }

    /// The TOML text of a catalogue's layout alone.
    static func text(of layout: LabelCatalogConfiguration) -> String {
        var plan = TrainingPlan(preset: .default)
        plan.labels = layout
        return ConfigurationFile(keys: catalogKeys).text(of: plan)
    }

    private typealias Key = ConfigurationKey<TrainingPlan>

    private static var layoutKeys: [Key] {
        [
            Key(
                "catalog", "table", \.labels.tableNameOrEmpty,
                "EXTNAME of a FITS table; \"\" takes the first."),
            Key(
                "catalog", "delimiter", \.labels.text.delimiter,
                "Between the fields of a text table: \"auto\", \"blanks\", \"tab\" or one character."),
            Key(
                "catalog", "comment", \.labels.commentMark,
                "What begins a comment line of a text table; \"\" for none."),
            Key(
                "catalog", "header", \.labels.text.header,
                "Column names of a text table: \"automatic\", \"first-row\", \"comment\" or \"none\"."),
            Key(
                "catalog", "names", \.labels.textNames,
                "Names of all columns of a text table, instead of those in the file; [] takes the file's."),
            Key(
                "catalog", "skip_lines", \.labels.text.skippedLines,
                "Lines at the beginning of a text table to pass over."),
            Key(
                "catalog", "mass_scale", \.labels.stellarMassScale,
                "Stellar masses are \"log\" (log10 Msun) or \"linear\" (Msun)."),
            Key("catalog", "sfr_scale", \.labels.starFormationRateScale, "Rates are \"log\" or \"linear\"."),
            Key(
                "catalog", "sfr_per", \.labels.starFormationRateTime,
                "Rates are per \"yr\" or \"Gyr\"; \"auto\" takes the column's unit, else yr."),
            Key(
                "catalog", "coordinate_unit", \.labels.coordinateUnit,
                "ra and dec in \"deg\", \"rad\" or \"hour\" (dec in deg); \"auto\" takes the unit, else deg."),
            Key(
                "catalog", "posang_unit", \.labels.positionAngleUnit,
                "Position angles in \"deg\" or \"rad\"; \"auto\" takes the column's unit, else deg."),
            Key(
                "catalog", "missing", \.labels.missingValues,
                "Numbers that mean missing, e.g. { redshift = [-1.0, 9.0] }; others keep -99, 99, -9.9, -9999 ..."
            ),
            Key(
                "catalog", "classes", \.labels.classNames,
                "Class names by what the file holds, e.g. { 0 = \"normal\" }; {} takes the words as they are."
            ),
        ]
    }

    private static var columnKeys: [Key] {
        LabelColumn.allCases.map { label in
            Key("columns", label.rawValue, \.labels[name: label], label.comment)
        }
    }
}
