internal import Foundation

/// The number of galaxies per comoving volume and stellar mass.
///
/// A double Schechter function of fixed shape (Baldry et al. 2012, MNRAS 421, 621; `log M* = 10.66`, `phi1`,
/// `a1` checked, `phi2`, `a2` from memory); its density falls as `1 - 0.35 z` to z = 1 (our approximation of
/// Davidzon et al. 2017 and Muzzin et al. 2013).
public struct MassFunction: Sendable {
    /// log10 of the characteristic mass, solar masses.
    public var log10CharacteristicMass = 10.66
    /// Densities of the two components at z = 0, Mpc^-3.
    public var density = (3.96e-3, 0.79e-3)
    /// Slopes of the two components.
    public var slope = (-0.35, -1.47)
    /// Fall of the density per unit redshift.
    public var evolution = 0.35

    /// The mass function of the local Universe.
    public init() {}

    /// Galaxies per Mpc^3 and dex of stellar mass at z = 0 (Baldry et al. 2012, eq. 6).
    public func perDex(log10StellarMass: Double) -> Double {
        let x = pow(10, log10StellarMass - log10CharacteristicMass)
        return log(10) * exp(-x) * (density.0 * pow(x, slope.0 + 1) + density.1 * pow(x, slope.1 + 1))
    }

    /// Density at a redshift per density at z = 0.
    public func densityFactor(redshift: Double) -> Double { max(0, 1 - evolution * redshift) }
}
