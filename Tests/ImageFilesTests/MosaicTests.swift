import ImageFiles
import TestSupport
import Testing

@Suite("Mosaics")
struct MosaicTests {
    @Test("Tiles stand row by row with gaps between and around, smaller ones centred")
    func layout() {
        let red = Colour(red: 200, green: 0, blue: 0)
        let tiles = [4, 4, 2].map { Mosaic.Tile(RasterImage(width: $0, height: $0, fill: red)) }
        let sheet = Mosaic(columns: 2, gap: 1, background: .black).picture(of: tiles)
        #expect(sheet.width == 11)
        #expect(sheet.height == 11)
        let rows = (0..<11).map { y in
            String((0..<11).map { x in sheet.colour(x: x, y: y) == red ? "#" : "." })
        }
        #expect(
            rows == [
                "...........",
                ".####.####.",
                ".####.####.",
                ".####.####.",
                ".####.####.",
                "...........",
                "...........",
                "..##.......",
                "..##.......",
                "...........",
                "...........",
            ])
    }

    @Test("Without a number of columns the grid is about square")
    func square() {
        let tile = Mosaic.Tile(RasterImage(width: 10, height: 10, fill: .black))
        let mosaic = Mosaic(gap: 0)
        for (count, width, height) in [(1, 10, 10), (3, 20, 20), (5, 30, 20), (17, 50, 40)] {
            let sheet = mosaic.picture(of: Array(repeating: tile, count: count))
            #expect(sheet.width == width)
            #expect(sheet.height == height)
        }
    }

    @Test("Frames are drawn inside the cell in the class's colour, the first class without")
    func frames() {
        let frames = Mosaic.frames(forClasses: ["normal", "green_pea", "merger"])
        #expect(frames["normal"] == nil)
        #expect(frames["green_pea"] == Colour.distinct[0])
        #expect(frames["merger"] == Colour.distinct[1])
        let tile = Mosaic.Tile(
            RasterImage(width: 8, height: 8, fill: .black), frame: Colour.distinct[0])
        let sheet = Mosaic(gap: 0, frameThickness: 2).picture(of: [tile])
        let inside = (0..<8).map { y in (0..<8).count { sheet.colour(x: $0, y: y) == Colour.distinct[0] } }
        #expect(inside == [8, 8, 4, 4, 4, 4, 8, 8])
    }

    @Test("Labels show their characters and are cut at the tile's border")
    func labels() {
        let tile = Mosaic.Tile(RasterImage(width: 30, height: 20, fill: Colour(grey: 90)), label: "1-wide")
        let sheet = Mosaic(gap: 0, frameThickness: 0).picture(of: [tile])
        let rows = (2..<9).map { y in
            String((2..<13).map { x in sheet.colour(x: x, y: y) == .white ? "#" : "." })
        }
        #expect(
            rows == [
                "..#........",
                ".##........",
                "..#........",
                "..#...#####",
                "..#........",
                "..#........",
                ".###.......",
            ])
        // 26 columns hold four characters of six dots less the last gap.
        for y in 0..<20 {
            for x in 26..<30 { #expect(sheet.colour(x: x, y: y) == Colour(grey: 90)) }
        }
    }

    @Test("Letters, digits and marks all differ; what the font lacks is a box")
    func font() {
        let characters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz .,:-+=_/()<>%?~"
        let drawings = Set(characters.map { BitmapFont.dots(of: String($0)).map { [$0.x, $0.y] } })
        #expect(drawings.count == characters.count)
        let box = BitmapFont.dots(of: "\u{1F30C}")
        #expect(box.count == 20)
        #expect(!drawings.contains(box.map { [$0.x, $0.y] }))
    }
}
