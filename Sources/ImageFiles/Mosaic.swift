/// A grid of pictures with thin gaps, labels and coloured frames: a survey at a glance.
public struct Mosaic: Sendable, Equatable {
    /// One picture of the grid.
    public struct Tile: Sendable, Equatable {
        /// The picture; smaller ones are centred in their cell.
        public var picture: RasterImage
        /// Short text over the picture's upper left corner; what does not fit is cut.
        public var label: String
        /// Colour of the frame; none when `nil`.
        public var frame: Colour?

        /// A tile of the grid.
        public init(_ picture: RasterImage, label: String = "", frame: Colour? = nil) {
            self.picture = picture
            self.label = label
            self.frame = frame
        }
    }

    /// Tiles in a row; `nil` makes the grid about square.
    public var columns: Int?
    /// Pixels between tiles and around the grid.
    public var gap: Int
    /// Colour of gaps and empty cells.
    public var background: Colour
    /// Width of frames, pixels.
    public var frameThickness: Int
    /// Pixels a dot of the label font.
    public var labelScale: Int

    /// A way to lay tiles out.
    public init(
        columns: Int? = nil, gap: Int = 2, background: Colour = Colour(grey: 24), frameThickness: Int = 2,
        labelScale: Int = 1
    ) {
        precondition(columns ?? 1 >= 1, "Mosaic: impossible number of columns \(columns ?? 0)")
        precondition(
            gap >= 0 && frameThickness >= 0 && labelScale >= 1,
            "Mosaic: impossible gap \(gap), frame \(frameThickness) or label scale \(labelScale)")
        self.columns = columns
        self.gap = gap
        self.background = background
        self.frameThickness = frameThickness
        self.labelScale = labelScale
    }

    /// The mosaic of `tiles`, row by row from the upper left; cells are as large as the largest picture.
    ///
    /// - Precondition: At least one tile.
    public func picture(of tiles: [Tile]) -> RasterImage {
        precondition(!tiles.isEmpty, "Mosaic: no tiles")
        let perRow = min(tiles.count, columns ?? Self.squareColumns(tiles.count))
        let rows = (tiles.count + perRow - 1) / perRow
        let cellWidth = tiles.reduce(1) { max($0, $1.picture.width) }
        let cellHeight = tiles.reduce(1) { max($0, $1.picture.height) }
        var sheet = RasterImage(
            width: perRow * (cellWidth + gap) + gap, height: rows * (cellHeight + gap) + gap,
            fill: background)
        for (index, tile) in tiles.enumerated() {
            let left = gap + index % perRow * (cellWidth + gap)
            let top = gap + index / perRow * (cellHeight + gap)
            sheet.draw(
                tile.picture, x: left + (cellWidth - tile.picture.width) / 2,
                y: top + (cellHeight - tile.picture.height) / 2)
            if let frame = tile.frame {
                sheet.frame(
                    x: left..<left + cellWidth, y: top..<top + cellHeight, thickness: frameThickness,
                    colour: frame)
            }
            let margin = frameThickness + 2
            sheet.draw(
                text: tile.label, x: left + margin..<max(left + margin, left + cellWidth - margin),
                y: top + margin, scale: labelScale, colour: tile.frame ?? .white)
        }
        return sheet
    }

    /// The smallest number of columns whose square holds `count` tiles.
    private static func squareColumns(_ count: Int) -> Int {
        var columns = 1
        while columns * columns < count { columns += 1 }
        return columns
    }

    /// A frame colour for each class of a list; the first, the ordinary one, gets none.
    ///
    /// More classes than `Colour.distinct` has colours share them in turn.
    public static func frames(forClasses classes: [String]) -> [String: Colour] {
        var frames: [String: Colour] = [:]
        for (index, name) in classes.dropFirst().enumerated() where frames[name] == nil {
            frames[name] = Colour.distinct[index % Colour.distinct.count]
        }
        return frames
    }
}
