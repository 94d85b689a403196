import Astronomy
import Foundation
import Photometry
import TestSupport
import Testing

@Suite("Real Legacy Survey cutouts", .enabled(if: RealData.isAvailable))
struct RealImageTests {
    @Test("print")
    func show() throws {
        for name in ["example", "example_a", "example_c", "temp_small"] {
            let image = try RealCutouts.read("\(name).fits")
            var settings = SourceMeasurer.Settings()
            let found = SourceMeasurer(settings: settings).measure(image)
            settings.shape = .isophotal
            settings.deblendingContrast = 1
            let iso = SourceMeasurer(settings: settings).measure(image)
            print(
                "REAL", name, found.fluxes, found.positionAngle * 180 / .pi, found.positionAngleSigma,
                found.axisRatio, found.halfLightRadius, found.aperture!, found.apertureFraction, found.flags,
                "ISO", iso.positionAngle * 180 / .pi, iso.axisRatio)
            let small = try CutoutResampler(size: ImageSize(side: 128), pixelScale: 0.262).resample(image)
            let f2 = SourceMeasurer().measure(small)
            print(
                "REAL  resampled", f2.fluxes, f2.positionAngle * 180 / .pi, f2.axisRatio, f2.halfLightRadius,
                small.flags, "SUM",
                (0..<3).map { b in small.pixels[b * 16384..<(b + 1) * 16384].reduce(0, +) })
        }
    }
}
