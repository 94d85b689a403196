extension RasterImage {
    /// Fills a rectangle of a colour picture; what lies outside the picture is ignored.
    package mutating func fill(x: Range<Int>, y: Range<Int>, with colour: Colour) {
        precondition(layout == .rgb, "RasterImage.fill: expected an rgb picture, got \(layout)")
        let columns = x.clamped(to: 0..<width)
        for row in y.clamped(to: 0..<height) {
            for column in columns {
                let first = (row * width + column) * 3
                samples[first] = colour.red
                samples[first + 1] = colour.green
                samples[first + 2] = colour.blue
            }
        }
    }

    /// Draws `other` with its upper left corner at (`x`, `y`), opacity ignored, cut at the borders.
    package mutating func draw(_ other: RasterImage, x: Int, y: Int) {
        precondition(layout == .rgb, "RasterImage.draw: expected an rgb picture, got \(layout)")
        for row in 0..<other.height where (0..<height).contains(y + row) {
            for column in 0..<other.width where (0..<width).contains(x + column) {
                let first = ((y + row) * width + x + column) * 3
                let colour = other.colour(x: column, y: row)
                samples[first] = colour.red
                samples[first + 1] = colour.green
                samples[first + 2] = colour.blue
            }
        }
    }

    /// Draws the outline of a rectangle, `thickness` pixels wide, inside its bounds.
    package mutating func frame(x: Range<Int>, y: Range<Int>, thickness: Int, colour: Colour) {
        guard thickness > 0 else { return }
        fill(x: x, y: y.lowerBound..<min(y.upperBound, y.lowerBound + thickness), with: colour)
        fill(x: x, y: max(y.lowerBound, y.upperBound - thickness)..<y.upperBound, with: colour)
        fill(x: x.lowerBound..<min(x.upperBound, x.lowerBound + thickness), y: y, with: colour)
        fill(x: max(x.lowerBound, x.upperBound - thickness)..<x.upperBound, y: y, with: colour)
    }

    /// Draws text in the built-in font with a black outline, cut after the last character that fits.
    ///
    /// - Parameters:
    ///   - x: Columns that the text may use; its left end is where the text begins.
    ///   - y: Row of the text's upper edge.
    ///   - scale: Size of a dot of the font in pixels.
    package mutating func draw(text: String, x: Range<Int>, y: Int, scale: Int, colour: Colour) {
        let fitting = max(0, (x.count + scale) / (BitmapFont.advance * scale))
        let dots = BitmapFont.dots(of: String(text.prefix(fitting)))
        for dot in dots {
            let left = x.lowerBound + dot.x * scale
            let top = y + dot.y * scale
            fill(x: left - 1..<left + scale + 1, y: top - 1..<top + scale + 1, with: .black)
        }
        for dot in dots {
            let left = x.lowerBound + dot.x * scale
            let top = y + dot.y * scale
            fill(x: left..<left + scale, y: top..<top + scale, with: colour)
        }
    }
}
