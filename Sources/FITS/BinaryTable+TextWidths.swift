extension BinaryTable {
    /// Bytes that the longest text of each column at `indices` takes when it is written again.
    ///
    /// Never less than the column is wide. More where a value holds bytes that are no printable ASCII,
    /// against the standard: writing escapes them. Reads all rows, in pieces.
    package func storedTextWidths(at indices: [Int]) throws(FITSError) -> [Int] {
        var widths = indices.map { columns[$0].textWidth }
        guard rowLength > 0, !indices.isEmpty else { return widths }
        let piece = max(1, (4 << 20) / rowLength)
        for start in stride(from: 0, to: rowCount, by: piece) {
            let rows = start..<min(rowCount, start + piece)
            let bytes = try source.bytes(at: dataOffset + start * rowLength, count: rows.count * rowLength)
            for (position, index) in indices.enumerated()
            where Self.holdsUnprintable(bytes, columns[index].storage, rowLength: rowLength) {
                guard case .text(let texts) = try columns(at: [index], rows: rows)[0].values else { continue }
                widths[position] = texts.reduce(widths[position]) {
                    max($0, ColumnDescription.storedLength($1))
                }
            }
        }
        return widths
    }

    /// Whether a text of these rows holds a byte that is neither printable ASCII nor the zero behind its end.
    private static func holdsUnprintable(_ rows: [UInt8], _ storage: ColumnStorage, rowLength: Int) -> Bool {
        rows.withUnsafeBytes { raw in
            for start in stride(from: storage.offset, to: raw.count, by: rowLength) {
                for byte in raw[start..<start + storage.rowBytes]
                where byte != 0 && !(0x20...0x7e).contains(byte) {
                    return true
                }
            }
            return false
        }
    }
}
