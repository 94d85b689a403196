internal import Computing
internal import Foundation

/// What a catalogue reports of a galaxy: the truth with the errors of spectroscopic surveys and fitting
/// codes.
public struct SurveyLabels: Sendable, Equatable {
    /// Spectroscopic redshift.
    public var redshift: Double
    /// Its reported standard error.
    public var redshiftError: Double
    /// log10 stellar mass, solar masses.
    public var log10StellarMass: Double
    /// Its reported standard error, dex.
    public var log10StellarMassError: Double
    /// log10 star-formation rate, Msun/yr.
    public var log10StarFormationRate: Double
    /// Its reported standard error, dex.
    public var log10StarFormationRateError: Double

    /// Labels of an object that has none.
    public static let missing = SurveyLabels(
        redshift: .nan, redshiftError: .nan, log10StellarMass: .nan, log10StellarMassError: .nan,
        log10StarFormationRate: .nan, log10StarFormationRateError: .nan)

    /// Fraction of redshifts that are wrong.
    public static let wrongRedshiftFraction = 0.0075
    /// Relative redshift error: 30 km/s.
    public static let redshiftSigma = 1e-4
    /// Random error of log mass, dex, and half of the offset between the two codes that made the labels.
    public static let massSigma = 0.10
    static let codeOffset = 0.05
    /// The lowest log10 specific rate that is reported, 1/yr: lower rates are upper limits there.
    public static let specificRateFloor = -12.0

    private init(
        redshift: Double, redshiftError: Double, log10StellarMass: Double, log10StellarMassError: Double,
        log10StarFormationRate: Double, log10StarFormationRateError: Double
    ) {
        self.redshift = redshift
        self.redshiftError = redshiftError
        self.log10StellarMass = log10StellarMass
        self.log10StellarMassError = log10StellarMassError
        self.log10StarFormationRate = log10StarFormationRate
        self.log10StarFormationRateError = log10StarFormationRateError
    }

    /// Reports a galaxy of a true redshift, log10 mass and log10 star-formation rate.
    ///
    /// Redshift: 1e-4 (1 + z), 0.75 % wrong. Mass: 0.1 dex and one of two codes that differ by 0.1 dex. Rate:
    /// 0.2 dex while stars form; below log10 sSFR = -11, 0.5 dex upwards only, floored at log10 sSFR = -12
    /// (our approximations within the ranges of GAMA and Zou et al. 2022).
    init(
        redshift: Double, log10StellarMass: Double, log10StarFormationRate: Double,
        using generator: inout some RandomNumberGenerator
    ) {
        let sigma = Self.redshiftSigma * (1 + redshift)
        let isWrong = generator.uniform() < Self.wrongRedshiftFraction
        let wrong = generator.uniform(0.01...1.0)
        let scatter = sigma * generator.normal()
        self.redshift = isWrong ? wrong : max(0.0005, redshift + scatter)
        redshiftError = sigma
        let offset = generator.uniform() < 0.5 ? -Self.codeOffset : Self.codeOffset
        self.log10StellarMass = log10StellarMass + offset + Self.massSigma * generator.normal()
        log10StellarMassError = (Self.massSigma * Self.massSigma + Self.codeOffset * Self.codeOffset)
            .squareRoot()
        let specific = log10StarFormationRate - log10StellarMass
        let draw = generator.normal()
        if specific > -11 {
            self.log10StarFormationRate = log10StarFormationRate + 0.2 * draw
            log10StarFormationRateError = 0.2
        } else {
            self.log10StarFormationRate = max(
                log10StarFormationRate + 0.5 * abs(draw), Self.specificRateFloor + log10StellarMass)
            log10StarFormationRateError = 0.5
        }
    }
}
