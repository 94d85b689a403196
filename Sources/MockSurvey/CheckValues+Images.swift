internal import Astronomy
internal import Computing
internal import Foundation

extension CheckValues {
    /// Pixels: total flux, noise per pixel and its correlation, depth after interpolation.
    public func images() -> [CheckValue] {
        fluxes() + [spiralFluxes()] + noise()
    }

    /// The worst flux of twenty spirals with bulge, bar, arms, rings and spots.
    private func spiralFluxes() -> CheckValue {
        let side = 320
        let library = SersicLibrary()
        let renderer = ProfileRenderer(
            library: library, level: .detected, width: side, height: side, pixelScale: 0.262)
        let passbands = Passband.decam
        let drawer = GalaxyDrawer(grid: PhotometryGrid(passbands: passbands))
        let shapes = ShapeDrawer(
            library: library, pivots: passbands.map { $0.pivotWavelength }, cosmology: .standard)
        let root = CounterGenerator(seed: seed, stream: 0x464C_5558)
        let style = ShapeDrawer.Style(radius: 6, hasArms: true)
        var worst = 1.0
        for index in 0..<20 {
            var generator = root.split(UInt64(index))
            let galaxy = drawer.galaxy(
                log10StellarMass: 10.5, redshift: 0.08, state: .starForming, using: &generator)
            let shape = shapes.shape(of: galaxy, style: style, using: &generator)
            let source = SceneSource(offset: SIMD2(0.1, -0.05), fluxes: [100, 100, 100], shape: shape)
            for band in 0..<3 {
                var image = [Float](repeating: 0, count: side * side)
                image.withUnsafeMutableBufferPointer { buffer in
                    renderer.add(
                        [source], band: band, centre: .zero, pointSpread: PointSpread(fwhm: 1.2), to: buffer)
                }
                let total = image.reduce(0.0) { $0 + Double($1) } / 100
                if abs(total - 1) > abs(worst - 1) { worst = total }
            }
        }
        return CheckValue(
            .images, "flux drawn per flux, worst of twenty spirals", worst, expected: 1, tolerance: 0.015)
    }

    /// The light of isolated galaxies in a large noiseless image against their fluxes.
    private func fluxes() -> [CheckValue] {
        let side = 512
        let library = SersicLibrary()
        let renderer = ProfileRenderer(
            library: library, level: .detected, width: side, height: side, pixelScale: 0.262)
        let rows: [(index: Double, radius: Double, ratio: Double)] = [
            (0.5, 3, 0.5), (1, 1, 0.3), (1, 4, 1), (2.5, 2, 0.7), (4, 1.5, 0.8),
        ]
        return rows.map { index, radius, ratio in
            let shape = GalaxyShape(
                halfLightRadius: radius, axisRatio: ratio, positionAngle: 0.5, sersicIndex: index,
                bulgeFraction: 0,
                components: [
                    GalaxyShape.Component(
                        index: index, radius: [radius], share: [1],
                        ellipse: SkyEllipse(positionAngle: 0.5, axisRatio: ratio))
                ], arms: nil, discIndex: nil, spots: [])
            var image = [Float](repeating: 0, count: side * side)
            image.withUnsafeMutableBufferPointer { buffer in
                renderer.add(
                    [SceneSource(offset: .zero, fluxes: [100], shape: shape)], band: 0, centre: .zero,
                    pointSpread: PointSpread(fwhm: 1.2), to: buffer)
            }
            let total = image.reduce(0.0) { $0 + Double($1) } / 100
            return CheckValue(
                .images, "flux drawn per flux, Sersic n = \(index), R_e = \(radius) arcsec", total,
                expected: 1, tolerance: 0.01)
        }
    }

    /// Noise of empty sky, one pass: before interpolation as the depth asks, after it correlated.
    private func noise() -> [CheckValue] {
        let side = 256
        let model = NoiseModel(width: side, height: side, level: .detected)
        var rows: [CheckValue] = []
        let expected = [0.0042, 0.0064]
        for (band, value) in zip(SurveyBand.decals, expected) {
            let sigma = band.skyNoise(pixelScale: 0.262, beta: ObservingConditions.beta)
            let statistics = statistics(model, sigma: sigma, passes: 2, side: side)
            rows.append(
                CheckValue(
                    .images, "noise per pixel of two passes, \(band.band.name), nanomaggies",
                    statistics.sigma, expected: value, tolerance: 0.3 * value))
        }
        let statistics = statistics(model, sigma: 1, passes: 2, side: side)
        rows.append(
            CheckValue(
                .images, "correlation of neighbouring pixels", statistics.correlation, expected: 0.15,
                tolerance: 0.06))
        rows.append(
            CheckValue(
                .images, "noise of a point-source flux after interpolation per before", statistics.depth,
                expected: 1, tolerance: 0.05))
        return rows
    }

    /// Standard deviation per pixel, lag-1 correlation, and the error of fluxes weighted with the point
    /// spread relative to that of uncorrelated noise; over several fields.
    private func statistics(
        _ model: NoiseModel, sigma: Double, passes: Int, side: Int
    ) -> (sigma: Double, correlation: Double, depth: Double) {
        var (variance, product, depth) = (0.0, 0.0, 0.0)
        let fields = 8
        for field in 0..<fields {
            var image = [Float](repeating: 0, count: side * side)
            image.withUnsafeMutableBufferPointer {
                model.add(
                    to: $0, sigma: sigma, passes: passes, electronsPerNanomaggy: 1e9,
                    shift: SIMD2(0.6 * Double(field) / 8 - 0.26, 0.6 * Double((3 * field) % 8) / 8 - 0.26),
                    generator: CounterGenerator(seed: seed, stream: UInt64(field)))
            }
            for row in 0..<side - 1 {
                for column in 0..<side - 1 {
                    let value = Double(image[row * side + column])
                    variance += value * value
                    let right = Double(image[row * side + column + 1])
                    let above = Double(image[(row + 1) * side + column])
                    product += value * (right + above) / 2
                }
            }
            depth += weightedVariance(image, side: side)
        }
        let count = Double(fields * (side - 1) * (side - 1))
        let white = sigma / Double(passes).squareRoot()
        return (
            (variance / count).squareRoot(), product / variance,
            (depth / Double(fields)).squareRoot() / white
        )
    }

    /// The variance of sums weighted with a point spread of 1.2 arcsec, per pixel variance if it were
    /// uncorrelated.
    private func weightedVariance(_ image: [Float], side: Int) -> Double {
        let spread = PointSpread(fwhm: 1.2)
        let reach = 9
        let profile = (-reach...reach).flatMap { y in
            (-reach...reach).map { x in
                spread.brightness(radius: Double(x * x + y * y).squareRoot() * 0.262)
            }
        }
        let norm = profile.reduce(0) { $0 + $1 * $1 }
        var (sum, count) = (0.0, 0.0)
        for row in stride(from: reach, to: side - reach, by: 7) {
            for column in stride(from: reach, to: side - reach, by: 7) {
                var flux = 0.0
                for (index, weight) in profile.enumerated() {
                    let y = row + index / (2 * reach + 1) - reach
                    let x = column + index % (2 * reach + 1) - reach
                    flux += weight * Double(image[y * side + x])
                }
                sum += flux * flux / norm
                count += 1
            }
        }
        return sum / count
    }

    /// Reported labels against the truth.
    public func labels() -> [CheckValue] {
        var generator = CounterGenerator(seed: seed, stream: 0x4C41_4245)
        let count = 20_000
        var wrong = 0
        var (masses, rates, lowest) = ([Double](), [Double](), Double.infinity)
        for index in 0..<count {
            let quiescent = index % 2 == 0
            let labels = SurveyLabels(
                redshift: 0.3, log10StellarMass: 10.5, log10StarFormationRate: quiescent ? -2 : 0.5,
                using: &generator)
            if abs(labels.redshift - 0.3) > 0.01 { wrong += 1 }
            masses.append(labels.log10StellarMass - 10.5)
            if quiescent {
                lowest = min(lowest, labels.log10StarFormationRate - 10.5)
            } else {
                rates.append(labels.log10StarFormationRate - 0.5)
            }
        }
        func scatter(_ values: [Double]) -> Double {
            (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        }
        return [
            CheckValue(
                .labels, "share of wrong redshifts", Double(wrong) / Double(count), within: 0.005...0.010),
            CheckValue(.labels, "scatter of log M, dex", scatter(masses), within: 0.10...0.13),
            CheckValue(
                .labels, "scatter of log SFR on the main sequence, dex", scatter(rates), within: 0.15...0.30),
            CheckValue(
                .labels, "lowest log sSFR reported, 1/yr", lowest,
                expected: SurveyLabels.specificRateFloor, tolerance: 0.01),
        ]
    }
}
