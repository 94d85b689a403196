import Astronomy
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Fast photometry")
struct FastPhotometryTests {
    /// Galaxies of many sizes and fluxes, half of them with companions within 20 pixels.
    static let stamps: [GalaxyImage] = {
        var generator = CounterGenerator(seed: 21)
        return (0..<24).map { index in
            let galaxy = SyntheticSky.Galaxy(
                flux: pow(10, generator.uniform(0.4...2)), index: generator.uniform(0.8...4),
                radius: generator.uniform(0.4...3), axisRatio: generator.uniform(0.3...1),
                positionAngle: generator.uniform(0...3))
            let others = (0..<index % 2 * 2).map { _ in
                let angle = generator.uniform(0...6.28)
                let distance = generator.uniform(9...20)
                return SyntheticSky.Galaxy(
                    flux: galaxy.flux * generator.uniform(0.1...0.8), radius: generator.uniform(0.4...1),
                    axisRatio: 0.8, offset: SIMD2(cos(angle), sin(angle)) * distance)
            }
            return SyntheticSky().stamp([galaxy] + others, generator: &generator)
        }
    }()

    static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    /// NaN equals NaN: two measurements by their bits.
    static func numbers(_ found: SourceMeasurement) -> [UInt64] {
        let values =
            found.fluxes + found.fluxSigmas + found.signalToNoise + [
                found.halfLightRadius, found.axisRatio, found.positionAngle, found.positionAngleSigma,
                found.ellipticity.x, found.ellipticity.y, found.ellipticitySigma, found.apertureFraction,
            ]
        return values.map(\.bitPattern) + [UInt64(found.flags.rawValue)]
    }

    static func packed(_ image: GalaxyImage) -> (bytes: [UInt8], geometry: CutoutGeometry) {
        (
            bigEndianBytes(image.pixels),
            CutoutGeometry(
                bandCount: image.bands.count, width: image.width, height: image.height, plane: image.plane,
                pixelScale: image.pixelScale)
        )
    }

    /// Even stamps hold one galaxy, odd ones a blend of three.
    static let pairs: [(fast: SourceMeasurement, sep: SourceMeasurement)] = stamps.map {
        (FastPhotometry().measure($0), SourceMeasurer().measure($0))
    }

    /// Sorted differences in flux of one band.
    static func differences(_ pairs: [(fast: SourceMeasurement, sep: SourceMeasurement)], band: Int)
        -> [Double]
    {
        pairs.map { abs($0.fast.fluxes[band] / $0.sep.fluxes[band] - 1) }.sorted()
    }

    @Test(
        "Single galaxies: eleven of twelve fluxes within 1 % of SEP's, all within 5 %, sizes and shapes alike"
    )
    func agreement() {
        let single = stride(from: 0, to: 24, by: 2).map { Self.pairs[$0] }
        for pair in single { #expect(pair.fast.flags == pair.sep.flags) }
        for band in 0..<3 {
            let ratios = Self.differences(single, band: band)
            // One of the twelve is 4 % apart, the one whose axis ratio is, too; on the whole survey 6 % are beyond 3 %.
            #expect(ratios[10] < 0.01 && ratios[11] < 0.05, "\(ratios)")
            let errors = single.map { abs($0.fast.fluxSigmas[band] / $0.sep.fluxSigmas[band] - 1) }
            #expect(Self.median(errors) < 0.06)
        }
        let sizes = single.map { abs($0.fast.halfLightRadius / $0.sep.halfLightRadius - 1) }.sorted()
        let shapes = single.map { abs($0.fast.axisRatio - $0.sep.axisRatio) }.sorted()
        #expect(sizes[6] < 0.015 && sizes[11] < 0.05, "\(sizes)")
        // One of the twelve is 0.15 apart; on the whole survey 1.8 % are beyond 0.05.
        #expect(shapes[6] < 0.003 && shapes[10] < 0.01, "\(shapes)")
    }

    @Test("Close blends: half of the fluxes within 6 % of SEP's, where SEP itself draws pixels at random")
    func blends() {
        let blended = stride(from: 1, to: 24, by: 2).map { Self.pairs[$0] }
        for band in 0..<3 {
            let ratios = Self.differences(blended, band: band)
            #expect(ratios[6] < 0.06 && ratios[9] < 0.2, "\(ratios)")
        }
        let shapes = blended.map { abs($0.fast.axisRatio - $0.sep.axisRatio) }.sorted()
        #expect(shapes[6] < 0.02, "\(shapes)")
    }

    @Test("Stored bytes and an image give the same bits, on any thread, after anything else")
    func bitEqual() throws {
        var changed = Self.stamps
        changed[3] = SyntheticSizes.image(width: 71, height: 40, bands: 2)
        changed[5].pixels[70] = .nan
        changed[5].pixels[8_000] = .infinity
        let images = changed
        let expected = images.map { Self.numbers(FastPhotometry().measure($0)) }
        let again = try ParallelLoop(threads: 3).mapChunks(count: images.count, chunk: 2) { range, _ in
            let workspace = MeasurementWorkspace()
            return range.map { index in
                let (bytes, geometry) = Self.packed(images[images.count - 1 - index])
                return Self.numbers(
                    FastPhotometry().measure(
                        bigEndian: bytes.span.bytes, geometry: geometry, workspace: workspace))
            }
        }
        #expect(again.flatMap { $0 } == expected.reversed())
    }

    @Test("Levels agree: fluxes to 1e-3, axis ratios to 2e-3", arguments: InstructionSet.available)
    func levels(level: InstructionSet) {
        for image in Self.stamps {
            let best = FastPhotometry().measure(image)
            let found = FastPhotometry(level: level).measure(image)
            expectClose(found.fluxes, best.fluxes, relative: 1e-3)
            #expect(abs(found.axisRatio - best.axisRatio) < 2e-3 && found.flags == best.flags)
        }
    }

    @Test("A galaxy's flux, axis ratio and angle are its own")
    func truth() {
        var generator = CounterGenerator(seed: 4)
        let galaxy = SyntheticSky.Galaxy(flux: 100, radius: 2.5, axisRatio: 0.4, positionAngle: 0.6)
        let found = FastPhotometry().measure(SyntheticSky().stamp([galaxy], generator: &generator))
        for (flux, colour) in zip(found.fluxes, [0.5, 1, 1.5]) {
            #expect(abs(flux / (100 * colour) - 1) < 0.05)
        }
        #expect(Angle(radians: found.positionAngle).axisSeparation(Angle(radians: 0.6)).degrees < 2)
        #expect(abs(found.axisRatio - 0.45) < 0.06 && found.flags == [])
        let star = SyntheticSky.Galaxy(flux: 40, radius: 0.1, axisRatio: 1)
        let round = FastPhotometry().measure(SyntheticSky().stamp([star], generator: &generator))
        #expect(round.flags == .angleUndefined && abs(round.fluxes[1] / 40 - 1) < 0.1)
    }

    @Test("An empty sky has no central source and a flux consistent with nothing")
    func empty() {
        var generator = CounterGenerator(seed: 12)
        let found = FastPhotometry().measure(
            SyntheticSky().stamp([SyntheticSky.Galaxy(flux: 0)], generator: &generator))
        #expect(found.flags.contains(.noCentralSource) && found.halfLightRadius.isNaN)
        #expect(zip(found.fluxes, found.fluxSigmas).allSatisfy { abs($0) < 5 * $1 })
    }

    @Test("Every size and number of bands gives finite numbers or flags")
    func sizes() {
        let workspace = MeasurementWorkspace()
        for (width, height, bands) in [
            (1, 1, 1), (2, 3, 1), (8, 8, 3), (9, 8, 1), (63, 64, 5), (65, 65, 3), (127, 128, 2),
            (255, 300, 1),
            (512, 512, 1), (600, 513, 1), (1, 200, 3),
        ] {
            let image = SyntheticSizes.image(width: width, height: height, bands: bands)
            let found = FastPhotometry().measure(image, workspace: workspace)
            #expect(
                found.fluxes.count == bands && found.flags.contains(.noCentralSource) == found.axisRatio.isNaN
            )
            if min(width, height) >= 63 {
                #expect(!found.flags.contains(.noCentralSource), "\(width) x \(height)")
                let sep = SourceMeasurer().measure(image)
                for band in 0..<bands { #expect(abs(found.fluxes[band] / sep.fluxes[band] - 1) < 0.05) }
                if let mine = found.aperture?.center, let other = sep.aperture?.center {
                    #expect(abs(mine.x - other.x) < 0.3 && abs(mine.y - other.y) < 0.3)
                }
            }
        }
        let none = GalaxyImage(bands: ["r"], width: 0, height: 0, pixels: [])
        #expect(FastPhotometry().measure(none).flags.contains(.noCentralSource))
    }

    @Test("NaN and infinite pixels are gaps: flagged, and the flux hardly changes")
    func gaps() {
        var image = Self.stamps[0]
        let whole = FastPhotometry().measure(image)
        for index in stride(from: 5, to: image.pixels.count, by: 401) { image.pixels[index] = .nan }
        image.pixels[64 * 128 + 70] = .infinity
        let found = FastPhotometry().measure(image)
        #expect(found.flags.contains(.nonFinitePixels) && !found.flags.contains(.noCentralSource))
        for (flux, other) in zip(found.fluxes, whole.fluxes) { #expect(abs(flux / other - 1) < 0.05) }
        var masked = Self.stamps[0]
        masked.inverseVariance = masked.pixels.indices.map { $0 % 401 == 5 ? 0 : 1 }
        let weighted = FastPhotometry().measure(masked)
        #expect(weighted.flags == whole.flags)
        for (flux, other) in zip(weighted.fluxes, whole.fluxes) { #expect(abs(flux / other - 1) < 0.05) }
        image.pixels = image.pixels.map { _ in .nan }
        let nothing = FastPhotometry().measure(image)
        #expect(
            nothing.fluxes.allSatisfy(\.isNaN)
                && nothing.flags.isSuperset(of: [.nonFinitePixels, .noCentralSource]))
    }

    @Test("An empty band is flagged and the others are measured")
    func emptyBand() {
        var image = Self.stamps[0]
        let whole = FastPhotometry().measure(image)
        for index in 0..<128 * 128 { image.pixels[index] = 0 }
        let found = FastPhotometry().measure(image)
        #expect(found.flags.contains(.bandAllZero) && found.fluxes[0].isNaN)
        #expect(abs(found.fluxes[1] / whole.fluxes[1] - 1) < 0.05)
        image.pixels = image.pixels.map { _ in 7.5 }
        let constant = FastPhotometry().measure(image)
        #expect(constant.flags.contains(.noCentralSource) && constant.fluxes.allSatisfy(\.isNaN))
    }

    @Test("Huge pixels never give an infinite flux without a flag", arguments: [1e20, 1e30, 1e36] as [Float])
    func huge(scale: Float) {
        var image = Self.stamps[0]
        image.pixels = image.pixels.map { $0 * scale }
        let found = FastPhotometry().measure(image)
        for flux in found.fluxes {
            #expect(Float(flux).isFinite || (flux.isNaN && found.flags.contains(.refusedInput)))
        }
        if scale == 1e20 {
            let plain = FastPhotometry().measure(Self.stamps[0])
            #expect(abs(found.fluxes[1] / plain.fluxes[1] / 1e20 - 1) < 1e-3)
        }
        image = Self.stamps[0]
        image.pixels[40 * 128 + 40] = 3e38
        let spiked = FastPhotometry().measure(image)
        #expect(spiked.fluxes.allSatisfy { !$0.isInfinite })
    }

    @Test("Without noise the flux is measured and its error is unknown")
    func noiseless() {
        let galaxy = SyntheticSky.Galaxy(flux: 50, radius: 1)
        let light = SyntheticSky().render([galaxy]).map { $0 < 1e-4 ? Float(0) : Float($0) }
        let image = GalaxyImage(bands: ["r"], width: 128, height: 128, pixels: light, pixelScale: 0.262)
        let found = FastPhotometry().measure(image)
        #expect(abs(found.fluxes[0] / 50 - 1) < 0.1 && found.fluxSigmas[0].isNaN)
        #expect(!found.flags.contains(.noCentralSource) && abs(found.axisRatio - 0.6) < 0.15)
    }

    @Test("The method is named in configurations, and fast is one")
    func method() {
        #expect(PhotometryMethod(rawValue: "fast")?.measurer() is FastPhotometry)
        #expect(PhotometryMethod.allCases.map(\.rawValue) == ["none", "fast", "sep"])
    }

    @Test(
        "Real cutouts: SEP's fluxes within 5 %, axis ratios within 0.02", .enabled(if: RealData.isAvailable),
        arguments: ["example", "example_a", "example_c", "temp_small"])
    func real(name: String) throws {
        let image = try RealCutouts.read("\(name).fits")
        let small = try CutoutResampler(size: ImageSize(side: 128), pixelScale: 0.262).resample(image)
        for picture in [image, small] {
            let fast = FastPhotometry().measure(picture)
            let sep = SourceMeasurer().measure(picture)
            for band in 0..<3 { #expect(abs(fast.fluxes[band] / sep.fluxes[band] - 1) < 0.05) }
            #expect(abs(fast.halfLightRadius / sep.halfLightRadius - 1) < 0.05)
            #expect(abs(fast.axisRatio - sep.axisRatio) < 0.02)
            #expect(
                Angle(radians: fast.positionAngle).axisSeparation(Angle(radians: sep.positionAngle)).degrees
                    < 3)
        }
    }
}

/// Gaussian galaxies on noise, in any shape of image.
enum SyntheticSizes {
    static func image(width: Int, height: Int, bands: Int) -> GalaxyImage {
        var generator = CounterGenerator(seed: UInt64(width * 1000 + height))
        let middle = SIMD2(Double(width - 1), Double(height - 1)) / 2
        let pixels = (0..<bands * width * height).map { index -> Float in
            let pixel = index % (width * height)
            let (u, v) = (Double(pixel % width) - middle.x, Double(pixel / width) - middle.y)
            let light = exp(-(u * u / 16 + v * v / 9) / 2)
            return Float(generator.normal(mean: 2 * light, sigma: 0.05))
        }
        return GalaxyImage(
            bands: (0..<bands).map { "b\($0)" }, width: width, height: height, pixels: pixels,
            pixelScale: 0.262)
    }
}
