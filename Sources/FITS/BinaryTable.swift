/// A binary table of a file (FITS 4.0, section 7.3): what it holds, read by column and range of rows.
public struct BinaryTable: Sendable {
    /// The table's header.
    public let header: FITSHeader
    /// EXTNAME, if any.
    public let name: String?
    /// The columns in order.
    public let columns: [ColumnDescription]
    /// The number of rows.
    public let rowCount: Int
    /// Bytes of a row.
    package let rowLength: Int
    let source: ByteSource
    let dataOffset: Int
    /// Bytes from the start of the data to the heap.
    let heapStart: Int
    /// Bytes of the heap.
    let heapLength: Int

    /// Reads the description of the table in `unit` and checks it.
    init(_ unit: HeaderDataUnit, in file: FITSFile) throws(FITSError) {
        header = unit.header
        name = unit.name
        source = file.source
        dataOffset = unit.dataOffset
        guard unit.kind == .binaryTable || unit.kind == .compressedImage else {
            throw .unsupported(path: file.path, hdu: unit.index, feature: "holds no binary table")
        }
        guard unit.axes.count == 2, unit.bitsPerPixel == 8 else {
            throw Self.fault(header, "NAXIS", "a binary table has two axes of bytes")
        }
        guard try header.integer("GCOUNT") ?? 1 == 1 else {
            throw Self.fault(header, "GCOUNT", "a binary table has one group")
        }
        (rowLength, rowCount) = (unit.axes[0], unit.axes[1])
        // Rows without bytes cost a file nothing, however many it claims.
        guard rowLength > 0 || rowCount <= 1_000_000 else {
            throw Self.fault(header, "NAXIS2", "\(rowCount) rows of no bytes")
        }
        let tableLength = rowLength * rowCount
        let start = try header.integer("THEAP").map { Int($0) } ?? tableLength
        guard (tableLength...max(tableLength, unit.dataLength)).contains(start) else {
            throw Self.fault(header, "THEAP", "\(start) lies outside the data")
        }
        heapStart = start
        heapLength = unit.dataLength - start
        let count = try header.structural("TFIELDS")
        guard (0...999).contains(count) else {
            throw Self.fault(header, "TFIELDS", "\(count) is outside 0 to 999")
        }
        var columns: [ColumnDescription] = []
        var offset = 0
        for number in 0..<Int(count) {
            var column = try Self.column(header, number: number + 1)
            column.storage.offset = offset
            offset += column.storage.rowBytes
            columns.append(column)
        }
        guard offset == rowLength else {
            throw Self.fault(header, "NAXIS1", "rows of \(rowLength) bytes, the columns need \(offset)")
        }
        self.columns = columns
    }

    /// The index of the column named `name`, of equal case or else of any case.
    public func index(of name: String) -> Int? {
        columns.firstIndex { $0.name == name }
            ?? columns.firstIndex { $0.name.lowercased() == name.lowercased() }
    }

    /// Whether there is a column of that name (any case).
    public func contains(_ name: String) -> Bool { index(of: name) != nil }

    /// A column's values in a range of rows; all rows when `nil`.
    public func column(_ name: String, rows: Range<Int>? = nil) throws(FITSError) -> TableColumn {
        try columns([name], rows: rows)[0]
    }

    /// Several columns in one pass over the rows.
    public func columns(_ names: [String], rows: Range<Int>? = nil) throws(FITSError) -> [TableColumn] {
        var indices: [Int] = []
        for name in names {
            guard let index = index(of: name) else {
                throw .missingColumn(
                    path: source.name, hdu: header.hdu, column: name, available: columns.map(\.name))
            }
            indices.append(index)
        }
        return try columns(at: indices, rows: rows)
    }

    /// Every column of fixed length, in one pass over the rows.
    public func allColumns(rows: Range<Int>? = nil) throws(FITSError) -> [TableColumn] {
        try columns(at: columns.indices.filter { !columns[$0].isVariableLength }, rows: rows)
    }

    /// The columns at `indices` in one pass over the rows.
    public func columns(at indices: [Int], rows: Range<Int>? = nil) throws(FITSError) -> [TableColumn] {
        let rows = try checked(rows)
        for index in indices where columns[index].isVariableLength {
            throw Self.fault(
                header, columns[index], "has arrays of varying length (TFORM \(columns[index].format))")
        }
        var gathered = indices.map { index in
            [UInt8](repeating: 0, count: columns[index].storage.rowBytes * rows.count)
        }
        var done = 0
        try forEachPiece(rows) { raw, count in
            for (position, index) in indices.enumerated() {
                gather(columns[index].storage, raw, count, into: &gathered[position], from: done)
            }
            done += count
        }
        return indices.indices.map { position in
            let column = columns[indices[position]]
            return ColumnDecoder(column).tableColumn(gathered[position], rows: rows.count)
        }
    }

    /// Calls `body` with the bytes of consecutive rows, about four megabytes at a time.
    private func forEachPiece(
        _ rows: Range<Int>, _ body: (_ raw: UnsafeRawBufferPointer, _ rows: Int) -> Void
    ) throws(FITSError) {
        guard rowLength > 0 else { return }
        let piece = max(1, (4 << 20) / rowLength)
        var row = rows.lowerBound
        while row < rows.upperBound {
            let count = min(piece, rows.upperBound - row)
            let bytes = try source.bytes(at: dataOffset + row * rowLength, count: count * rowLength)
            bytes.withUnsafeBytes { body($0, count) }
            row += count
        }
    }

    /// Puts one column's bytes of `count` rows behind those of the first `done` rows.
    private func gather(
        _ storage: ColumnStorage, _ raw: UnsafeRawBufferPointer, _ count: Int, into bytes: inout [UInt8],
        from done: Int
    ) {
        let length = storage.rowBytes
        bytes.withUnsafeMutableBytes { target in
            var source = storage.offset
            var place = done * length
            for _ in 0..<count {
                switch length {
                case 8:
                    let value = raw.loadUnaligned(fromByteOffset: source, as: UInt64.self)
                    target.storeBytes(of: value, toByteOffset: place, as: UInt64.self)
                case 4:
                    let value = raw.loadUnaligned(fromByteOffset: source, as: UInt32.self)
                    target.storeBytes(of: value, toByteOffset: place, as: UInt32.self)
                default:
                    UnsafeMutableRawBufferPointer(rebasing: target[place..<place + length]).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: raw[source..<source + length]))
                }
                source += rowLength
                place += length
            }
        }
    }

    /// `rows`, or all, inside the table.
    func checked(_ rows: Range<Int>?) throws(FITSError) -> Range<Int> {
        guard let rows else { return 0..<rowCount }
        guard rows.lowerBound >= 0, rows.upperBound <= rowCount else {
            throw .rowsOutOfRange(path: source.name, hdu: header.hdu, rows: rows, count: rowCount)
        }
        return rows
    }

    static func fault(_ header: FITSHeader, _ keyword: String, _ reason: String) -> FITSError {
        .malformedHeader(path: header.path, hdu: header.hdu, keyword: keyword, reason: reason)
    }

    static func fault(_ header: FITSHeader, _ column: ColumnDescription, _ reason: String) -> FITSError {
        .malformedColumn(path: header.path, hdu: header.hdu, column: column.name, reason: reason)
    }
}
