internal import Astronomy
internal import Computing
internal import Foundation

extension CheckValues {
    /// Counts, redshifts and colours of flux-limited samples.
    public func population() throws -> [CheckValue] {
        let table = PopulationTable()
        let drawer = GalaxyDrawer(
            grid: PhotometryGrid(passbands: Passband.sdss + Passband.decam, table: table))
        let main = try sample(drawer, limit: 17.77, stream: 1, band: 1)
        let gama = try sample(drawer, limit: 19.8, stream: 2, band: 1)
        var rows = [
            CheckValue(
                .population, "galaxies per square degree, r < 17.77", main.perSquareDegree, expected: 92,
                tolerance: 23),
            CheckValue(
                .population, "median redshift, r < 17.77", Self.median(main.galaxies.map { $0.redshift }),
                expected: 0.10, tolerance: 0.02),
            CheckValue(
                .population, "galaxies per square degree, r < 19.8", gama.perSquareDegree, expected: 1050,
                tolerance: 260),
            CheckValue(
                .population, "median redshift, r < 19.8", Self.median(gama.galaxies.map { $0.redshift }),
                expected: 0.21, tolerance: 0.03),
        ]
        let limits = [(20.5, 0.29, 0.04, 0.03), (21.5, 0.39, 0.17, 0.06), (22.5, 0.47, 0.31, 0.07)]
        for (stream, (limit, middle, far, tolerance)) in limits.enumerated() {
            let galaxies = try sample(drawer, limit: limit, stream: 3 + stream, band: 1).galaxies
            let redshifts = galaxies.map { $0.redshift }
            if limit == 21.5 { rows.append(smallDiscs(galaxies)) }
            rows.append(
                CheckValue(
                    .population, "median redshift, r < \(limit)", Self.median(redshifts), expected: middle,
                    tolerance: 0.04))
            let share = Double(redshifts.count { $0 > 0.6 }) / Double(redshifts.count)
            rows.append(
                CheckValue(
                    .population, "share beyond z = 0.6, r < \(limit)", share, expected: far,
                    tolerance: tolerance))
        }
        return rows + mainSampleColours(main.galaxies) + blueColours(drawer) + redColours(drawer)
            + brightness(drawer)
    }

    private func sample(
        _ drawer: GalaxyDrawer, limit: Double, stream: Int, band: Int
    ) throws -> (galaxies: [Galaxy], perSquareDegree: Double) {
        let sampler = PopulationSampler(drawer: drawer, limit: limit, band: band)
        let root = CounterGenerator(seed: seed, stream: 0x4348_4543).split(UInt64(stream))
        let size = sampleSize
        let drawn = try ParallelLoop().mapChunks(count: size, chunk: 32) { range, _ in
            range.map { index in
                var generator = root.split(UInt64(index))
                return sampler.galaxy(using: &generator)
            }
        }.flatMap { $0 }
        let candidates = drawn.reduce(0) { $0 + $1.candidates }
        let degrees = Angle(radians: 1).degrees
        return (
            drawn.map { $0.galaxy },
            sampler.envelopeDensity * Double(size) / Double(candidates) / (degrees * degrees)
        )
    }

    /// The share of inclined discs (q < 0.6) that are smaller than 0.7 arcsec, below the point spread.
    private func smallDiscs(_ galaxies: [Galaxy]) -> CheckValue {
        var generator = CounterGenerator(seed: seed, stream: 0x5349_5A45)
        let radii = galaxies.filter { !$0.isSpheroid && $0.axisRatio < 0.6 }.map { galaxy in
            let relation = StructureRelations.log10HalfLightRadius(
                log10StellarMass: galaxy.log10StellarMass, redshift: galaxy.redshift,
                isEarlyType: galaxy.state == .quiescent)
            return pow(10, relation.median + relation.scatter * generator.normal())
                / Cosmology.standard.kiloparsecPerArcsecond(redshift: galaxy.redshift)
        }
        return CheckValue(
            .population, "share of inclined discs below 0.7 arcsec, r < 21.5",
            Double(radii.count { $0 < 0.7 }) / Double(radii.count), expected: 0.33, tolerance: 0.15)
    }

    private func colour(_ galaxy: Galaxy, _ blue: Int, _ red: Int) -> Double {
        galaxy.magnitude(band: blue) - galaxy.magnitude(band: red)
    }

    /// SDSS colours of the main sample at four redshifts, all galaxies and red ones.
    private func mainSampleColours(_ galaxies: [Galaxy]) -> [CheckValue] {
        let rows: [(z: Double, gr: Double?, rz: Double?, redGR: Double, redRZ: Double)] = [
            (0.05, 0.68, 0.61, 0.82, 0.69), (0.10, 0.87, 0.71, 0.93, 0.75), (0.15, nil, nil, 1.08, 0.78),
            (0.20, nil, nil, 1.25, 0.81),
        ]
        return rows.flatMap { row in
            let near = galaxies.filter { abs($0.redshift - row.z) < 0.02 }
            let red = near.filter { $0.state == .quiescent }
            let name = "main sample, z = \(row.z), SDSS"
            var values: [CheckValue] = []
            if let gr = row.gr {
                values.append(
                    CheckValue(
                        .population, "median g - r, \(name)", Self.median(near.map { colour($0, 0, 1) }),
                        expected: gr, tolerance: 0.1))
            }
            if let rz = row.rz {
                values.append(
                    CheckValue(
                        .population, "median r - z, \(name)", Self.median(near.map { colour($0, 1, 2) }),
                        expected: rz, tolerance: 0.1))
            }
            values.append(
                CheckValue(
                    .population, "g - r of red galaxies, \(name)", Self.median(red.map { colour($0, 0, 1) }),
                    expected: row.redGR, tolerance: 0.08))
            values.append(
                CheckValue(
                    .population, "r - z of red galaxies, \(name)", Self.median(red.map { colour($0, 1, 2) }),
                    expected: row.redRZ, tolerance: 0.08))
            return values
        }
    }

    /// Many galaxies of one mass, redshift and state.
    private func galaxies(
        _ drawer: GalaxyDrawer, mass: Double, redshift: Double, state: StarFormationState
    ) -> [Galaxy] {
        let root = CounterGenerator(seed: seed, stream: 0x4D41_5353)
        return (0..<300).map { index in
            var generator = root.split(UInt64(index))
            return drawer.galaxy(
                log10StellarMass: mass, redshift: redshift, state: state, using: &generator)
        }
    }

    /// DECam colours of main-sequence galaxies of log10 mass 10.
    private func blueColours(_ drawer: GalaxyDrawer) -> [CheckValue] {
        let rows = [(0.1, 0.55, 0.51), (0.3, 0.74, 0.51), (0.5, 0.88, 0.56), (0.8, 0.57, 0.84)]
        return rows.flatMap { redshift, gr, rz in
            let sample = galaxies(drawer, mass: 10, redshift: redshift, state: .starForming)
            let name = "main sequence, log M = 10, z = \(redshift), DECam"
            return [
                CheckValue(
                    .population, "median g - r, \(name)", Self.median(sample.map { colour($0, 3, 4) }),
                    expected: gr, tolerance: 0.15),
                CheckValue(
                    .population, "median r - z, \(name)", Self.median(sample.map { colour($0, 4, 5) }),
                    expected: rz, tolerance: 0.15),
            ]
        }
    }

    /// SDSS colours of luminous red galaxies.
    private func redColours(_ drawer: GalaxyDrawer) -> [CheckValue] {
        let rows = [(0.3, 1.65, 1.03), (0.5, 1.63, 1.36), (0.6, 1.51, 1.54), (0.7, 1.36, 1.68)]
        return rows.flatMap { redshift, gr, rz in
            let sample = galaxies(drawer, mass: 11.4, redshift: redshift, state: .quiescent)
            let name = "luminous red galaxies, z = \(redshift), SDSS"
            return [
                CheckValue(
                    .population, "median g - r, \(name)", Self.median(sample.map { colour($0, 0, 1) }),
                    expected: gr, tolerance: 0.15),
                CheckValue(
                    .population, "median r - z, \(name)", Self.median(sample.map { colour($0, 1, 2) }),
                    expected: rz, tolerance: 0.2),
            ]
        }
    }

    /// Magnitudes of galaxies of the characteristic mass.
    private func brightness(_ drawer: GalaxyDrawer) -> [CheckValue] {
        let mass = MassFunction().log10CharacteristicMass
        func magnitude(_ redshift: Double, _ state: StarFormationState) -> Double {
            Self.median(
                galaxies(drawer, mass: mass, redshift: redshift, state: state).map { $0.magnitude(band: 1) })
        }
        let near = (magnitude(0.1, .starForming) + magnitude(0.1, .quiescent)) / 2
        return [
            CheckValue(.population, "r of L* at z = 0.1", near, expected: 17.1, tolerance: 0.4),
            CheckValue(
                .population, "r of L* at z = 0.5, blue", magnitude(0.5, .starForming), expected: 20.8,
                tolerance: 0.4),
            CheckValue(
                .population, "r of L* at z = 0.5, red", magnitude(0.5, .quiescent), expected: 21.5,
                tolerance: 0.4),
        ]
    }
}
