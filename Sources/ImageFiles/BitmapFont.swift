/// A small fixed-width font for labels on pictures: five dots wide, seven high.
package enum BitmapFont {
    /// Dots from one character to the next.
    package static let advance = 6
    /// Dots from the upper edge to the lower.
    package static let height = 7

    /// A dot of a text: columns from its left end, rows from its upper edge.
    package struct Dot: Equatable {
        package var x: Int
        package var y: Int
    }

    /// The dots that draw `text`; a character that the font does not have is an empty box.
    package static func dots(of text: String) -> [Dot] {
        var dots: [Dot] = []
        for (position, character) in text.enumerated() {
            for (y, row) in (glyphs[character] ?? unknown).enumerated() {
                for x in 0..<5 where row >> (4 - x) & 1 == 1 {
                    dots.append(Dot(x: position * advance + x, y: y))
                }
            }
        }
        return dots
    }
}
