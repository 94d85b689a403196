import Astronomy
import Computing
import Foundation
import MockSurvey
import TestSupport
import Testing

@Suite("Stellar populations and star-formation histories")
struct PopulationTests {
    static let table = PopulationTable()

    @Test("The grid of models is the published one")
    func grid() {
        let populations = StellarPopulations.pegase
        #expect(populations.metallicities == [0.001, 0.004, 0.008, 0.020, 0.050])
        #expect(populations.ages.count == 27)
        #expect(populations.binCount == 310)
        #expect(populations.binEdges.first == 912)
        #expect(populations.binEdges.last == 11000)
        // First row of the table: Z = 0.001, 1 Myr, 912 to 950 A.
        #expect(abs(populations.spectrum(age: 1e6, metallicity: 0.001)[0] - 0.5787) < 1e-6)
        #expect(abs(log10(populations.ionisingPhotons(age: 1e6, metallicity: 0.001)) - 46.641) < 1e-9)
    }

    @Test("Between models the logarithm is interpolated; beyond the grid its end is held")
    func interpolation() {
        let populations = StellarPopulations.pegase
        let low = populations.spectrum(age: 1e9, metallicity: 0.004)[200]
        let high = populations.spectrum(age: 1e9, metallicity: 0.008)[200]
        let middle = populations.spectrum(age: 1e9, metallicity: (0.004 * 0.008).squareRoot())[200]
        #expect(abs(middle / (low * high).squareRoot() - 1) < 1e-12)
        #expect(
            populations.spectrum(age: 1, metallicity: 1e-9)
                == populations.spectrum(age: 1e6, metallicity: 0.001))
    }

    @Test("Exponential histories hold one solar mass and the right rates")
    func exponential() {
        for rate in [-1 / 3e9, 0, 1e-18, 1 / 5e9, 20 / 1e10] {
            let history = StarFormationHistory.exponential(onset: 1e10, rate: rate)
            #expect(abs(history.totalMass - 1) < 1e-12)
            let exact =
                abs(rate) < 1e-15
                ? 1e-10 : (exp(rate * 1e8) - 1) / (exp(rate * 1e10) - 1) / 1e8
            #expect(abs(history.recentRate() / exact - 1) < 1e-6, "rate \(rate)")
        }
    }

    @Test("A quenched history is continuous where it quenches and falls after")
    func quenched() {
        let bins = AgeBins.standard
        let history = StarFormationHistory.quenched(onset: 9.8e9, quenching: 1.7e9, decline: 3e8)
        let rates = (0..<bins.count).map { history.massFormed[$0] / (bins.edges[$0 + 1] - bins.edges[$0]) }
        #expect(abs(history.totalMass - 1) < 1e-12)
        for bin in 1..<bins.count where bins.edges[bin + 1] <= 1.7e9 { #expect(rates[bin] > rates[bin - 1]) }
        let plateau = rates[bins.edges.firstIndex(of: 2.2e9) ?? 0]
        let before = rates[(bins.edges.firstIndex(of: 1.7e9) ?? 1) - 1]
        // Mean over 1.3 to 1.7 Gyr of exp(-(1.7 - a) / 0.3) is 0.552.
        #expect(abs(before / plateau - 0.552) < 0.01)
    }

    @Test("Mass, rate and light of a drawn galaxy belong together")
    func consistency() {
        let grid = PhotometryGrid(passbands: Passband.decam, table: Self.table)
        let drawer = GalaxyDrawer(grid: grid)
        var generator = CounterGenerator(seed: 8)
        for index in 0..<60 {
            let state: StarFormationState = [.starForming, .greenValley, .quiescent][index % 3]
            let galaxy = drawer.galaxy(
                log10StellarMass: 10.2, redshift: 0.3, state: state, using: &generator)
            let mass = Self.table.survivingMass(
                galaxy.history.massFormed, metallicity: galaxy.metallicity)
            #expect(abs(log10(mass) - 10.2) < 1e-9)
            #expect(abs(log10(galaxy.history.recentRate()) - galaxy.log10StarFormationRate) < 1e-9)
            let fluxes = grid.fluxes(
                history: galaxy.history, metallicity: galaxy.metallicity, redshift: 0.3, dust: galaxy.dust,
                gas: galaxy.gas)
            expectClose(galaxy.fluxes, fluxes, relative: 1e-12)
            // No star is older than the Universe.
            let age = Cosmology.standard.age(redshift: 0.3) * 1e9
            let bins = AgeBins.standard
            for bin in 0..<bins.count where bins.edges[bin] > age {
                #expect(galaxy.history.massFormed[bin] == 0)
            }
        }
    }

    @Test("The 4000 A break grows as star formation ceases")
    func breakStrength() {
        func strength(_ history: StarFormationHistory) -> Double {
            let spectrum = Self.table.spectrum(history.massFormed, metallicity: 0.02)
            func mean(_ low: Double, _ high: Double) -> Double {
                let bins = spectrum.indices.filter {
                    Self.table.binEdges[$0] >= low && Self.table.binEdges[$0 + 1] <= high
                }
                // Per unit frequency, as D4000 is defined (Bruzual 1983).
                let values = bins.map { bin in
                    let wavelength = (Self.table.binEdges[bin] + Self.table.binEdges[bin + 1]) / 2
                    return spectrum[bin] * wavelength * wavelength
                }
                return values.reduce(0, +) / Double(values.count)
            }
            return mean(4050, 4250) / mean(3750, 3950)
        }
        let constant = strength(.exponential(onset: 1e10, rate: 0))
        let declining = strength(.exponential(onset: 1e10, rate: 1 / 2e9))
        let old = strength(.exponential(onset: 1e10, rate: 0, end: 8e9))
        #expect(constant < declining && declining < old)
        #expect((1.05...1.5).contains(constant))
        #expect((1.7...2.6).contains(old))
    }

    @Test("Dust dims and reddens; an emission line in a band brightens that band only")
    func dustAndLines() {
        let grid = PhotometryGrid(passbands: Passband.decam, table: Self.table)
        let history = StarFormationHistory.exponential(onset: 3e9, rate: 0).scaled(by: 1e10)
        func fluxes(_ reddening: Double, gas: Gas? = nil, redshift: Double = 0.4) -> [Double] {
            grid.fluxes(
                history: history, metallicity: 0.02, redshift: redshift,
                dust: Reddening(stars: reddening, gas: reddening), gas: gas)
        }
        let (clear, dusty) = (fluxes(0), fluxes(0.3))
        let dimming = zip(clear, dusty).map { -2.5 * log10($1 / $0) }
        #expect(dimming[0] > dimming[1] && dimming[1] > dimming[2] && dimming[2] > 0)
        // g at z = 0.4 is 3432 A at rest: A = k E(B-V).
        #expect(abs(dimming[0] - 0.3 * DustAttenuation.curve(wavelength: 3432)) < 0.05)
        // H-alpha at z = 0.4 lies at 9188 A, in z; at z = 0.2, at 7876 A, between r and z.
        var strong = Gas(oxygenAbundance: 8.69)
        strong.scatter.nitrogen = 1
        var weak = strong
        weak.scatter.nitrogen = -3
        let (with, without) = (fluxes(0, gas: strong), fluxes(0, gas: weak))
        #expect(with[2] > 1.02 * without[2])
        #expect(abs(with[0] / without[0] - 1) < 1e-9)
        let blind = (fluxes(0, gas: strong, redshift: 0.2), fluxes(0, gas: weak, redshift: 0.2))
        expectClose(blind.0, blind.1, relative: 1e-9)
    }

    @Test("Fluxes fall with the square of the distance and interpolate smoothly in redshift")
    func redshifts() {
        let grid = PhotometryGrid(passbands: Passband.decam, table: Self.table)
        let history = StarFormationHistory.exponential(onset: 5e9, rate: 0).scaled(by: 1e10)
        func flux(_ redshift: Double) -> Double {
            grid.fluxes(
                history: history, metallicity: 0.013, redshift: redshift,
                dust: Reddening(stars: 0.17, gas: 0.3), gas: nil)[1]
        }
        // Half a grid step away, the value lies between its neighbours.
        for redshift in [0.105, 0.305, 0.555, 0.905] {
            #expect(flux(redshift) < flux(redshift - 0.005) && flux(redshift) > flux(redshift + 0.005))
        }
        let factor = grid.distanceFactor(redshift: 0.5)
        #expect(abs(factor * pow(2832.94e5, 2) - 1) < 1e-3)
    }
}
