import Foundation
import GalaxyModels
import Photometry
import TestSupport
import Testing

@Suite("Aperture features")
struct ApertureFeaturesTests {
    /// A sky of level 0 with this noise.
    static func sky(_ sigmas: [Float]) -> SkyStatistics {
        SkyStatistics(levels: sigmas.map { _ in 0 }, sigmas: sigmas)
    }

    @Test("A constant image gives the apertures' areas")
    func areas() {
        let apertures = ApertureFeatures(radii: [1, 4], imageSize: 64, pixelScale: 0.262)
        let features = apertures.features(
            pixels: [Float](repeating: 1, count: 64 * 64), sky: Self.sky([0.01]), extinction: [0])
        let fluxes = features.dropFirst().map { 2 * ApertureFeatures.softening * sinh(Double($0)) }
        expectClose(fluxes, [1, 4].map { .pi * ($0 / 0.262) * ($0 / 0.262) }, relative: 5e-3)
        expectClose([features[0]], [-2], absolute: 1e-6)
    }

    @Test("Surface brightness at another pixel scale gives the same flux")
    func pixelScale() {
        let coarse = ApertureFeatures(radii: [3], imageSize: 64, pixelScale: 0.262)
        let fine = ApertureFeatures(radii: [3], imageSize: 128, pixelScale: 0.131)
        let one = coarse.features(
            pixels: [Float](repeating: 1, count: 64 * 64), sky: Self.sky([1]), extinction: [0])
        let other = fine.features(
            pixels: [Float](repeating: 1, count: 128 * 128), sky: Self.sky([1]), extinction: [0])
        expectClose(one, other, relative: 1e-3)
    }

    @Test("Extinction is corrected in flux and noise; pixels that are not finite count as sky")
    func extinction() {
        let apertures = ApertureFeatures(radii: [2], imageSize: 16, pixelScale: 0.262)
        var pixels = [Float](repeating: 0.2, count: 2 * 256)
        let clean = apertures.features(pixels: pixels, sky: Self.sky([0.1, 0.1]), extinction: [0, 2.5])
        #expect(clean.count == 4)
        expectClose([clean[2] - clean[0]], [1], absolute: 1e-5)
        expectClose([sinh(Double(clean[3])) / sinh(Double(clean[1]))], [10], relative: 1e-4)
        pixels[136] = .nan
        pixels[137] = .infinity
        let masked = apertures.features(pixels: pixels, sky: Self.sky([0.1, 0.1]), extinction: [0, 0])
        #expect(masked.allSatisfy(\.isFinite) && masked[1] < clean[1])
    }

    @Test("The sky's level does not count")
    func level() {
        let apertures = ApertureFeatures(radii: [2], imageSize: 16, pixelScale: 0.262)
        let features = apertures.features(
            pixels: [Float](repeating: 0.2, count: 256), sky: SkyStatistics(levels: [0.2], sigmas: [0.1]),
            extinction: [0])
        expectClose([features[1]], [0], absolute: 1e-5)
    }
}
