/// Writes a file of images and tables that are in memory, one after the other, behind an empty primary unit.
///
/// Everything goes to `<path>.part`, which `finish` renames. Not safe for use from several threads.
public final class FITSWriter {
    private let file: PartFile

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - path: The file to be; a file of that name is replaced in the end.
    ///   - primary: Cards of the primary header.
    ///   - sourceDate: The value of SOURCE_DATE_EPOCH; DATE is written only when there is one.
    public init(
        path: String, primary: [HeaderCard] = [],
        sourceDate: String? = SourceDate.environment
    ) throws(FITSError) {
        file = try PartFile(path: path)
        try UnitWriter(file, cards: UnitCards.primary(primary, sourceDate: sourceDate)).finish()
    }

    /// Adds an image of 32-bit floats; NaN where a pixel has no value.
    ///
    /// - Parameter axes: Lengths, fastest first.
    public func append(
        image pixels: [Float], axes: [Int], name: String, cards: [HeaderCard] = []
    ) throws(FITSError) {
        try append(BigEndian.bytes(pixels), pixels.count, -32, axes, name, cards)
    }

    /// Adds an image of 64-bit floats; NaN where a pixel has no value.
    public func append(
        image pixels: [Double], axes: [Int], name: String, cards: [HeaderCard] = []
    ) throws(FITSError) {
        try append(BigEndian.bytes(pixels), pixels.count, -64, axes, name, cards)
    }

    /// Adds an image of unsigned bytes.
    public func append(
        image pixels: [UInt8], axes: [Int], name: String, cards: [HeaderCard] = []
    ) throws(FITSError) {
        try append(pixels, pixels.count, 8, axes, name, cards)
    }

    /// Adds an image of 16, 32 or 64-bit signed integers.
    public func append<Pixel: FixedWidthInteger & SignedInteger>(
        image pixels: [Pixel], axes: [Int], name: String, cards: [HeaderCard] = []
    ) throws(FITSError) {
        precondition([16, 32, 64].contains(Pixel.bitWidth), "FITSWriter: pixels of \(Pixel.bitWidth) bits")
        try append(BigEndian.bytes(pixels), pixels.count, Pixel.bitWidth, axes, name, cards)
    }

    private func append(
        _ bytes: [UInt8], _ count: Int, _ bitsPerPixel: Int, _ axes: [Int], _ name: String,
        _ cards: [HeaderCard]
    ) throws(FITSError) {
        precondition(
            !axes.isEmpty && axes.count <= 999 && axes.reduce(1, *) == count,
            "FITSWriter: \(count) pixels for axes \(axes)")
        let unit = try UnitWriter(
            file, cards: UnitCards.image(name: name, bitsPerPixel: bitsPerPixel, axes: axes, cards))
        try unit.append(bytes)
        try unit.finish()
    }

    /// Adds a binary table; text widths and the marks of missing integers are chosen from the values.
    public func append(
        table columns: [TableColumn], name: String, cards: [HeaderCard] = []
    ) throws(FITSError) {
        let encoder = RowEncoder(columns.map(ColumnDescription.init(fitting:)), path: file.path)
        let unit = try UnitWriter(
            file, cards: UnitCards.table(name: name, columns: encoder.columns, cards))
        let rows = columns.first?.rowCount ?? 0
        let piece = max(1, (4 << 20) / max(1, encoder.rowLength))
        for start in stride(from: 0, to: rows, by: piece) {
            let part = columns.map { $0.rows(start..<min(rows, start + piece)) }
            try unit.append(encoder.rows(part, firstRow: start))
        }
        try unit.finish(replacing: [UnitCards.rowCount(rows)])
    }

    /// Completes the file and gives it its name.
    public func finish() throws(FITSError) { try file.finish() }

    /// Gives up and removes the part file.
    public func discard() { file.discard() }
}
