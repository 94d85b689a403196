/// A column whose rows hold arrays of different length.
public struct VariableLengthColumn: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The number of values in each row.
    public var lengths: [Int]
    /// The values of all rows, one after the other.
    public var values: ColumnValues
}

extension BinaryTable {
    /// A numeric column of variable length (TFORM P or Q) in a range of rows; all rows when `nil`.
    public func variableLengthColumn(
        _ name: String, rows: Range<Int>? = nil
    ) throws(FITSError) -> VariableLengthColumn {
        guard let index = index(of: name) else {
            throw .missingColumn(
                path: source.name, hdu: header.hdu, column: name, available: columns.map(\.name))
        }
        let column = columns[index]
        guard column.isVariableLength, column.storage.count == 1, !"XALCM".contains(column.storage.letter)
        else {
            throw Self.fault(header, column, "TFORM \(column.format) is no variable-length list of numbers")
        }
        let arrays = try descriptors(at: index, rows: checked(rows))
        var total = 0
        for array in arrays {
            total += array.bytes
            // Rows may share heap bytes, so that a small file could unfold to any size.
            guard total <= max(1 << 24, 16 * heapLength) else {
                throw Self.fault(header, column, "its arrays overlap in a heap of \(heapLength) bytes")
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(total)
        for array in arrays {
            bytes += try source.bytes(at: dataOffset + heapStart + array.offset, count: array.bytes)
        }
        let values = ColumnDecoder(column).decode(bytes, rows: 1, width: 0).values
        return VariableLengthColumn(name: column.name, lengths: arrays.map(\.count), values: values)
    }

    /// Throws unless every array of the column lies inside the heap.
    func checkDescriptors(at index: Int) throws(FITSError) {
        guard columns[index].storage.count == 1 else { return }
        _ = try descriptors(at: index, rows: 0..<rowCount)
    }

    private struct HeapArray {
        var count: Int
        var offset: Int
        var bytes: Int
    }

    /// Where the arrays of a column lie, each checked against the heap.
    private func descriptors(at index: Int, rows: Range<Int>) throws(FITSError) -> [HeapArray] {
        let column = columns[index]
        var arrays: [HeapArray] = []
        for row in rows {
            let bytes = try source.bytes(
                at: dataOffset + row * rowLength + column.storage.offset, count: column.storage.rowBytes)
            let (count, offset): (Int, Int) = bytes.withUnsafeBytes { raw in
                if column.storage.descriptor == "P" {
                    let pair: [Int32] = BigEndian.integers(raw)
                    return (Int(pair[0]), Int(pair[1]))
                }
                let pair: [Int64] = BigEndian.integers(raw)
                return (Int(pair[0]), Int(pair[1]))
            }
            // 2^40 values keep the products below from overflowing.
            guard (0...1 << 40).contains(count), offset >= 0,
                count == 0 || offset <= heapLength && column.storage.length(of: count) <= heapLength - offset
            else {
                throw Self.fault(
                    header, column,
                    "row \(row): \(count) values at \(offset) of a heap of \(heapLength) bytes")
            }
            arrays.append(
                HeapArray(
                    count: count, offset: count == 0 ? 0 : offset, bytes: column.storage.length(of: count)))
        }
        return arrays
    }
}
