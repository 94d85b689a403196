/// Turns the stored bytes of a column into its values.
struct ColumnDecoder {
    private let column: ColumnDescription

    /// A decoder for `column`.
    init(_ column: ColumnDescription) { self.column = column }

    /// The column of `rows` rows whose bytes follow each other without gaps.
    func tableColumn(_ bytes: [UInt8], rows: Int) -> TableColumn {
        let (values, isMissing) = decode(bytes, rows: rows, width: column.width)
        return TableColumn(
            column.name, values, width: column.width, unit: column.unit, ucd: column.ucd,
            description: column.description, isMissing: isMissing)
    }

    /// The values of `rows` rows of `width` values each, and which of them are missing.
    func decode(_ bytes: [UInt8], rows: Int, width: Int) -> (values: ColumnValues, isMissing: [Bool]?) {
        bytes.withUnsafeBytes { raw in
            switch column.storage.letter {
            case "L": logicals(raw)
            case "X": (.logical(bits(raw, rows: rows, width: width)), nil)
            case "A": (.text(texts(raw, rows: rows, width: width)), nil)
            case "B": integers(Array(raw) as [UInt8])
            case "I": integers(BigEndian.integers(raw) as [Int16])
            case "J": integers(BigEndian.integers(raw) as [Int32])
            case "K": integers(BigEndian.integers(raw) as [Int64])
            case "E": (floats(raw), nil)
            case "D": (.double(scaled(BigEndian.doubles(raw))), nil)
            case "C": (.complexFloat(pairs(BigEndian.floats(raw))), nil)
            default: (.complexDouble(pairs(BigEndian.doubles(raw))), nil)
            }
        }
    }

    private func logicals(_ raw: UnsafeRawBufferPointer) -> (values: ColumnValues, isMissing: [Bool]?) {
        let isMissing = raw.map { $0 != UInt8(ascii: "T") && $0 != UInt8(ascii: "F") }
        let values = raw.map { $0 == UInt8(ascii: "T") }
        return (.logical(values), isMissing.contains(true) ? isMissing : nil)
    }

    /// Bits, the highest of each byte first; every row begins on a byte.
    private func bits(_ raw: UnsafeRawBufferPointer, rows: Int, width: Int) -> [Bool] {
        let rowBytes = (width + 7) / 8
        var bits: [Bool] = []
        bits.reserveCapacity(rows * width)
        for row in 0..<rows {
            for bit in 0..<width { bits.append(raw[row * rowBytes + bit / 8] & 0x80 >> (bit % 8) != 0) }
        }
        return bits
    }

    /// Texts end at a zero byte; trailing blanks do not count.
    private func texts(_ raw: UnsafeRawBufferPointer, rows: Int, width: Int) -> [String] {
        let length = column.textWidth
        let stride = column.storage.count
        var texts: [String] = []
        texts.reserveCapacity(rows * width)
        for row in 0..<rows {
            for index in 0..<width {
                let start = row * stride + index * length
                var end = start
                while end < start + length, raw[end] != 0 { end += 1 }
                while end > start, raw[end - 1] == 0x20 { end -= 1 }
                texts.append(
                    String(decoding: UnsafeRawBufferPointer(rebasing: raw[start..<end]), as: UTF8.self))
            }
        }
        return texts
    }

    private func integers<Stored: FixedWidthInteger>(
        _ stored: [Stored]
    ) -> (values: ColumnValues, isMissing: [Bool]?) {
        var isMissing: [Bool]?
        if let null = column.null.flatMap({ Stored(exactly: $0) }), stored.contains(null) {
            isMissing = stored.map { $0 == null }
        }
        let (scale, zero) = (column.storage.scale, column.storage.zero)
        let values: ColumnValues =
            switch column.element {
            case .uint8: .uint8(stored.map { UInt8(truncatingIfNeeded: $0) })
            case .int16: .int16(stored.map { Int16(truncatingIfNeeded: $0) &+ Int16(zero) })
            case .int32: .int32(stored.map { Int32(truncatingIfNeeded: $0) &+ Int32(zero) })
            case .int64: .int64(stored.map { Int64(truncatingIfNeeded: $0) &+ Int64(zero) })
            case .uint64: .uint64(stored.map { UInt64(truncatingIfNeeded: $0) ^ 1 << 63 })
            default:
                .double(
                    zip(stored, isMissing ?? Array(repeating: false, count: stored.count)).map {
                        $1 ? .nan : zero + scale * Double($0)
                    })
            }
        // A scaled column says "missing" by NaN.
        return (values, column.element == .double ? nil : isMissing)
    }

    private func floats(_ raw: UnsafeRawBufferPointer) -> ColumnValues {
        let stored = BigEndian.floats(raw)
        return column.element == .float ? .float(stored) : .double(scaled(stored.map(Double.init)))
    }

    private func scaled(_ values: [Double]) -> [Double] {
        let (scale, zero) = (column.storage.scale, column.storage.zero)
        return scale == 1 && zero == 0 ? values : values.map { zero + scale * $0 }
    }

    private func pairs<Number: SIMDScalar>(_ numbers: [Number]) -> [SIMD2<Number>] {
        (0..<numbers.count / 2).map { SIMD2(numbers[2 * $0], numbers[2 * $0 + 1]) }
    }
}
