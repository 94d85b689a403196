import Astronomy
import Foundation
import ImageFiles
import TestSupport
import Testing

@Suite("Colour composites")
struct ColorCompositeTests {
    @Test("Levels equal astropy's Lupton mapping, from below the sky to saturated")
    func goldens() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/composites.csv")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map { line in
            line.split(separator: ",").compactMap { Double($0) }
        }
        #expect(rows.count == 96)
        for row in rows {
            try #require(row.count == 11)
            let composite = ColorComposite(
                red: .init(band: "z", minimum: row[2]), green: .init(band: "r", minimum: row[3]),
                blue: .init(band: "g", minimum: row[4]), softening: row[0], stretch: row[1])
            let levels = try #require(composite.levels(red: row[5], green: row[6], blue: row[7]))
            expectClose(
                [levels.red, levels.green, levels.blue], Array(row[8...]), absolute: 1e-12, relative: 1e-12)
        }
    }

    @Test("The viewer's curve by hand: I = 0.5 gives asinh(10) / sqrt(20) of white")
    func viewerByHand() throws {
        // g, r, z that each scale to 0.5 after the lift of 0.03: a grey pixel of level 0.67042.
        let levels = try #require(
            ColorComposite.legacySurvey.levels(red: 0.47 / 2.2, green: 0.47 / 3.4, blue: 0.47 / 6))
        let expected = asinh(10.0) / 20.0.squareRoot()
        expectClose(
            [levels.red, levels.green, levels.blue], [expected, expected, expected], absolute: 1e-12)
        expectClose([expected], [0.6704230], absolute: 1e-7)
        // The sky itself: asinh(0.6) / sqrt(20) = 0.127192 -> 32.
        #expect(ColorComposite.legacySurvey.colour(red: 0, green: 0, blue: 0) == Colour(grey: 32))
    }

    @Test("Softening 0 is linear and white at the stretch")
    func linear() {
        let channel = ColorComposite.Channel(band: "r", scale: 2)
        let composite = ColorComposite(
            red: channel, green: channel, blue: channel, softening: 0, stretch: 4)
        #expect(composite.colour(red: 2, green: 2, blue: 2) == .white)
        #expect(composite.colour(red: 1, green: 1, blue: 1) == Colour(grey: 128))
        // Saturated: the colour 2:1:1 stays, or each channel is cut.
        #expect(composite.colour(red: 8, green: 4, blue: 4) == Colour(red: 255, green: 128, blue: 128))
        var cut = composite
        cut.saturation = .cutsChannels
        #expect(cut.colour(red: 8, green: 4, blue: 4) == .white)
    }

    @Test("Pixels without a value are dark grey, darker than the sky is black")
    func notFinite() {
        let composite = ColorComposite.legacySurvey
        #expect(composite.colour(red: .nan, green: 1, blue: 1) == .missing)
        #expect(composite.colour(red: 1, green: .infinity, blue: 1) == .missing)
        #expect(composite.colour(red: 1, green: 1, blue: -.infinity) == .missing)
        #expect(composite.colour(red: -5, green: -5, blue: -5) == .black)
        #expect(composite.colour(red: 1e308, green: 1e308, blue: 1e308) == .white)
    }

    @Test("The first row of a cutout is the lowest of its picture, bands found by name")
    func orientation() throws {
        // Bands stored z, r, g; 1 x 2 pixels, only the first row bright in z.
        let image = GalaxyImage(
            bands: ["z", "r", "g"], width: 1, height: 2, pixels: [100, 0, 0, 0, 0, 0])
        let picture = try ColorComposite.legacySurvey.picture(of: image)
        #expect(picture.colour(x: 0, y: 0) == Colour(grey: 32))
        #expect(picture.colour(x: 0, y: 1).red == 255)
        #expect(picture.colour(x: 0, y: 1).blue < 32)
    }

    @Test("A missing band is named")
    func missingBand() {
        let image = GalaxyImage(bands: ["g", "r"], width: 1, height: 1, pixels: [0, 0])
        #expect(throws: ImageFileError.bandMissing(band: "z", available: ["g", "r"])) {
            try ColorComposite.legacySurvey.picture(of: image)
        }
    }
}
