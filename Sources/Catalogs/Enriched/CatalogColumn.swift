public import FITS

/// The one table of column names of an enriched catalogue, with units, UCDs and descriptions.
///
/// The names are a contract with databases. No unit string knows the logarithm of a mass, so that those
/// columns have none and say it in their description.
public struct CatalogColumn: Sendable, Hashable {
    /// The name.
    public let name: String
    /// The type of the values.
    public let element: ColumnElement
    /// The unit; `nil` for pure numbers, texts and logarithms.
    public let unit: String?
    /// The unified content descriptor (IVOA UCD1+).
    public let ucd: String?
    /// What the column holds.
    public let description: String

    private init(
        _ name: String, _ element: ColumnElement, unit: String? = nil, ucd: String? = nil,
        _ description: String
    ) {
        self.name = name
        self.element = element
        self.unit = unit
        self.ucd = ucd
        self.description = description
    }

    // MARK: The object

    /// The identifier; its type follows the input's.
    public static let identifier = CatalogColumn(
        "id", .int64, ucd: "meta.id;meta.main", "Identifier of the object")
    /// Right ascension.
    public static let rightAscension = CatalogColumn(
        "ra", .double, unit: "deg", ucd: "pos.eq.ra;meta.main", "Right ascension, ICRS")
    /// Declination.
    public static let declination = CatalogColumn(
        "dec", .double, unit: "deg", ucd: "pos.eq.dec;meta.main", "Declination, ICRS")
    /// Galactic reddening that the estimates were corrected for.
    public static let extinction = CatalogColumn(
        "ebv", .float, unit: "mag", ucd: "phys.absorption.gal",
        "Galactic reddening E(B-V) used for the estimates; NaN where none was given")

    // MARK: Estimates

    /// A physical property with its standard deviation and intervals.
    public enum Property: String, Sendable, Hashable, CaseIterable {
        /// Redshift.
        case redshift = "z_phot"
        /// log10 of the stellar mass.
        case stellarMass = "logmstar"
        /// log10 of the star-formation rate.
        case starFormationRate = "logsfr"
        /// Position angle.
        case positionAngle = "posang"

        var unit: String? { self == .positionAngle ? "deg" : nil }

        var ucd: String {
            switch self {
            case .redshift: "src.redshift.phot"
            case .stellarMass: "phys.mass"
            case .starFormationRate: "phys.SFR"
            case .positionAngle: "pos.posAng"
            }
        }

        var words: String {
            switch self {
            case .redshift: "photometric redshift"
            case .stellarMass: "log10(M/Msun) of the surviving stellar mass, Chabrier IMF"
            case .starFormationRate: "log10(SFR/(Msun/yr)) over 100 Myr, Chabrier IMF"
            case .positionAngle: "position angle of the major axis, north through east, [0, 180)"
            }
        }
    }

    /// A bound of a credible interval.
    public enum Bound: String, Sendable, Hashable, CaseIterable {
        /// Lower bound of the central 68 %.
        case lower68 = "l68"
        /// Upper bound of the central 68 %.
        case upper68 = "u68"
        /// Lower bound of the central 95 %.
        case lower95 = "l95"
        /// Upper bound of the central 95 %.
        case upper95 = "u95"

        var words: String {
            switch self {
            case .lower68: "Lower bound of the 68 % interval"
            case .upper68: "Upper bound of the 68 % interval"
            case .lower95: "Lower bound of the 95 % interval"
            case .upper95: "Upper bound of the 95 % interval"
            }
        }
    }

    /// The estimate of a property.
    public static func estimate(_ property: Property) -> CatalogColumn {
        CatalogColumn(
            property.rawValue, .float, unit: property.unit, ucd: property.ucd, "Estimated " + property.words)
    }

    /// The standard deviation of a property's estimate.
    public static func deviation(_ property: Property) -> CatalogColumn {
        let statistic = property == .redshift ? "stat.stdev" : "stat.error"
        return CatalogColumn(
            property.rawValue + "_std", .float, unit: property.unit, ucd: "\(statistic);\(property.ucd)",
            "Standard deviation of the " + property.words)
    }

    /// A bound of a property's credible interval.
    public static func bound(_ bound: Bound, of property: Property) -> CatalogColumn {
        let statistic = bound == .lower68 || bound == .lower95 ? "stat.min" : "stat.max"
        return CatalogColumn(
            "\(property.rawValue)_\(bound.rawValue)", .float, unit: property.unit,
            ucd: "\(property.ucd);\(statistic)", "\(bound.words) of the \(property.words)")
    }

    /// A latent variable.
    public static func latent(_ index: Int) -> CatalogColumn {
        CatalogColumn(
            "latent_\(index)", .float,
            "Latent variable \(index), standardised as in the model's reference set")
    }

    // MARK: Classes, anomalies, neighbours

    /// The name of the most probable class.
    public static let predictedClass = CatalogColumn(
        "class_pred", .text, ucd: "meta.code.class",
        "Class by the model's thresholds; a candidate, no verdict")

    /// The probability of a class.
    public static func probability(of name: String) -> CatalogColumn {
        CatalogColumn(
            "p_\(name)", .float, ucd: "stat.probability;src.class",
            "Probability of the class \(name); the classes' probabilities sum to 1")
    }

    /// The score of an anomaly detector.
    public static func anomalyScore(_ method: String) -> CatalogColumn {
        CatalogColumn("ad_\(method)_score", .float, "Anomaly score of the method \(method)")
    }

    /// The percentile of an anomaly score.
    public static func anomalyPercentile(_ method: String) -> CatalogColumn {
        CatalogColumn(
            "ad_\(method)_pct", .float,
            "Percentile of the score of \(method) among the training set, 0 to 100")
    }

    /// Identifiers of the nearest neighbours in the reference set.
    public static let neighbourIdentifiers = CatalogColumn(
        "nn_ids", .int64, ucd: "meta.id", "Nearest neighbours in the model's reference set, nearest first")
    /// Their distances in latent space.
    public static let neighbourDistances = CatalogColumn(
        "nn_dist", .float, "Distances of nn_ids in the space of standardised latent variables")

    // MARK: Photometry

    /// The flux in a band.
    public static func flux(_ band: String) -> CatalogColumn {
        CatalogColumn(
            "flux_\(band)", .float, unit: "nanomaggy", ucd: "phot.flux",
            "Flux in \(band), not corrected for Galactic extinction; AB magnitude = 22.5 - 2.5 log10 flux")
    }

    /// The standard error of a flux.
    public static func fluxError(_ band: String) -> CatalogColumn {
        CatalogColumn(
            "flux_\(band)_err", .float, unit: "nanomaggy", ucd: "stat.error;phot.flux",
            "Standard error of the flux in \(band)")
    }

    /// The signal-to-noise ratio in a band.
    public static func signalToNoise(_ band: String) -> CatalogColumn {
        CatalogColumn("snr_\(band)", .float, ucd: "stat.snr", "Signal-to-noise ratio of the flux in \(band)")
    }

    /// The half-light radius.
    public static let halfLightRadius = CatalogColumn(
        "half_light_radius", .float, unit: "arcsec", ucd: "phys.angSize",
        "Radius that holds half of the light")
    /// The axis ratio.
    public static let axisRatio = CatalogColumn(
        "axis_ratio", .float, ucd: "phys.size.axisRatio", "Minor over major axis")

    // MARK: Provenance

    /// The quality bits.
    public static let flag = CatalogColumn(
        "flag", .int32, ucd: "meta.code.qual",
        "Quality bits, 0 for a row without remarks; the header lists them")
    /// The model.
    public static let modelIdentifier = CatalogColumn(
        "model_id", .text, ucd: "meta.version", "Digest of the model that made the estimates")

    /// The column as a table has it.
    ///
    /// - Parameters:
    ///   - element: Another type than the usual one, for identifiers that are text.
    ///   - width: Values in a row.
    ///   - textWidth: Bytes of a text.
    ///   - null: The integer that stands for a missing value.
    public func description(
        element: ColumnElement? = nil, width: Int = 1, textWidth: Int = 1, null: Int64? = nil
    ) -> ColumnDescription {
        ColumnDescription(
            name, element ?? self.element, width: width, textWidth: textWidth, unit: unit, ucd: ucd,
            description: description, null: null)
    }
}
