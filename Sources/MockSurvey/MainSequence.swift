public import Astronomy
internal import Foundation

/// How fast galaxies form stars: the star-forming main sequence and the fraction that has left it.
public enum MainSequence {
    /// log10 of the star-formation rate (Msun/yr) on the main sequence (Speagle et al. 2014, ApJS 214, 15,
    /// eq. 28).
    public static func log10StarFormationRate(
        log10StellarMass: Double, redshift: Double, cosmology: Cosmology = .standard
    ) -> Double {
        let age = cosmology.age(redshift: redshift)
        return (0.84 - 0.026 * age) * log10StellarMass - (6.51 - 0.11 * age)
    }

    /// Fraction of galaxies that are quiescent: a logistic in log mass whose middle rises with redshift (our
    /// approximation).
    public static func quenchedFraction(log10StellarMass: Double, redshift: Double) -> Double {
        1 / (1 + exp(-(log10StellarMass - 10.45 - 0.45 * redshift) / 0.35))
    }

    /// Fraction of quiescent galaxies at z = 0 by mass alone (Peng et al. 2010, ApJ 721, 193; from memory).
    public static func massQuenchedFraction(log10StellarMass: Double) -> Double {
        1 - exp(-pow(10, 0.8 * (log10StellarMass - 10.56)))
    }

    /// Scatter of the main sequence, dex.
    public static let scatter = 0.22
    /// log10 of the specific rate of quiescent galaxies, 1/yr, and its scatter in dex (our approximation).
    public static let quiescentSpecificRate = (mean: -11.8, sigma: 0.4)
    /// Fraction of all galaxies between the sequences (our approximation).
    public static let greenValleyFraction = 0.07
}
