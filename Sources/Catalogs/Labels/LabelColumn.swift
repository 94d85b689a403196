/// What a label catalogue can say of a galaxy; the raw value is the default column name and the key in
/// configurations.
public enum LabelColumn: String, Sendable, Hashable, CaseIterable {
    /// The object's identifier.
    case identifier = "id"
    /// Right ascension.
    case rightAscension = "ra"
    /// Declination.
    case declination = "dec"
    /// Spectroscopic redshift.
    case redshift = "redshift"
    /// Its standard error.
    case redshiftSigma = "redshift_err"
    /// log10 of the stellar mass in solar masses.
    case stellarMass = "logmstar"
    /// Its standard error, dex.
    case stellarMassSigma = "logmstar_err"
    /// log10 of the star-formation rate in solar masses per year.
    case starFormationRate = "logsfr"
    /// Its standard error, dex.
    case starFormationRateSigma = "logsfr_err"
    /// Position angle, east of north.
    case positionAngle = "posang"
    /// Its standard error.
    case positionAngleSigma = "posang_err"
    /// Galactic reddening E(B-V), magnitudes.
    case extinction = "ebv"
    /// The class's name.
    case classification = "class"

    /// The column that holds the standard errors of this one.
    public var sigma: LabelColumn? {
        switch self {
        case .redshift: .redshiftSigma
        case .stellarMass: .stellarMassSigma
        case .starFormationRate: .starFormationRateSigma
        case .positionAngle: .positionAngleSigma
        default: nil
        }
    }
}
