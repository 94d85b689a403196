internal import Astronomy
internal import Foundation

extension CheckValues {
    /// Scaling relations at the values that were checked against independent copies.
    public func relations() -> [CheckValue] {
        cosmology() + mainSequence() + dust() + lines() + sizes()
    }

    private func cosmology() -> [CheckValue] {
        let cosmology = Cosmology.standard
        let expected: [(z: Double, distance: Double, scale: Double)] = [
            (0.1, 460, 1.84), (0.3, 1553, 4.45), (0.5, 2833, 6.10), (0.8, 5018, 7.51),
        ]
        return expected.flatMap { row in
            [
                CheckValue(
                    .relations, "luminosity distance at z = \(row.z), Mpc",
                    cosmology.luminosityDistance(redshift: row.z), expected: row.distance, tolerance: 1),
                CheckValue(
                    .relations, "scale at z = \(row.z), kpc/arcsec",
                    cosmology.kiloparsecPerArcsecond(redshift: row.z), expected: row.scale, tolerance: 0.006),
            ]
        }
    }

    private func mainSequence() -> [CheckValue] {
        let rows: [(z: Double, values: [Double])] = [
            (0.1, [-0.45, 0.07, 0.33, 0.60]), (0.5, [0.01, 0.63, 0.94, 1.26]),
            (0.9, [0.29, 0.97, 1.31, 1.65]),
        ]
        return rows.flatMap { row in
            zip([9, 10, 10.5, 11], row.values).map { mass, value in
                CheckValue(
                    .relations, "log SFR of the main sequence at log M = \(mass), z = \(row.z)",
                    MainSequence.log10StarFormationRate(log10StellarMass: mass, redshift: row.z),
                    expected: value, tolerance: 0.015)
            }
        }
    }

    private func dust() -> [CheckValue] {
        let curve = [(3728.0, 5.86), (4861, 4.60), (5007, 4.46), (6563, 3.33)].map { wavelength, value in
            CheckValue(
                .relations, "Calzetti k at \(Int(wavelength)) A",
                DustAttenuation.curve(wavelength: wavelength), expected: value, tolerance: 0.01)
        }
        let alpha = [(9.0, 0.34), (10, 0.91), (11, 1.70)].map { mass, value in
            CheckValue(
                .relations, "A(H-alpha) at log M = \(mass), mag",
                DustAttenuation.hydrogenAlpha(log10StellarMass: mass), expected: value, tolerance: 0.01)
        }
        let inclination = [(0.52, 0.10), (0.25, 0.46)].map { ratio, value in
            CheckValue(
                .relations, "dimming by inclination at q = \(ratio), mag",
                DustAttenuation.inclination(axisRatio: ratio), expected: value, tolerance: 0.01)
        }
        return curve + alpha + inclination
    }

    private func lines() -> [CheckValue] {
        let abundance = [(8.5, 8.37), (9, 8.50), (10, 8.72), (11, 8.79)].map { mass, value in
            CheckValue(
                .relations, "12 + log(O/H) at log M = \(mass)",
                EmissionLines.oxygenAbundance(log10StellarMass: mass), expected: value, tolerance: 0.015)
        }
        let oxygen3 = [(8.2, 0.71), (8.5, 0.27), (8.69, -0.28)].map { abundance, value in
            CheckValue(
                .relations, "log [O III]/H-beta at 12 + log(O/H) = \(abundance)",
                EmissionLines.oxygen3Ratio(abundance: abundance), expected: value, tolerance: 0.01)
        }
        let oxygen2 = [(8.2, 0.27), (8.5, 0.52), (8.69, 0.43)].map { abundance, value in
            CheckValue(
                .relations, "log [O II]/H-beta at 12 + log(O/H) = \(abundance)",
                EmissionLines.oxygen2Ratio(abundance: abundance), expected: value, tolerance: 0.01)
        }
        return abundance + oxygen3 + oxygen2
    }

    private func sizes() -> [CheckValue] {
        func arcsec(_ mass: Double, _ redshift: Double, early: Bool) -> Double {
            let relation = StructureRelations.log10HalfLightRadius(
                log10StellarMass: mass, redshift: redshift, isEarlyType: early)
            return pow(10, relation.median) / Cosmology.standard.kiloparsecPerArcsecond(redshift: redshift)
        }
        let late = [(0.1, 2.5), (0.3, 1.1), (0.5, 0.75), (0.8, 0.68)].map { redshift, value in
            CheckValue(
                .relations, "half-light radius, star-forming, log M = 10, z = \(redshift), arcsec",
                arcsec(10, redshift, early: false), expected: value, tolerance: 0.2 * value)
        }
        let early = [(0.1, 10.7, 2.1), (0.3, 10.7, 0.8), (0.5, 10.7, 0.55), (0.8, 11, 0.6)].map {
            redshift, mass, value in
            CheckValue(
                .relations, "half-light radius, quiescent, log M = \(mass), z = \(redshift), arcsec",
                arcsec(mass, redshift, early: true), expected: value, tolerance: 0.15 * value)
        }
        return late + early
    }
}
