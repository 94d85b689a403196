import Astronomy
import Computing
import Foundation
import MockSurvey
import TestSupport
import Testing

@Suite("Mock images")
struct MockImageTests {
    @Test(
        "Sersic mixtures follow the profile from 0.05 to 4 half-light radii",
        arguments: [0.5, 0.7, 1, 1.5, 2.5, 4, 6])
    func sersic(index: Double) {
        let mixture = SersicMixture(index: index)
        #expect(abs(mixture.components.reduce(0) { $0 + $1.weight } - 1) < 1e-12)
        #expect(abs(mixture.fluxWithin(radius: 1) - 0.5) < 0.006)
        // Ratio to the brightness at the half-light radius, exp(-b ((r/R)^(1/n) - 1)).
        let b = 2 * index - 1.0 / 3 + 4 / (405 * index) + 46 / (25_515 * index * index)
        for radius in [0.05, 0.1, 0.3, 0.6, 1.5, 2.5, 4] {
            let expected = exp(-b * (pow(radius, 1 / index) - 1))
            let ratio = mixture.brightness(radius: radius) / mixture.brightness(radius: 1)
            #expect(
                abs(ratio / expected - 1) < (expected > 1e-4 ? 0.07 : 1),
                "n = \(index), r = \(radius): \(ratio / expected)")
        }
    }

    @Test("A Moffat point spread is followed to twice its width, with wings for bright sources")
    func moffat() {
        let spread = PointSpread(fwhm: 1.2)
        let a = 1.2 / (2 * (pow(2, 1 / 3.5) - 1).squareRoot())
        func exact(_ radius: Double) -> Double {
            2.5 / (.pi * a * a) * pow(1 + radius * radius / (a * a), -3.5)
        }
        for radius in [0, 0.3, 0.6, 1.0] {
            #expect(abs(spread.brightness(radius: radius) / exact(radius) - 1) < 0.03, "\(radius)")
        }
        for radius in [0, 0.6, 1.5, 2.5, 4, 6] {
            #expect(
                abs(spread.brightness(radius: radius, isBright: true) / exact(radius) - 1) < 0.03, "\(radius)"
            )
        }
        #expect(abs(spread.brightness(radius: 0.6) / spread.brightness(radius: 0) - 0.5) < 0.01)
    }

    /// Light-weighted moments of a band around the image's centre, above a limit and within a radius in
    /// pixels.
    private func moments(
        _ pixels: ArraySlice<Float>, side: Int, radius: Double
    ) -> (flux: Double, axis: SIMD2<Double>) {
        let start = pixels.startIndex
        var (flux, xx, xy, yy) = (0.0, 0.0, 0.0, 0.0)
        for row in 0..<side {
            for column in 0..<side {
                let x = Double(column) - Double(side - 1) / 2
                let y = Double(row) - Double(side - 1) / 2
                guard x * x + y * y < radius * radius else { continue }
                let value = Double(pixels[start + row * side + column])
                flux += value
                xx += value * x * x
                xy += value * x * y
                yy += value * y * y
            }
        }
        let angle = 0.5 * atan2(2 * xy, xx - yy)
        return (flux, SIMD2(cos(angle), sin(angle)))
    }

    @Test("Position angles run from north through east, and total light is the flux of the row")
    func anglesAndFluxes() throws {
        var configuration = MockSurveyConfiguration(count: 400, seed: 21, limit: 18)
        configuration.classFractions = [:]
        let survey = MockSurvey(configuration)
        var separations: [Double] = []
        var ratios: [Double] = []
        for index in 0..<400 {
            let object = survey.object(index)
            guard object.trueAxisRatio < 0.5, (1.2...2.5).contains(object.trueHalfLightRadius) else {
                continue
            }
            let exposure = survey.exposure(index)
            let image = exposure.image
            let plane = try #require(image.plane)
            let red = image.pixels[(128 * 128)..<(2 * 128 * 128)]
            let (flux, axis) = moments(red, side: 128, radius: 20)
            let angle = plane.positionAngle(ofAxis: axis)
            separations.append(
                angle.axisSeparation(Angle(degrees: object.truePositionAngle)).degrees)
            ratios.append(flux / object.trueFluxes[1])
            if separations.count == 40 { break }
        }
        #expect(separations.count >= 25)
        #expect(separations.sorted()[separations.count / 2] < 4)
        #expect(abs(ratios.sorted()[ratios.count / 2] - 1) < 0.1)
    }

    @Test("Classes come in their fractions, labels and truth are NaN for what is no galaxy")
    func classes() {
        let survey = MockSurvey(MockSurveyConfiguration(count: 300, seed: 2))
        let objects = (0..<300).map { survey.object($0) }
        for name in MockClass.allCases where name != .normal {
            let count = objects.count { $0.objectClass == name }
            #expect(abs(count - 9) <= 1, "\(name.rawValue): \(count)")
        }
        for object in objects {
            let values =
                [
                    object.labels.redshift, object.labels.redshiftError, object.labels.log10StellarMass,
                    object.labels.log10StarFormationRate, object.trueRedshift, object.trueLog10StellarMass,
                    object.trueLog10StarFormationRate, object.truePositionAngle,
                ] + object.trueFluxes
            if object.objectClass.isGalaxy {
                #expect(values.allSatisfy { $0.isFinite }, "\(object.objectClass.rawValue)")
                #expect((0..<180).contains(object.truePositionAngle))
                #expect((0.005...1).contains(object.trueRedshift))
            } else {
                #expect(values.allSatisfy { $0.isNaN }, "\(object.objectClass.rawValue)")
            }
            #expect((1...4).contains(object.passes))
            #expect((0.005...0.3).contains(object.galacticReddening))
        }
        #expect(Set(objects.map { $0.id }).count == 300)
    }

    @Test("Galaxies of the general population and mergers respect their magnitude limit")
    func limit() {
        var configuration = MockSurveyConfiguration(count: 120, seed: 5, limit: 19)
        configuration.classFractions = [.merger: 0.3]
        let survey = MockSurvey(configuration)
        for index in 0..<120 {
            let object = survey.object(index)
            #expect(22.5 - 2.5 * log10(object.trueFluxes[1]) < 19)
        }
    }

    @Test("Red Spirals are red, face-on, large and near; Green Peas are small and form stars furiously")
    func rareClasses() {
        var configuration = MockSurveyConfiguration(count: 40, seed: 6)
        configuration.classFractions = [.greenPea: 0.5, .redSpiral: 0.5]
        let survey = MockSurvey(configuration)
        for index in 0..<40 {
            let object = survey.object(index)
            let rate = object.trueLog10StarFormationRate - object.trueLog10StellarMass
            if object.objectClass == .redSpiral {
                #expect(object.trueAxisRatio > 0.63 && object.trueHalfLightRadius > 2.3)
                #expect((0.03...0.085).contains(object.trueRedshift) && rate < -10.9)
            } else {
                #expect(object.objectClass == .greenPea)
                #expect((0.112...0.360).contains(object.trueRedshift) && rate > -9.35)
                #expect(object.trueHalfLightRadius < 1)
            }
        }
    }

    @Test("Partners of a pair see each other where the catalogue says")
    func pairs() throws {
        var configuration = MockSurveyConfiguration(count: 40, seed: 3, limit: 18.5)
        configuration.classFractions = [:]
        configuration.pairFraction = 1
        let survey = MockSurvey(configuration)
        var seen = 0
        for index in stride(from: 0, to: 40, by: 2) {
            let (first, second) = (survey.exposure(index), survey.object(index + 1))
            let separation = first.object.position.separation(second.position).arcseconds
            #expect((7.9...25.1).contains(separation))
            #expect(first.object.galacticReddening == second.galacticReddening)
            let plane = try #require(first.image.plane)
            let pixel = try #require(plane.pixel(at: second.position))
            let (x, y) = (Int(pixel.x.rounded()), Int(pixel.y.rounded()))
            guard (8..<120).contains(x), (8..<120).contains(y) else { continue }
            let red = first.image.pixels[(128 * 128)..<(2 * 128 * 128)]
            let peak = red[red.startIndex + y * 128 + x]
            #expect(peak > 0.04, "pair \(index): \(peak)")
            seen += 1
        }
        #expect(seen >= 6)
    }

    @Test("Artefacts spoil: bands without light, gaps, saturated columns")
    func artefacts() {
        var configuration = MockSurveyConfiguration(count: 60, seed: 8)
        configuration.classFractions = [.artefact: 1]
        let survey = MockSurvey(configuration)
        var (lost, gaps, bleeds) = (0, 0, 0)
        for index in 0..<60 {
            let image = survey.exposure(index).image
            #expect(image.pixels.allSatisfy { $0.isFinite })
            let zeros = (0..<3).map { band in
                image.pixels[(band * 16384)..<((band + 1) * 16384)].count { $0 == 0 }
            }
            if zeros.contains(16384) { lost += 1 }
            if zeros.contains(where: { (128 * 6...128 * 80).contains($0) }) { gaps += 1 }
            let top = image.pixels.max() ?? 0
            if top >= 60, image.pixels.count(where: { $0 == top }) > 60 { bleeds += 1 }
        }
        #expect(lost >= 4 && gaps >= 4 && bleeds >= 4, "\(lost) \(gaps) \(bleeds)")
    }

    @Test("Impossible configurations are named")
    func faults() {
        func fault(_ change: (inout MockSurveyConfiguration) -> Void) -> String? {
            var configuration = MockSurveyConfiguration(count: 1, seed: 1)
            change(&configuration)
            return configuration.fault
        }
        #expect(fault { _ in } == nil)
        #expect(fault { $0.count = -1 }?.contains("count") == true)
        #expect(fault { $0.selection = [.init(limit: 30, share: 1)] }?.contains("30") == true)
        #expect(fault { $0.selection = [] }?.contains("sum") == true)
        #expect(fault { $0.classFractions[.star] = 1.5 }?.contains("star") == true)
        #expect(fault { $0.classFractions[.star] = 0.95 }?.contains("more than 1") == true)
        #expect(fault { $0.imageSide = 3 } != nil)
        #expect(fault { $0.pixelScale = 0 } != nil)
    }
}
