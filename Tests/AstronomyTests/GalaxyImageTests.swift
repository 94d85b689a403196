import Astronomy
import TestSupport
import Testing

@Suite("Images of several bands")
struct GalaxyImageTests {
    /// Four pixels a band: g whole, r with a broken pixel, i empty.
    private static let image = GalaxyImage(
        bands: ["g", "r", "i"], width: 2, height: 2,
        pixels: [1, 2, 3, 4] + [5, .nan, 7, 8] + [0, 0, 0, 0], inverseVariance: (1...12).map(Float.init),
        maskBits: Array(1...12), pixelScale: 0.262, flags: [.bandAllZero, .nonFinitePixels, .padded])

    @Test(
        "What is wrong with a band stays flagged where the band is picked, and nowhere else",
        arguments: [
            (["g"], []), (["r"], .nonFinitePixels), (["i"], .bandAllZero), (["i", "g"], .bandAllZero),
            (["g", "z"], .bandMissing), (["z", "i"], [.bandMissing, .bandAllZero]),
            (["g", "r", "i"], [.bandAllZero, .nonFinitePixels]),
        ] as [([String], QualityFlags)])
    func flags(bands: [String], expected: QualityFlags) {
        #expect(Self.image.selecting(bands: bands).flags == expected.union(.padded))
    }

    @Test("A band that is missing is 0 with inverse variance 0; the others keep their values")
    func missing() {
        let image = Self.image.selecting(bands: ["i", "z", "g"])
        #expect(image.bands == ["i", "z", "g"] && image.pixelScale == 0.262)
        #expect(image.pixels == [0, 0, 0, 0] + [0, 0, 0, 0] + [1, 2, 3, 4])
        #expect(image.inverseVariance == [9, 10, 11, 12] + [0, 0, 0, 0] + [1, 2, 3, 4])
        #expect(image.maskBits == [9, 10, 11, 12] + [0, 0, 0, 0] + [1, 2, 3, 4])
    }

    @Test("The middle of an image without a plane is nowhere, with one it is where the plane says")
    func centre() throws {
        #expect(Self.image.centre == nil)
        let target = try #require(SkyPosition(rightAscension: 10, declination: -5))
        var image = Self.image
        image.plane = TangentPlane(northUpAt: target, width: 2, height: 2, pixelScale: 0.262)
        expectClose(
            [try #require(image.centre).separation(target).arcseconds], [0], absolute: 1e-6)
    }
}
