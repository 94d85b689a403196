import Astronomy
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Real Legacy Survey cutouts", .enabled(if: RealData.isAvailable))
struct RealImageTests {
    /// Orientation (degrees east of north) and axis ratio by photutils 3.0.0: bands in units of their clipped border
    /// noise added, smoothed with a Gaussian of FWHM 3 pixels, `detect_sources` at 1.5 sigma, no deblending.
    static let photutils: [(name: String, angle: Double, axisRatio: Double)] = [
        ("example", 166.391, 0.58117), ("example_a", 28.934, 0.50093), ("example_c", 167.867, 0.79818),
        ("temp_small", 27.900, 0.46811),
    ]

    @Test("Isophotal angle and axis ratio are those of photutils on the same pixels", arguments: photutils)
    func isophotal(name: String, angle: Double, axisRatio: Double) throws {
        var settings = SourceMeasurer.Settings()
        settings.shape = .isophotal
        settings.deblendingContrast = 1
        let found = SourceMeasurer(settings: settings).measure(try RealCutouts.read("\(name).fits"))
        #expect(Angle(radians: found.positionAngle).axisSeparation(Angle(degrees: angle)).degrees < 0.05)
        #expect(abs(found.axisRatio - axisRatio) < 5e-4)
    }

    @Test("The default angle lies within 10 degrees of photutils' isophotal one", arguments: photutils)
    func adaptive(name: String, angle: Double, axisRatio: Double) throws {
        let image = try RealCutouts.read("\(name).fits")
        let small = try CutoutResampler(size: ImageSize(side: 128), pixelScale: 0.262).resample(image)
        for picture in [image, small] {
            let found = SourceMeasurer().measure(picture)
            #expect(found.flags == [])
            #expect(Angle(radians: found.positionAngle).axisSeparation(Angle(degrees: angle)).degrees < 10)
            #expect((0.3...1).contains(found.axisRatio) && (0.5...15).contains(found.halfLightRadius))
        }
    }

    @Test("One galaxy at 0.1 and at 0.262 arcsec a pixel: the same flux within 3 %")
    func scales() throws {
        let grid = CutoutResampler(size: ImageSize(side: 128), pixelScale: 0.262)
        let fine = try grid.resample(RealCutouts.read("example_a.fits"))
        let native = try grid.resample(RealCutouts.read("temp_small.fits"))
        #expect(fine.flags == .resampled && native.flags == [])
        let first = SourceMeasurer().measure(fine)
        let second = SourceMeasurer().measure(native)
        for band in 0..<3 {
            let range = band * 128 * 128..<(band + 1) * 128 * 128
            let sums = (fine.pixels[range].reduce(0, +), native.pixels[range].reduce(0, +))
            #expect(abs(sums.0 / sums.1 - 1) < 0.01)
            #expect(abs(first.fluxes[band] / second.fluxes[band] - 1) < 0.03)
        }
        #expect(abs(first.halfLightRadius / second.halfLightRadius - 1) < 0.05)
    }

    @Test("The central pixels at either scale sum to one flux when the pixel area is reckoned")
    func surfaceBrightness() throws {
        let fine = try RealCutouts.read("example_a.fits")
        let native = try RealCutouts.read("temp_small.fits")
        func sum(_ image: GalaxyImage, band: Int) -> Double {
            let half = 15.0 / (image.pixelScale ?? .nan)
            var total = 0.0
            for y in 0..<image.height {
                for x in 0..<image.width {
                    let dx = Double(x) - Double(image.width - 1) / 2
                    let dy = Double(y) - Double(image.height - 1) / 2
                    guard abs(dx) <= half, abs(dy) <= half else { continue }
                    total += Double(image.pixels[(band * image.height + y) * image.width + x])
                }
            }
            return total * pow((image.pixelScale ?? .nan) / GalaxyImage.nativePixelScale, 2)
        }
        for band in 0..<3 { #expect(abs(sum(fine, band: band) / sum(native, band: band) - 1) < 0.03) }
    }

    @Test("A real cutout becomes a finite network input with the noise that the survey states")
    func prepared() throws {
        let image = try CutoutResampler(size: ImageSize(side: 128), pixelScale: 0.262)
            .resample(RealCutouts.read("temp_small.fits"))
        let preparation = InputPreparation(
            bandCount: 3, scaling: .standard,
            resize: BicubicResize(from: ImageSize(side: 128), to: ImageSize(side: 69)))
        let result = preparation.prepare(image.pixels)
        #expect(result.input.flags == [] && result.pixels.allSatisfy { $0.isFinite })
        for (sigma, known) in zip(result.input.sky.sigmas, [Float(0.0066), 0.0113, 0.0208]) {
            #expect((0.5...2.5).contains(sigma / known))
        }
    }
}
