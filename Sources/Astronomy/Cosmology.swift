internal import Foundation

/// Distances, volumes and ages in a flat universe of matter and a cosmological constant.
///
/// Formulas as in Hogg 1999 (astro-ph/9905116); radiation is left out.
public struct Cosmology: Sendable, Hashable {
    /// The Hubble constant in km/s/Mpc.
    public let hubbleConstant: Double
    /// The matter density in units of the critical density.
    public let matterDensity: Double

    /// Flat LCDM with this Hubble constant (km/s/Mpc) and matter density.
    public init(hubbleConstant: Double, matterDensity: Double) {
        self.hubbleConstant = hubbleConstant
        self.matterDensity = matterDensity
    }

    /// H0 = 70 km/s/Mpc, Omega_m = 0.3: what every quantity of this project assumes.
    public static let standard = Cosmology(hubbleConstant: 70, matterDensity: 0.3)

    /// c / H0 in Mpc.
    public var hubbleDistance: Double { 299_792.458 / hubbleConstant }
    /// 1 / H0 in Gyr.
    public var hubbleTime: Double { 977.792_221 / hubbleConstant }

    /// The expansion rate H(z) / H0 (Hogg 1999, eq. 14).
    public func expansionRate(redshift: Double) -> Double {
        let a = 1 + redshift
        return (matterDensity * a * a * a + 1 - matterDensity).squareRoot()
    }

    /// Line-of-sight comoving distance in Mpc (Hogg 1999, eq. 15).
    public func comovingDistance(redshift: Double) -> Double {
        hubbleDistance * integrate(to: redshift) { 1 / expansionRate(redshift: $0) }
    }

    /// Luminosity distance in Mpc.
    public func luminosityDistance(redshift: Double) -> Double {
        (1 + redshift) * comovingDistance(redshift: redshift)
    }

    /// Proper kiloparsec per arcsec at this redshift.
    public func kiloparsecPerArcsecond(redshift: Double) -> Double {
        comovingDistance(redshift: redshift) / (1 + redshift) * 1000 * Angle(arcseconds: 1).radians
    }

    /// Comoving volume per steradian and unit redshift, Mpc^3 (Hogg 1999, eq. 28).
    public func comovingVolumeElement(redshift: Double) -> Double {
        let distance = comovingDistance(redshift: redshift)
        return hubbleDistance * distance * distance / expansionRate(redshift: redshift)
    }

    /// Age of the universe at this redshift in Gyr (closed form of Hogg 1999, eq. 30, for flat LCDM).
    public func age(redshift: Double) -> Double {
        let darkEnergy = 1 - matterDensity
        let a = 1 + redshift
        let ratio = (darkEnergy / (matterDensity * a * a * a)).squareRoot()
        return hubbleTime * 2 / (3 * darkEnergy.squareRoot()) * asinh(ratio)
    }

    /// Gauss-Legendre quadrature, 5 points on each panel of 0.1 in redshift: relative error below 1e-10.
    private func integrate(to upper: Double, _ integrand: (Double) -> Double) -> Double {
        let nodes = [0, 0.538_469_310_105_683_1, 0.906_179_845_938_664]
        let weights = [0.568_888_888_888_888_9, 0.478_628_670_499_366_5, 0.236_926_885_056_189_1]
        let panels = max(1, Int((abs(upper) / 0.1).rounded(.up)))
        let half = upper / Double(panels) / 2
        var sum = 0.0
        for panel in 0..<panels {
            let middle = (2 * Double(panel) + 1) * half
            sum += weights[0] * integrand(middle)
            for index in 1...2 {
                let step = nodes[index] * half
                sum += weights[index] * (integrand(middle - step) + integrand(middle + step))
            }
        }
        return sum * half
    }
}
