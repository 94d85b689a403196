public import Astronomy
internal import Foundation

extension ColorComposite {
    /// The colour picture of a cutout, its first row at the bottom (north up when the cutout's WCS is so).
    ///
    /// - Throws: `ImageFileError.bandMissing`.
    public func picture(of image: GalaxyImage) throws -> RasterImage {
        let count = image.width * image.height
        func plane(_ channel: Channel) throws -> ArraySlice<Float> {
            guard let index = image.bands.firstIndex(of: channel.band) else {
                throw ImageFileError.bandMissing(band: channel.band, available: image.bands)
            }
            return image.pixels[index * count..<(index + 1) * count]
        }
        return picture(
            red: Array(try plane(red)), green: Array(try plane(green)), blue: Array(try plane(blue)),
            width: image.width, height: image.height)
    }

    /// The colour picture of three planes, each of shape `[height, width]` with the lowest row first.
    public func picture(
        red redPlane: [Float], green greenPlane: [Float], blue bluePlane: [Float], width: Int, height: Int
    ) -> RasterImage {
        for plane in [redPlane, greenPlane, bluePlane] {
            precondition(
                plane.count == width * height,
                "ColorComposite: a plane of \(plane.count) values, expected \(width) x \(height)")
        }
        var samples = [UInt8]()
        samples.reserveCapacity(width * height * 3)
        for row in (0..<height).reversed() {
            for pixel in row * width..<(row + 1) * width {
                let colour = colour(
                    red: Double(redPlane[pixel]), green: Double(greenPlane[pixel]),
                    blue: Double(bluePlane[pixel]))
                samples.append(colour.red)
                samples.append(colour.green)
                samples.append(colour.blue)
            }
        }
        return RasterImage(width: width, height: height, layout: .rgb, samples: samples)
    }

    /// The colour of one pixel from its three values.
    public func colour(red redValue: Double, green greenValue: Double, blue blueValue: Double) -> Colour {
        let levels = levels(red: redValue, green: greenValue, blue: blueValue)
        guard let levels else { return .missing }
        func sample(_ level: Double) -> UInt8 { UInt8((255 * max(0, min(1, level))).rounded()) }
        return Colour(red: sample(levels.red), green: sample(levels.green), blue: sample(levels.blue))
    }

    /// Levels of the three channels of a pixel; 0 is black and 1 white.
    package struct Levels: Equatable {
        package var red: Double
        package var green: Double
        package var blue: Double
    }

    /// The stretched levels of one pixel before they become bytes; `nil` when a value is not finite.
    package func levels(red redValue: Double, green greenValue: Double, blue blueValue: Double) -> Levels? {
        guard redValue.isFinite, greenValue.isFinite, blueValue.isFinite else { return nil }
        let r = red.scale * (redValue - red.minimum)
        let g = green.scale * (greenValue - green.minimum)
        let b = blue.scale * (blueValue - blue.minimum)
        let intensity = (r + g + b) / 3
        guard intensity > 0, intensity.isFinite else {
            // An overflow can only come from absurd scales; it is brighter than white.
            let level: Double = intensity > 0 ? 1 : 0
            return Levels(red: level, green: level, blue: level)
        }
        let factor = stretched(intensity) / intensity
        var levels = Levels(red: max(0, r * factor), green: max(0, g * factor), blue: max(0, b * factor))
        let brightest = max(levels.red, levels.green, levels.blue)
        if brightest > 1, saturation == .keepsColour {
            levels = Levels(
                red: levels.red / brightest, green: levels.green / brightest, blue: levels.blue / brightest)
        }
        return Levels(red: min(1, levels.red), green: min(1, levels.green), blue: min(1, levels.blue))
    }

    /// `F(I)`, with its limit for softening 0.
    private func stretched(_ intensity: Double) -> Double {
        guard softening > 1e-7 else { return intensity / stretch }
        return asinh(softening * intensity / stretch) * 0.1 / asinh(0.1 * softening)
    }
}
