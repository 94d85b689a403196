internal import Astronomy
internal import Computing
internal import Foundation

/// Draws Red Spirals: passive, face-on, disc-dominated spirals (Masters et al. 2010, MNRAS 405, 783).
///
/// 0.03 < z < 0.085 by volume, log10 mass 10.3 to 11.2 by the mass function times the quiescent fraction,
/// log10 specific rate -12 to -11, log10(a/b) < 0.2, half-light radius 4 to 10 kpc.
struct RedSpiralDrawer {
    let drawer: GalaxyDrawer
    let massFunction = MassFunction()

    static let redshiftRange = 0.03...0.085
    static let massRange = 10.3...11.2
    static let radiusRange = 4.0...10.0
    /// log10(a/b) < 0.2.
    static let lowestAxisRatio = 0.631

    /// A Red Spiral with its half-light radius in kpc.
    func galaxy(using generator: inout some RandomNumberGenerator) -> (galaxy: Galaxy, radius: Double) {
        let cosmology = drawer.grid.cosmology
        let top = cosmology.comovingVolumeElement(redshift: Self.redshiftRange.upperBound)
        var redshift = 0.0
        repeat {
            redshift = generator.uniform(Self.redshiftRange)
        } while generator.uniform() * top > cosmology.comovingVolumeElement(redshift: redshift)
        let mass = mass(redshift: redshift, using: &generator)
        var galaxy = drawer.galaxy(
            log10StellarMass: mass, redshift: redshift, state: .quiescent,
            log10SpecificRate: generator.uniform(-12 ... -11), isSpheroid: false,
            axisRatio: generator.uniform(Self.lowestAxisRatio...0.99), using: &generator)
        galaxy.cosineInclination = galaxy.axisRatio
        let relation = StructureRelations.log10HalfLightRadius(
            log10StellarMass: mass, redshift: redshift, isEarlyType: false)
        var radius = 0.0
        repeat {
            radius = pow(10, relation.median + relation.scatter * generator.normal())
        } while !Self.radiusRange.contains(radius)
        return (galaxy, radius)
    }

    private func mass(redshift: Double, using generator: inout some RandomNumberGenerator) -> Double {
        func density(_ mass: Double) -> Double {
            massFunction.perDex(log10StellarMass: mass)
                * MainSequence.quenchedFraction(log10StellarMass: mass, redshift: redshift)
        }
        // The product is largest near log10 mass 10.6.
        let top = 1.2 * density(10.6)
        var mass = 0.0
        repeat {
            mass = generator.uniform(Self.massRange)
        } while generator.uniform() * top > density(mass)
        return mass
    }
}
