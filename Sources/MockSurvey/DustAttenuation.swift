internal import Foundation

/// Attenuation of starlight and nebular light by dust inside a galaxy (Calzetti et al. 2000, ApJ 533, 682).
public enum DustAttenuation {
    /// Total to selective attenuation, R_V.
    public static let totalToSelective = 4.05
    /// E(B-V) of the stars per E(B-V) of the gas.
    ///
    /// 0.44 at z = 0 and log10 mass 10 (Calzetti et al. 2000; the coefficient from memory), rising by 0.35
    /// per unit redshift (Kashino et al. 2013 find 0.7 to 0.8 at z = 1.6) and falling by 0.32 dex per dex of
    /// mass, at most 0.9: our approximation, which places the colours and magnitudes of blue galaxies.
    public static func starsPerGas(redshift: Double, log10StellarMass: Double) -> Double {
        min(0.9, (0.44 + 0.35 * redshift) * pow(10, -0.32 * (log10StellarMass - 10)))
    }

    /// The attenuation curve k(lambda): `A = k E(B-V)` magnitudes (eq. 4).
    ///
    /// - Parameter wavelength: Rest wavelength in A; below 1200 A the value there is held, above 22000 A too.
    public static func curve(wavelength: Double) -> Double {
        let microns = min(2.2, max(0.12, wavelength * 1e-4))
        let inverse = 1 / microns
        if microns < 0.63 {
            let cubic = ((0.011 * inverse - 0.198) * inverse + 1.509) * inverse - 2.156
            return 2.659 * cubic + totalToSelective
        }
        return 2.659 * (-1.857 + 1.040 * inverse) + totalToSelective
    }

    /// Attenuation of H-alpha in magnitudes as a function of stellar mass (Garn & Best 2010, MNRAS 409, 421,
    /// eq. 8).
    ///
    /// Scatter 0.28 mag; the mass is held within 8.7 to 11.9, the range of the fit.
    public static func hydrogenAlpha(log10StellarMass: Double) -> Double {
        let x = min(11.9, max(8.7, log10StellarMass)) - 10
        return 0.91 + x * (0.77 + x * (0.11 - 0.09 * x))
    }

    /// Mean of `inclination` over randomly oriented discs of thickness 0.22, magnitudes.
    ///
    /// The mass relation of H-alpha is a mean over inclinations: its face-on part is lower by this.
    public static let meanInclination = 0.14

    /// Additional r-band attenuation of an inclined disc in magnitudes, `1.27 (log10 q)^2`
    /// (Unterborn & Ryden 2008, ApJ 687, 976).
    public static func inclination(axisRatio: Double) -> Double {
        let logarithm = log10(axisRatio)
        return 1.27 * logarithm * logarithm
    }
}
