internal import Foundation

/// The physical state of one galaxy: what its light follows from.
public struct Galaxy: Sendable {
    /// Cosmological redshift.
    public var redshift: Double
    /// log10 of the surviving stellar mass, solar masses, Chabrier.
    public var log10StellarMass: Double
    /// log10 of the star-formation rate over the last 100 Myr, Msun/yr.
    public var log10StarFormationRate: Double
    /// Where it stands relative to the main sequence.
    public var state: StarFormationState
    /// Solar masses formed in each age bin.
    public var history: StarFormationHistory
    /// Mass fraction of metals of the stars.
    public var metallicity: Double
    /// Reddening of stars and gas.
    public var dust: Reddening
    /// Properties of the gas.
    public var gas: Gas
    /// Whether the light is a spheroid's rather than a disc's.
    public var isSpheroid: Bool
    /// Apparent axis ratio of the dominant component.
    public var axisRatio: Double
    /// Cosine of the disc's inclination; 1 for spheroids.
    public var cosineInclination: Double
    /// Total fluxes in nanomaggies without Galactic extinction, one a passband.
    public var fluxes: [Double]

    /// log10 of the specific star-formation rate, 1/yr.
    public var log10SpecificRate: Double { log10StarFormationRate - log10StellarMass }

    /// AB magnitude in a band.
    public func magnitude(band: Int) -> Double { Self.magnitude(flux: fluxes[band]) }

    /// AB magnitude of a flux in nanomaggies.
    static func magnitude(flux: Double) -> Double { 22.5 - 2.5 * log10(max(flux, 1e-12)) }
}
