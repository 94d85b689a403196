internal import Astronomy
internal import Computing
internal import Foundation

/// Draws single galaxies of given mass and redshift: star formation, metals, dust, light.
public struct GalaxyDrawer: Sendable {
    /// The fluxes of every population.
    public let grid: PhotometryGrid

    /// A drawer over a photometry grid.
    public init(grid: PhotometryGrid) { self.grid = grid }

    var table: PopulationTable { grid.table }

    /// A galaxy of the general population with this mass and redshift.
    public func galaxy(
        log10StellarMass mass: Double, redshift: Double, using generator: inout some RandomNumberGenerator
    ) -> Galaxy {
        let quenched = MainSequence.quenchedFraction(log10StellarMass: mass, redshift: redshift)
        let pick = generator.uniform()
        let state: StarFormationState
        if pick < MainSequence.greenValleyFraction {
            state = .greenValley
        } else {
            let rest = (pick - MainSequence.greenValleyFraction) / (1 - MainSequence.greenValleyFraction)
            state = rest < quenched ? .quiescent : .starForming
        }
        return galaxy(log10StellarMass: mass, redshift: redshift, state: state, using: &generator)
    }

    /// A galaxy of the general population with this mass, redshift and state.
    public func galaxy(
        log10StellarMass mass: Double, redshift: Double, state: StarFormationState,
        using generator: inout some RandomNumberGenerator
    ) -> Galaxy {
        let specificRate: Double
        switch state {
        case .starForming:
            let sequence = MainSequence.log10StarFormationRate(
                log10StellarMass: mass, redshift: redshift, cosmology: grid.cosmology)
            specificRate = sequence - mass + MainSequence.scatter * generator.normal()
        case .greenValley:
            specificRate = generator.uniform(-11.4...(-10.5))
        case .quiescent:
            let (mean, sigma) = MainSequence.quiescentSpecificRate
            specificRate = generator.normal(mean: mean, sigma: sigma)
        }
        return galaxy(
            log10StellarMass: mass, redshift: redshift, state: state, log10SpecificRate: specificRate,
            using: &generator)
    }

    /// A galaxy with this mass, redshift, state and specific star-formation rate (log10, 1/yr).
    func galaxy(
        log10StellarMass mass: Double, redshift: Double, state: StarFormationState,
        log10SpecificRate: Double, isSpheroid forced: Bool? = nil, axisRatio forcedRatio: Double? = nil,
        using generator: inout some RandomNumberGenerator
    ) -> Galaxy {
        let abundance =
            EmissionLines.oxygenAbundance(log10StellarMass: mass) + 0.07 * generator.normal()
        let metallicity = stellarMetallicity(
            log10StellarMass: mass, abundance: abundance, state: state, using: &generator)
        let history = history(
            redshift: redshift, log10StellarMass: mass, state: state,
            specificRate: pow(10, log10SpecificRate), metallicity: metallicity, using: &generator)
        let spheroidChance = state == .quiescent ? 0.75 : state == .greenValley ? 0.25 : 0.03
        let isSpheroid = forced ?? (generator.uniform() < spheroidChance)
        let disc = StructureRelations.discAxisRatio(using: &generator)
        let spheroid = StructureRelations.spheroidAxisRatio(using: &generator)
        let axisRatio = forcedRatio ?? (isSpheroid ? spheroid : disc.axisRatio)
        let dust = reddening(
            log10StellarMass: mass, redshift: redshift, state: state,
            discAxisRatio: isSpheroid ? nil : axisRatio, using: &generator)
        var gas = Gas(oxygenAbundance: abundance, absorbedFraction: state == .quiescent ? 0.5 : 0.95)
        gas.scatter.oxygen3 = 0.15 * generator.normal()
        gas.scatter.oxygen2 = 0.12 * generator.normal()
        gas.scatter.nitrogen = 0.12 * generator.normal()
        let surviving = table.survivingMass(history.massFormed, metallicity: metallicity)
        let scaled = history.scaled(by: pow(10, mass) / surviving)
        return Galaxy(
            redshift: redshift, log10StellarMass: mass,
            log10StarFormationRate: log10(max(scaled.recentRate(bins: table.bins), 1e-6)), state: state,
            history: scaled, metallicity: metallicity, dust: dust, gas: gas, isSpheroid: isSpheroid,
            axisRatio: axisRatio, cosineInclination: isSpheroid ? 1 : disc.cosineInclination,
            fluxes: grid.fluxes(
                history: scaled, metallicity: metallicity, redshift: redshift, dust: dust, gas: gas))
    }

    /// Mass fraction of metals in stars: 0.2 dex below the gas and at most 0.014 (0.08 dex scatter) while
    /// stars form; for quiescent galaxies rising with mass from 0.006 to 0.012 (0.1 dex scatter). Our
    /// approximations: they place the colours.
    private func stellarMetallicity(
        log10StellarMass mass: Double, abundance: Double, state: StarFormationState,
        using generator: inout some RandomNumberGenerator
    ) -> Double {
        let logarithm: Double
        if state == .quiescent {
            logarithm = -0.36 + 0.18 * min(1.2, max(-1.5, mass - 10.8)) + 0.10 * generator.normal()
        } else {
            logarithm = min(-0.15, abundance - 8.89) + 0.08 * generator.normal()
        }
        return min(0.05, max(0.001, 0.02 * pow(10, logarithm)))
    }

    /// The history, per solar mass formed, of a galaxy of this state and specific rate.
    private func history(
        redshift: Double, log10StellarMass mass: Double, state: StarFormationState, specificRate: Double,
        metallicity: Double, using generator: inout some RandomNumberGenerator
    ) -> StarFormationHistory {
        let universe = grid.cosmology.age(redshift: redshift) * 1e9
        if state == .quiescent {
            return quiescentHistory(
                universe: universe, specificRate: specificRate, metallicity: metallicity, using: &generator)
        }
        let mean = 0.78 + 0.05 * (mass - 10)
        let onset = universe * min(0.96, max(0.3, generator.normal(mean: mean, sigma: 0.10)))
        let bursty = generator.uniform() < 0.35
        let burstAge = pow(10, generator.uniform(7...8.6))
        let burst = pow(10, 0.25 * generator.normal())
        let solver = SpecificRateSolver(
            table: table, metallicity: metallicity, onset: onset, burstAge: burstAge,
            burst: bursty ? burst : 1)
        return solver.history(specificRate: specificRate)
    }

    /// A quenched history: most form early and stop, three in ten stop late; a constant trickle over the last
    /// Gyr fills up to the specific rate.
    private func quiescentHistory(
        universe: Double, specificRate: Double, metallicity: Double,
        using generator: inout some RandomNumberGenerator
    ) -> StarFormationHistory {
        let onset = universe - 1e9 * generator.uniform(1.2...3.5)
        let late = generator.uniform() < 0.3
        let span = late ? generator.uniform(0.4...0.85) : generator.uniform(0.05...0.35)
        let quenching = max(0.7e9, onset * (1 - span))
        let decline = 1e9 * generator.uniform(0.1...0.35)
        let base = StarFormationHistory.quenched(
            onset: onset, quenching: quenching, decline: decline, bins: table.bins)
        let surviving = table.survivingMass(base.massFormed, metallicity: metallicity)
        let missing = max(0, specificRate * surviving - base.recentRate(bins: table.bins))
        let trickle = StarFormationHistory.exponential(onset: 1e9, rate: 0, bins: table.bins)
        let total = base.adding(trickle.scaled(by: missing * 1e9))
        return total.scaled(by: 1 / total.totalMass)
    }

    /// Reddening: the gas from its mass relation (0.28 mag scatter) with the disc's inclination on top, the
    /// stars a fraction of it; quiescent galaxies A_V = 0.17 +- 0.06.
    private func reddening(
        log10StellarMass mass: Double, redshift: Double, state: StarFormationState, discAxisRatio: Double?,
        using generator: inout some RandomNumberGenerator
    ) -> Reddening {
        let scatter = generator.normal()
        let inclined =
            discAxisRatio.map {
                DustAttenuation.inclination(axisRatio: $0) - DustAttenuation.meanInclination
            } ?? 0
        let extra = inclined / DustAttenuation.curve(wavelength: 6166)
        if state == .quiescent {
            let stars = max(0, (0.17 + 0.06 * scatter) / DustAttenuation.totalToSelective + 0.3 * extra)
            return Reddening(stars: stars, gas: stars)
        }
        // The scatter of the gas is in part that of its star-forming regions: the stars share half of it.
        let weight = (state == .greenValley ? 0.6 : 1.0) / DustAttenuation.curve(wavelength: 6563)
        let alpha = DustAttenuation.hydrogenAlpha(log10StellarMass: mass)
        let gas = weight * max(0, alpha + 0.28 * scatter)
        let stars =
            weight * max(0, alpha + 0.14 * scatter)
            * DustAttenuation.starsPerGas(redshift: redshift, log10StellarMass: mass) + extra
        return Reddening(stars: max(0, stars), gas: max(0, gas + extra))
    }
}
