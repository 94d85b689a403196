internal import Astronomy
internal import Foundation

extension CheckValues {
    /// Passbands and the published spectra through them, without dust, lines or the mock's colour correction.
    public func spectra() -> [CheckValue] {
        let plain = PopulationTable(correctsPassiveColours: false)
        let sdss = PhotometryGrid(passbands: Passband.sdss, table: plain)
        let decam = PhotometryGrid(passbands: Passband.decam, table: plain)
        return passbands() + passiveColours(sdss) + risingColours(decam) + lights()
    }

    private func passbands() -> [CheckValue] {
        zip(Passband.decam, [4806.0, 6425, 9171]).map { band, pivot in
            CheckValue(
                .spectra, "pivot wavelength of DECam \(band.name), A", band.pivotWavelength, expected: pivot,
                tolerance: 25)
        }
    }

    /// g - r and r - z of a galaxy.
    private func colours(_ fluxes: [Double]) -> (gr: Double, rz: Double) {
        (-2.5 * log10(fluxes[0] / fluxes[1]), -2.5 * log10(fluxes[1] / fluxes[2]))
    }

    /// Populations formed at z = 3, SDSS colours.
    ///
    /// The tolerance covers the versions of the SDSS passbands: g - r differs by 0.03 to 0.05 between the
    /// curves of Doi et al. (2010), used here, and earlier ones.
    private func passiveColours(_ grid: PhotometryGrid) -> [CheckValue] {
        let rows: [(metallicity: Double, z: Double, gr: Double, rz: Double)] = [
            (0.008, 0.10, 0.97, 0.68), (0.008, 0.30, 1.45, 0.85), (0.008, 0.50, 1.52, 1.29),
            (0.020, 0.05, 0.97, 0.72), (0.020, 0.20, 1.41, 0.82), (0.020, 0.60, 1.72, 1.71),
            (0.050, 0.10, 1.22, 0.87), (0.050, 0.70, 2.11, 2.31),
        ]
        return rows.flatMap { row in
            let age =
                1e9 * (grid.cosmology.age(redshift: row.z) - grid.cosmology.age(redshift: 3))
            let history = StarFormationHistory.exponential(onset: age * 1.01, rate: 0, end: age * 0.99)
            let colours = colours(
                grid.fluxes(
                    history: history, metallicity: row.metallicity, redshift: row.z,
                    dust: Reddening(stars: 0, gas: 0), gas: nil))
            let name = "of a passive population, Z = \(row.metallicity), z = \(row.z), SDSS"
            return [
                CheckValue(.spectra, "g - r \(name)", colours.gr, expected: row.gr, tolerance: 0.06),
                CheckValue(.spectra, "r - z \(name)", colours.rz, expected: row.rz, tolerance: 0.03),
            ]
        }
    }

    /// Star formation rising with an e-folding time of 3 Gyr over 8 Gyr, Z = 0.013, E(B-V) = 0.2, with
    /// nebular light, DECam.
    private func risingColours(_ grid: PhotometryGrid) -> [CheckValue] {
        let rows: [(z: Double, gr: Double, rz: Double)] = [
            (0.1, 0.44, 0.46), (0.3, 0.75, 0.49), (0.5, 0.93, 0.58), (0.8, 0.48, 0.97),
        ]
        return rows.flatMap { row in
            let onset = 1e9 * min(8, grid.cosmology.age(redshift: row.z) - 1)
            let history = StarFormationHistory.exponential(onset: onset, rate: -1 / 3e9)
            let colours = colours(
                grid.fluxes(
                    history: history, metallicity: 0.013, redshift: row.z,
                    dust: Reddening(stars: 0.2, gas: 0.2 / 0.44), gas: Gas(oxygenAbundance: 8.6)))
            let name = "of rising star formation, z = \(row.z), DECam"
            return [
                CheckValue(.spectra, "g - r \(name)", colours.gr, expected: row.gr, tolerance: 0.08),
                CheckValue(.spectra, "r - z \(name)", colours.rz, expected: row.rz, tolerance: 0.08),
            ]
        }
    }

    /// Light per mass in V and H-alpha per star-formation rate.
    private func lights() -> [CheckValue] {
        let populations = StellarPopulations.pegase
        let ratios = [(0.004, 2.4), (0.008, 3.0), (0.020, 4.0), (0.050, 5.5)].map { metallicity, value in
            CheckValue(
                .spectra, "M/L_V of surviving mass at 10 Gyr, Z = \(metallicity), solar",
                populations.survivingMass(age: 1e10, metallicity: metallicity)
                    / visualLuminosity(age: 1e10, metallicity: metallicity), expected: value,
                tolerance: 0.1 * value)
        }
        let table = PopulationTable()
        let constant = StarFormationHistory.exponential(onset: 1e8, rate: 0).scaled(by: 1e8)
        let alphas = [(0.004, 2.3), (0.008, 2.0), (0.020, 1.6), (0.050, 1.0)].map { metallicity, value in
            let photons = table.ionisingPhotons(constant.massFormed, metallicity: metallicity)
            let luminosity =
                photons * populations.hydrogenBeta * EmissionLines.balmerRatio
                * StellarPopulations.solarLuminosity
            return CheckValue(
                .spectra, "L(H-alpha) of 1 Msun/yr, Z = \(metallicity), 1e41 erg/s", luminosity / 1e41,
                expected: value, tolerance: 0.1 * value)
        }
        return ratios + alphas
    }

    /// Luminosity in V per solar mass formed, suns (M_V of the Sun 4.80 AB), V a box from 5050 to 5930 A.
    private func visualLuminosity(age: Double, metallicity: Double) -> Double {
        let populations = StellarPopulations.pegase
        let band = Passband(name: "V", wavelengths: [5050, 5051, 5929, 5930], throughput: [0, 1, 1, 0])
        let spectrum = populations.spectrum(age: age, metallicity: metallicity)
        var sum = 0.0
        for bin in 0..<populations.binCount {
            sum +=
                spectrum[bin]
                * band.moment(from: populations.binEdges[bin], to: populations.binEdges[bin + 1])
        }
        let parsec = 3.085_677_58e19
        let density =
            sum * StellarPopulations.solarLuminosity
            / (4 * .pi * parsec * parsec * 2.997_924_58e18 * band.inverseMoment)
        let magnitude = -2.5 * log10(density) - 48.6
        return pow(10, 0.4 * (4.80 - magnitude))
    }
}
