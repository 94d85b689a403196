internal import Astronomy
internal import ImageFiles

/// A sheet of colour pictures of galaxies, framed by class.
struct SurveyMosaic {
    /// One galaxy.
    struct Tile {
        /// Its image.
        var image: GalaxyImage
        /// Short text over the picture.
        var label: String
        /// Its class; the first class met without a frame is `normal`.
        var className: String
    }

    /// The galaxies, row by row.
    let tiles: [Tile]

    /// Writes the sheet as PNG.
    func write(to path: String) throws {
        guard !tiles.isEmpty else { throw PipelineError(.input, "a mosaic needs at least one galaxy") }
        let classes = ["normal"] + Set(tiles.map(\.className)).subtracting(["normal", ""]).sorted()
        let frames = Mosaic.frames(forClasses: classes)
        let composite = ColorComposite.legacySurvey
        let pictures = try tiles.map { tile in
            Mosaic.Tile(
                try composite.picture(of: tile.image), label: tile.label, frame: frames[tile.className])
        }
        try PNGFile.write(Mosaic().picture(of: pictures), to: path)
    }
}
