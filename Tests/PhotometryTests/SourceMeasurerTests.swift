import Astronomy
import Computing
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Source measurement")
struct SourceMeasurerTests {
    /// A galaxy of the bright sample with its companions.
    static func draw(_ generator: inout CounterGenerator) -> [SyntheticSky.Galaxy] {
        let magnitude = max(16.5, 20 + 2 * log10(generator.uniform(0.02...1)))
        let isDisc = generator.uniform() < 0.6
        var galaxy = SyntheticSky.Galaxy()
        galaxy.flux = pow(10, 0.4 * (22.5 - magnitude))
        galaxy.index = min(6, max(0.5, (isDisc ? 1.2 : 4) * pow(10, generator.normal(mean: 0, sigma: 0.17))))
        let size = generator.normal(mean: 0.15 * (19.5 - magnitude), sigma: 0.2)
        galaxy.radius = min(8, max(0.4, (isDisc ? 1.6 : 1.3) * pow(10, size)))
        galaxy.axisRatio =
            isDisc
            ? (0.05 + 0.95 * pow(generator.uniform(), 2)).squareRoot()
            : min(1, max(0.3, generator.normal(mean: 0.72, sigma: 0.17)))
        galaxy.positionAngle = generator.uniform(0...Double.pi)
        galaxy.offset = SIMD2(generator.uniform(-0.5...0.5), generator.uniform(-0.5...0.5))
        var scene = [galaxy]
        for _ in 0..<generator.poisson(2) {
            var companion = SyntheticSky.Galaxy()
            companion.flux = pow(10, 0.4 * (22.5 - 23 - 2.5 * log10(generator.uniform(0.01...1))))
            companion.radius = 0.7
            companion.axisRatio = generator.uniform(0.4...1)
            companion.positionAngle = generator.uniform(0...Double.pi)
            companion.offset = SIMD2(generator.uniform(-60...60), generator.uniform(-60...60))
            scene.append(companion)
        }
        return scene
    }

    static func median(_ values: [Double]) -> Double {
        values.sorted()[values.count / 2]
    }

    @Test("Fluxes at r < 20: median within 5 %, scatter below 10 %; angles and their errors hold")
    func population() throws {
        let count = 48
        let results = try ParallelLoop().mapChunks(count: count, chunk: 1) { range, _ in
            var generator = CounterGenerator(seed: 77, stream: UInt64(range.lowerBound))
            let scene = Self.draw(&generator)
            let sky = SyntheticSky(seeing: generator.uniform(1.0...1.4))
            let found = SourceMeasurer().measure(sky.stamp(scene, generator: &generator))
            return (scene[0], found)
        }
        for band in 0..<3 {
            let ratios = results.map { $0.1.fluxes[band] / ($0.0.flux * [0.5, 1, 1.5][band]) }
            let middle = Self.median(ratios)
            let scatter = 1.4826 * Self.median(ratios.map { abs($0 - middle) })
            #expect(abs(middle - 1) < 0.05)
            #expect(scatter < 0.1)
        }
        #expect(results.allSatisfy { !$0.1.flags.contains(.noCentralSource) })
        var errors: [Double] = []
        var pulls: [Double] = []
        for (galaxy, found) in results where !found.flags.contains(.angleUndefined) {
            let error = Angle(radians: galaxy.positionAngle)
                .axisSeparation(Angle(radians: found.positionAngle))
            pulls.append(error.radians / found.positionAngleSigma)
            if galaxy.radius > 1, galaxy.axisRatio < 0.6 { errors.append(error.degrees) }
        }
        #expect(errors.count > 8)
        #expect(Self.median(errors) < 3)
        // The median of |pull| of a Gaussian is 0.67; errors that are somewhat too large are the safe side.
        #expect((0.1...1.0).contains(Self.median(pulls)))
        #expect(pulls.count(where: { $0 > 3 }) <= pulls.count / 20)
    }

    /// One galaxy alone, with default noise.
    static func alone(_ galaxy: SyntheticSky.Galaxy, _ sky: SyntheticSky = SyntheticSky(), seed: UInt64 = 1)
        -> GalaxyImage
    {
        var generator = CounterGenerator(seed: seed)
        return sky.stamp([galaxy], generator: &generator)
    }

    @Test("Flux errors match the scatter over noise realisations")
    func fluxErrors() {
        let galaxy = SyntheticSky.Galaxy(flux: 8, radius: 1)
        let results = (0..<16).map { SourceMeasurer().measure(Self.alone(galaxy, seed: 100 + $0)) }
        for band in 0..<3 {
            let fluxes = results.map { $0.fluxes[band] }
            let mean = fluxes.reduce(0, +) / 16
            let scatter = (fluxes.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 15).squareRoot()
            let claimed = Self.median(results.map { $0.fluxSigmas[band] })
            #expect((0.6...1.8).contains(scatter / claimed))
            #expect(abs(results[0].signalToNoise[band] * results[0].fluxSigmas[band] / fluxes[0] - 1) < 1e-9)
        }
    }

    @Test("Half-light radius and axis ratio of a well resolved disc")
    func structure() {
        let galaxy = SyntheticSky.Galaxy(flux: 200, radius: 4, axisRatio: 0.5, positionAngle: 1.1)
        let found = SourceMeasurer().measure(Self.alone(galaxy))
        #expect(abs(found.halfLightRadius / 4 - 1) < 0.1)
        // The seeing adds about 0.5 arcsec in quadrature to axes of 2 and 1 (weighted) arcsec.
        #expect((0.5...0.57).contains(found.axisRatio))
        #expect(Angle(radians: found.positionAngle).axisSeparation(Angle(radians: 1.1)).degrees < 1)
        let size = (found.ellipticity * found.ellipticity).sum().squareRoot()
        #expect(
            abs(size - (1 - found.axisRatio * found.axisRatio) / (1 + found.axisRatio * found.axisRatio))
                < 1e-9)
        #expect(abs(found.ellipticity.x - size * cos(2 * found.positionAngle)) < 1e-9)
        #expect(abs(found.ellipticity.y - size * sin(2 * found.positionAngle)) < 1e-9)
    }

    @Test("Removing the seeing restores the axis ratio of a small Gaussian galaxy")
    func seeingRemoved() {
        // A Sersic index of 0.5 is a Gaussian, whose half-light radius is 1.1774 sigma.
        let galaxy = SyntheticSky.Galaxy(flux: 100, index: 0.5, radius: 1.1774, axisRatio: 0.5)
        var settings = SourceMeasurer.Settings()
        let observed = SourceMeasurer(settings: settings).measure(Self.alone(galaxy)).axisRatio
        settings.removesSeeing = true
        let freed = SourceMeasurer(settings: settings).measure(Self.alone(galaxy)).axisRatio
        #expect(observed > 0.6)
        #expect(abs(freed - 0.5) < 0.12)
    }

    @Test("A star and a face-on disc have no angle, and their errors say so")
    func noAngle() {
        let star = SyntheticSky.Galaxy(flux: 40, radius: 0.1, axisRatio: 1)
        let disc = SyntheticSky.Galaxy(flux: 40, radius: 2, axisRatio: 1)
        for galaxy in [star, disc] {
            let found = SourceMeasurer().measure(Self.alone(galaxy))
            #expect(found.flags == .angleUndefined)
            #expect(found.positionAngleSigma > 0.3)
            #expect(found.axisRatio > 0.93)
            #expect(abs(found.fluxes[1] / 40 - 1) < 0.1)
        }
        let edgeOn = SyntheticSky.Galaxy(flux: 40, radius: 2, axisRatio: 0.3)
        let sigmas = [1, 0.3, 0.1].map { size in
            var small = edgeOn
            small.radius *= size
            return SourceMeasurer().measure(Self.alone(small)).positionAngleSigma
        }
        #expect(sigmas[0] < sigmas[1] && sigmas[1] < sigmas[2], "less resolved, less certain: \(sigmas)")
    }

    @Test("An empty sky and a source far from the centre are no central source")
    func nothingThere() {
        let empty = SourceMeasurer().measure(Self.alone(SyntheticSky.Galaxy(flux: 0)))
        #expect(empty.flags.contains(.noCentralSource) && empty.halfLightRadius.isNaN)
        // Flux is forced at the target: consistent with nothing.
        #expect(zip(empty.fluxes, empty.fluxSigmas).allSatisfy { abs($0) < 5 * $1 })
        #expect(empty.sky.sigmas.allSatisfy { $0 > 0 })
        let aside = Self.alone(SyntheticSky.Galaxy(flux: 40, radius: 0.5, offset: SIMD2(25, -10)))
        #expect(SourceMeasurer().measure(aside).flags.contains(.noCentralSource))
        let found = SourceMeasurer().measure(aside, at: SIMD2(88.5, 53.5))
        #expect(!found.flags.contains(.noCentralSource) && abs(found.fluxes[1] / 40 - 1) < 0.05)
    }

    @Test("The position angle follows the sky, whatever way the pixels lie")
    func orientation() throws {
        let galaxy = SyntheticSky.Galaxy(flux: 100, radius: 2.5, axisRatio: 0.4, positionAngle: 0.5)
        var image = Self.alone(galaxy)
        let here = try #require(SkyPosition(rightAscension: 150, declination: 2))
        let northUp = TangentPlane(northUpAt: here, width: 128, height: 128, pixelScale: 0.262)
        image.plane = northUp
        let straight = SourceMeasurer().measure(image)
        #expect(Angle(radians: straight.positionAngle).axisSeparation(Angle(radians: 0.5)).degrees < 1.5)

        // East to the right: the same pixels show the mirrored galaxy.
        image.plane?.eastPerPixel = SIMD2(0.262 / 3600, 0)
        let mirrored = SourceMeasurer().measure(image)
        #expect(
            Angle(radians: mirrored.positionAngle + straight.positionAngle).foldedAxis
                .axisSeparation(Angle(radians: 0)).degrees < 0.01)

        // The camera turned by 0.7 rad.
        let (sine, cosine) = (sin(0.7) * 0.262 / 3600, cos(0.7) * 0.262 / 3600)
        image.plane?.eastPerPixel = SIMD2(-cosine, sine)
        image.plane?.northPerPixel = SIMD2(sine, cosine)
        let turned = SourceMeasurer().measure(image)
        let plain = try #require(image.plane).positionAngle(
            ofAxis: SIMD2(-sin(straight.positionAngle), cos(straight.positionAngle)))
        #expect(Angle(radians: turned.positionAngle).axisSeparation(plain).degrees < 0.01)
        #expect(
            abs(
                Angle(radians: turned.positionAngle).axisSeparation(
                    Angle(radians: straight.positionAngle)
                ).radians - 0.7) < 1e-3)
        expectClose(
            [turned.axisRatio, turned.halfLightRadius], [straight.axisRatio, straight.halfLightRadius],
            relative: 1e-6)
        #expect(SourceMeasurer.positionAngle(ofPixelAxis: .pi / 2).degrees == 0)
        #expect(SourceMeasurer.positionAngle(ofPixelAxis: 0).degrees == 90)
        #expect(abs(SourceMeasurer.positionAngle(ofPixelAxis: .pi / 4).degrees - 135) < 1e-9)
    }

    @Test("Surface brightness at a finer scale gives the same flux")
    func scales() {
        let galaxy = SyntheticSky.Galaxy(flux: 50, radius: 1.2)
        var fine = Self.alone(galaxy, SyntheticSky(side: 200, pixelScale: 0.15))
        // The renderer gives light per pixel of its own grid.
        fine.pixels = fine.pixels.map { $0 * Float((0.262 / 0.15) * (0.262 / 0.15)) }
        let found = SourceMeasurer().measure(fine)
        #expect(abs(found.fluxes[1] / 50 - 1) < 0.05)
        let native = SourceMeasurer().measure(Self.alone(galaxy))
        #expect(abs(found.halfLightRadius / native.halfLightRadius - 1) < 0.05)
    }

    @Test("A bright neighbour changes the flux by less than 8 %")
    func neighbour() {
        var generator = CounterGenerator(seed: 6)
        let galaxy = SyntheticSky.Galaxy(flux: 30, radius: 1.2)
        let other = SyntheticSky.Galaxy(flux: 20, radius: 0.8, axisRatio: 0.8, offset: SIMD2(14, 9))
        let found = SourceMeasurer().measure(SyntheticSky().stamp([galaxy, other], generator: &generator))
        #expect(abs(found.fluxes[1] / 30 - 1) < 0.08)
    }

    @Test("A blend gives the same numbers whatever was measured before, on any thread")
    func determinism() throws {
        var generator = CounterGenerator(seed: 9)
        let stamps = (0..<6).map { _ in
            let others = (0..<3).map { _ in
                SyntheticSky.Galaxy(
                    flux: 25, radius: 1.5, axisRatio: 0.8,
                    offset: SIMD2(generator.uniform(-16...16), generator.uniform(-16...16)))
            }
            return SyntheticSky().stamp([SyntheticSky.Galaxy(radius: 2)] + others, generator: &generator)
        }
        let first = stamps.map { SourceMeasurer().measure($0) }
        let again = try ParallelLoop(threads: 3).mapChunks(count: 12, chunk: 1) { range, _ in
            SourceMeasurer().measure(stamps[5 - range.lowerBound % 6])
        }
        for index in 0..<12 { #expect(again[index] == first[5 - index % 6]) }
    }

    @Test("The paper's background boxes take light away from a large galaxy")
    func paperBackground() {
        let image = Self.alone(SyntheticSky.Galaxy(flux: 200, radius: 4, axisRatio: 0.5, positionAngle: 1.1))
        let ours = SourceMeasurer().measure(image)
        let paper = SourceMeasurer(settings: .paper).measure(image)
        #expect(paper.fluxes[1] < 0.75 * ours.fluxes[1])
        #expect(Angle(radians: paper.positionAngle).axisSeparation(Angle(radians: 1.1)).degrees < 10)
    }

    @Test("Methods are named in configurations")
    func methods() {
        #expect(PhotometryMethod(rawValue: "none")?.measurer() == nil)
        #expect(PhotometryMethod(rawValue: "sep")?.measurer() is SourceMeasurer)
    }
}
