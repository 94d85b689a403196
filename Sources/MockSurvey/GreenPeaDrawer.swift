internal import Computing
internal import Foundation

/// Draws Green Peas: compact, metal-poor galaxies in a starburst of a few Myr whose [O III] dominates a band.
///
/// Redshift 0.112 to 0.360, equivalent width of [O III] 5007 log-normal around 652 A, [O III]/H-beta 4 to 7,
/// 12 + log(O/H) about 8.05, E(B-V) < 0.25, star-formation rate by H-alpha 1 to 35 Msun/yr, the colours of
/// ``GreenPeaSelection`` (Cardamone et al. 2009, MNRAS 399, 1191; Amorin et al. 2010, ApJ 715, L128). The
/// mass of the burst follows from the equivalent width, the total mass from the magnitude.
struct GreenPeaDrawer {
    let drawer: GalaxyDrawer
    let selection: GreenPeaSelection
    /// The band of the magnitude.
    let band: Int

    static let redshiftRange = 0.112...0.360
    static let massRange = 7.8...10.1
    /// log10 of the specific rate over 100 Myr, 1/yr.
    static let specificRateRange = -9.3 ... -8.0
    /// log10 of the star-formation rate that H-alpha gives, Msun/yr.
    static let rateRange = 0.0...1.55

    /// log10 of the median equivalent width of [O III] 5007, A: larger for the near ones, which are faint for
    /// their colours (our fit to the SDSS colours by redshift).
    private static func equivalentWidth(_ redshift: Double) -> Double { 2.81 + 1.6 * (0.235 - redshift) }

    /// A Green Pea brighter than `limit`.
    ///
    /// Redshift, equivalent width and magnitude are drawn first and kept while a burst is sought that fits
    /// them, so that the ranges of mass and rate do not bend their distributions.
    func galaxy(limit: Double, using generator: inout some RandomNumberGenerator) -> Galaxy {
        while true {
            let redshift = generator.uniform(Self.redshiftRange)
            let equivalentWidth = pow(10, Self.equivalentWidth(redshift) + 0.31 * generator.normal())
            let magnitude = 20.45 + 0.55 * log(1 - generator.uniform())
            guard magnitude < limit else { continue }
            for _ in 0..<80 {
                if let galaxy = attempt(
                    redshift: redshift, equivalentWidth: equivalentWidth, magnitude: magnitude,
                    using: &generator),
                    Self.massRange.contains(galaxy.log10StellarMass),
                    Self.specificRateRange.contains(galaxy.log10SpecificRate),
                    Self.rateRange.contains(hydrogenRate(of: galaxy)), selection.accepts(galaxy)
                {
                    return galaxy
                }
            }
        }
    }

    private func attempt(
        redshift: Double, equivalentWidth: Double, magnitude: Double,
        using generator: inout some RandomNumberGenerator
    ) -> Galaxy? {
        let table = drawer.table
        let abundance = generator.normal(mean: 8.05, sigma: 0.1)
        let metallicity = 0.02 * pow(10, abundance - 8.69)
        let reddening = min(0.25, abs(generator.normal(mean: 0, sigma: 0.1)))
        let dust = Reddening(stars: reddening, gas: reddening)
        var gas = Gas(oxygenAbundance: abundance)
        gas.scatter.oxygen3 =
            log10(generator.uniform(4...7)) - EmissionLines.oxygen3Ratio(abundance: abundance)
        gas.scatter.oxygen2 = 0.1 * generator.normal() - 0.2
        let burstAge = 1e6 * pow(10, generator.uniform(0.4...1.8))
        let onset = 1e9 * pow(10, generator.uniform(-0.7...0.5))
        let young = StarFormationHistory.exponential(onset: burstAge, rate: 0, bins: table.bins)
        let old = StarFormationHistory.exponential(onset: onset, rate: 0, end: burstAge, bins: table.bins)
        guard
            let share = burstShare(
                young: young, old: old, metallicity: metallicity, gas: gas, equivalentWidth: equivalentWidth)
        else { return nil }
        let history = young.scaled(by: share).adding(old.scaled(by: 1 - share))
        let unit = drawer.grid.fluxes(
            history: history, metallicity: metallicity, redshift: redshift, dust: dust, gas: gas)
        let scale = pow(10, 0.4 * (22.5 - magnitude)) / unit[band]
        let scaled = history.scaled(by: scale)
        let mass = table.survivingMass(scaled.massFormed, metallicity: metallicity)
        return Galaxy(
            redshift: redshift, log10StellarMass: log10(mass),
            log10StarFormationRate: log10(scaled.recentRate(bins: table.bins)), state: .starForming,
            history: scaled, metallicity: metallicity, dust: dust, gas: gas, isSpheroid: false,
            axisRatio: generator.uniform(0.55...1), cosineInclination: 1, fluxes: unit.map { $0 * scale })
    }

    /// The share of the mass formed in the burst that gives the equivalent width of [O III] 5007, or `nil`
    /// when none does.
    ///
    /// Line and continuum are linear in the share: `EW (x C_y + (1 - x) C_o) = x L_y + (1 - x) L_o`.
    private func burstShare(
        young: StarFormationHistory, old: StarFormationHistory, metallicity: Double, gas: Gas,
        equivalentWidth: Double
    ) -> Double? {
        let (lineYoung, continuumYoung) = oxygenLine(young, metallicity: metallicity, gas: gas)
        let (lineOld, continuumOld) = oxygenLine(old, metallicity: metallicity, gas: gas)
        let deficit = equivalentWidth * continuumOld - lineOld
        let surplus = lineYoung - equivalentWidth * continuumYoung
        guard deficit > 0, surplus > 0 else { return nil }
        return deficit / (surplus + deficit)
    }

    /// [O III] 5007 in Lsun and the continuum there in Lsun/A, stars and gas.
    private func oxygenLine(
        _ history: StarFormationHistory, metallicity: Double, gas: Gas
    ) -> (line: Double, continuum: Double) {
        let table = drawer.table
        let populations = StellarPopulations.pegase
        let photons = table.ionisingPhotons(history.massFormed, metallicity: metallicity)
        let line =
            photons * populations.hydrogenBeta
            * pow(10, EmissionLines.oxygen3Ratio(abundance: gas.oxygenAbundance) + gas.scatter.oxygen3)
        let bin = (populations.binEdges.firstIndex { $0 > 5007 } ?? 1) - 1
        let stars = table.luminosity(history.massFormed, metallicity: metallicity, bin: bin)
        return (line, stars + photons * populations.nebularContinuum[bin])
    }

    /// Rest-frame equivalent width of [O III] 5007 in A before dust.
    func oxygenEquivalentWidth(of galaxy: Galaxy) -> Double {
        let (line, continuum) = oxygenLine(
            galaxy.history, metallicity: galaxy.metallicity, gas: galaxy.gas)
        return line / continuum
    }

    /// log10 of the star-formation rate that intrinsic H-alpha gives, Msun/yr: log L = log SFR + 41.27
    /// (Kennicutt & Evans 2012, ARA&A 50, 531).
    private func hydrogenRate(of galaxy: Galaxy) -> Double {
        let photons = drawer.table.ionisingPhotons(
            galaxy.history.massFormed, metallicity: galaxy.metallicity)
        let luminosity =
            photons * StellarPopulations.pegase.hydrogenBeta
            * EmissionLines.balmerRatio
        return log10(luminosity * StellarPopulations.solarLuminosity) - 41.27
    }

    /// A half-light radius in kpc: log-normal around 0.8 (0.15 dex), unresolved from the ground (our
    /// approximation).
    static func radius(using generator: inout some RandomNumberGenerator) -> Double {
        min(2, 0.8 * pow(10, 0.15 * generator.normal()))
    }
}
