/// Turns columns of values into the rows of a binary table.
struct RowEncoder {
    /// The columns, their offsets in a row set.
    let columns: [ColumnDescription]
    /// Bytes of a row.
    let rowLength: Int
    private let path: String

    /// An encoder for tables of these columns; `path` is for messages.
    init(_ columns: [ColumnDescription], path: String) {
        var offset = 0
        self.columns = columns.map { column in
            var column = column
            column.storage.offset = offset
            offset += column.storage.rowBytes
            return column
        }
        rowLength = offset
        self.path = path
    }

    /// The bytes of all rows of `values`, which must be the encoder's columns in order.
    ///
    /// - Parameter firstRow: The table's row of the first one, for messages.
    func rows(_ values: [TableColumn], firstRow: Int) throws(FITSError) -> [UInt8] {
        precondition(
            values.count == columns.count, "BinaryTable: \(values.count) columns, expected \(columns.count)")
        let count = values.first?.rowCount ?? 0
        var rows = [UInt8](repeating: 0, count: count * rowLength)
        for (column, values) in zip(columns, values) {
            precondition(
                values.name == column.name && values.values.element == column.element
                    && values.width == column.width && values.rowCount == count,
                """
                BinaryTable: expected \(count) rows of '\(column.name)' (\(column.width) x \(column.element)), \
                got \(values.rowCount) of '\(values.name)' (\(values.width) x \(values.values.element))
                """)
            let bytes = try encode(values, column, firstRow: firstRow)
            scatter(bytes, column, into: &rows, count: count)
        }
        return rows
    }

    /// One column's bytes of encoded rows, without gaps.
    func bytes(of column: ColumnDescription, in rows: [UInt8], count: Int) -> [UInt8] {
        let length = column.storage.rowBytes
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count * length)
        for row in 0..<count {
            let start = row * rowLength + column.storage.offset
            bytes += rows[start..<start + length]
        }
        return bytes
    }

    /// Puts one column's bytes into their places.
    private func scatter(
        _ bytes: [UInt8], _ column: ColumnDescription, into rows: inout [UInt8], count: Int
    ) {
        let length = column.storage.rowBytes
        rows.withUnsafeMutableBytes { rows in
            bytes.withUnsafeBytes { bytes in
                for row in 0..<count {
                    let target = row * rowLength + column.storage.offset
                    UnsafeMutableRawBufferPointer(rebasing: rows[target..<target + length]).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[row * length..<(row + 1) * length]))
                }
            }
        }
    }

    /// One column's bytes without gaps.
    private func encode(
        _ column: TableColumn, _ description: ColumnDescription, firstRow: Int
    ) throws(FITSError) -> [UInt8] {
        let missing = column.isMissing
        switch column.values {
        case .logical(let values):
            return values.indices.map { index in
                missing?[index] == true ? 0 : UInt8(ascii: values[index] ? "T" : "F")
            }
        case .uint8(let values): return integers(values, missing, description)
        case .int16(let values): return integers(values, missing, description)
        case .int32(let values): return integers(values, missing, description)
        case .int64(let values): return integers(values, missing, description)
        case .uint64(let values):
            return integers(values.map { Int64(bitPattern: $0 ^ 1 << 63) }, missing, description)
        case .float(let values): return BigEndian.bytes(nan(values, missing))
        case .double(let values): return BigEndian.bytes(nan(values, missing))
        case .complexFloat(let values): return BigEndian.bytes(values.flatMap { [$0.x, $0.y] })
        case .complexDouble(let values): return BigEndian.bytes(values.flatMap { [$0.x, $0.y] })
        case .text(let values): return try texts(values, missing, description, firstRow: firstRow)
        }
    }

    private func integers<Value: FixedWidthInteger>(
        _ values: [Value], _ missing: [Bool]?, _ column: ColumnDescription
    ) -> [UInt8] {
        guard let missing, missing.contains(true) else { return BigEndian.bytes(values) }
        guard let null = column.null.flatMap({ Value(exactly: $0) }) else {
            preconditionFailure("BinaryTable: column '\(column.name)' has missing values and no TNULL")
        }
        return BigEndian.bytes(zip(values, missing).map { $1 ? null : $0 })
    }

    private func nan<Value: BinaryFloatingPoint>(_ values: [Value], _ missing: [Bool]?) -> [Value] {
        guard let missing else { return values }
        return zip(values, missing).map { $1 ? .nan : $0 }
    }

    private func texts(
        _ values: [String], _ missing: [Bool]?, _ column: ColumnDescription, firstRow: Int
    ) throws(FITSError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * column.textWidth)
        for (index, text) in values.enumerated() {
            let start = bytes.count
            if missing?[index] != true {
                if text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
                    bytes.append(contentsOf: text.utf8)
                } else {
                    bytes += HeaderCard.ascii(text)
                }
            }
            let length = bytes.count - start
            guard length <= column.textWidth else {
                throw .textTooWide(
                    path: path, column: column.name, row: firstRow + index / column.width,
                    width: column.textWidth, length: length)
            }
            bytes.append(contentsOf: repeatElement(0x20, count: column.textWidth - length))
        }
        return bytes
    }
}
