internal import Astronomy
internal import Computing
internal import Foundation

extension CheckValues {
    /// Green Peas and Red Spirals.
    public func classes() -> [CheckValue] {
        let grid = PhotometryGrid(passbands: Passband.sdss + Passband.decam)
        let drawer = GalaxyDrawer(grid: grid)
        return greenPeas(drawer) + redSpirals(drawer)
    }

    private func greenPeas(_ drawer: GalaxyDrawer) -> [CheckValue] {
        let peas = GreenPeaDrawer(
            drawer: drawer, selection: GreenPeaSelection(table: drawer.table), band: 1)
        let root = CounterGenerator(seed: seed, stream: 0x5045_4153)
        let sample = (0..<400).map { index in
            var generator = root.split(UInt64(index))
            return peas.galaxy(limit: 20.6, using: &generator)
        }
        func colours(_ range: Range<Double>) -> (gr: Double, rz: Double) {
            let near = sample.filter { range.contains($0.redshift) }
            return (
                Self.median(near.map { $0.magnitude(band: 0) - $0.magnitude(band: 1) }),
                Self.median(near.map { $0.magnitude(band: 1) - $0.magnitude(band: 2) })
            )
        }
        let rows: [(Range<Double>, Double, Double)] = [
            (0.13..<0.16, 0.90, -0.92), (0.16..<0.20, 0.70, -0.87), (0.20..<0.25, 0.65, -0.55),
            (0.25..<0.30, 0.58, -0.05),
            (0.30..<0.36, 0.55, 0.05),
        ]
        let widths = sample.map { peas.oxygenEquivalentWidth(of: $0) }
        return rows.flatMap { range, gr, rz in
            let name = "Green Peas, z = \(range.lowerBound) to \(range.upperBound), SDSS"
            return [
                CheckValue(
                    .classes, "median g - r, \(name)", colours(range).gr, expected: gr, tolerance: 0.25),
                CheckValue(
                    .classes, "median r - z, \(name)", colours(range).rz, expected: rz, tolerance: 0.4),
            ]
        } + [
            CheckValue(
                .classes, "log EW([O III]) of Green Peas, 16 %, A",
                log10(Self.percentile(widths, 0.16)), expected: log10(280), tolerance: 0.15),
            CheckValue(
                .classes, "log EW([O III]) of Green Peas, median, A",
                log10(Self.median(widths)), expected: log10(652), tolerance: 0.15),
            CheckValue(
                .classes, "log EW([O III]) of Green Peas, 84 %, A",
                log10(Self.percentile(widths, 0.84)), expected: log10(1243), tolerance: 0.15),
            CheckValue(
                .classes, "r of Green Peas, median", Self.median(sample.map { $0.magnitude(band: 1) }),
                expected: 20.0, tolerance: 0.3),
            CheckValue(
                .classes, "log sSFR of Green Peas, median, 1/yr",
                Self.median(sample.map { $0.log10SpecificRate }), within: -9.0 ... -8.0),
            CheckValue(
                .classes, "log M of Green Peas, median",
                Self.median(sample.map { $0.log10StellarMass }), within: 8.5...9.8),
        ]
    }

    private func redSpirals(_ drawer: GalaxyDrawer) -> [CheckValue] {
        let spirals = RedSpiralDrawer(drawer: drawer)
        let root = CounterGenerator(seed: seed, stream: 0x5350_4952)
        let sample = (0..<300).map { index in
            var generator = root.split(UInt64(index))
            return spirals.galaxy(using: &generator)
        }
        func median(_ value: (Galaxy) -> Double) -> Double { Self.median(sample.map { value($0.galaxy) }) }
        let sizes = sample.map { entry in
            entry.radius / Cosmology.standard.kiloparsecPerArcsecond(redshift: entry.galaxy.redshift)
        }
        return [
            CheckValue(
                .classes, "median g - r of Red Spirals, DECam",
                median { $0.magnitude(band: 3) - $0.magnitude(band: 4) }, within: 0.75...0.90),
            CheckValue(
                .classes, "median r - z of Red Spirals, DECam",
                median { $0.magnitude(band: 4) - $0.magnitude(band: 5) }, within: 0.58...0.72),
            CheckValue(
                .classes, "median r of Red Spirals", median { $0.magnitude(band: 1) }, within: 14.5...17.5),
            CheckValue(.classes, "median size of Red Spirals, arcsec", Self.median(sizes), within: 2.5...9),
            CheckValue(
                .classes, "median log sSFR of Red Spirals, 1/yr", median { $0.log10SpecificRate },
                within: -12 ... -11),
        ]
    }
}
