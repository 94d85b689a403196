extension CatalogTable {
    /// A column: its name, what it means, and its values.
    public struct Column: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The unit, in the words of the file; `nil` without one.
        public var unit: String?
        /// The unified content descriptor (IVOA UCD1+); `nil` without one.
        public var ucd: String?
        /// What the column holds, for people.
        public var description: String?
        /// Values a row: 1 for a plain column, more for a column of vectors.
        public let width: Int
        /// The most UTF-8 bytes that a text value may have, where a format needs to know it beforehand.
        public var textWidth: Int?
        /// The values, row after row, `width` each.
        public private(set) var values: Values
        /// Which values are missing, one entry a value; `nil` when none is.
        ///
        /// Floating-point columns have NaN there as well, text columns the empty string.
        public private(set) var missing: [Bool]?

        /// A column; `values` and `missing` must hold `width` entries a row.
        public init(
            name: String, unit: String? = nil, ucd: String? = nil, description: String? = nil,
            width: Int = 1, textWidth: Int? = nil, values: Values, missing: [Bool]? = nil
        ) {
            precondition(width >= 1, "Column \(name): width \(width)")
            precondition(
                values.count % width == 0, "Column \(name): \(values.count) values in rows of \(width)")
            precondition(
                missing.map { $0.count == values.count } ?? true, "Column \(name): missing of another size")
            self.name = name
            self.unit = unit
            self.ucd = ucd
            self.description = description
            self.width = width
            self.textWidth = textWidth
            self.values = values
            self.missing = missing
        }

        /// The number of rows.
        public var rowCount: Int { values.count / width }

        /// Whether the value at a place (row times `width`) is missing: marked so, or NaN, or an empty text.
        public func isMissing(_ place: Int) -> Bool {
            if let missing, missing[place] { return true }
            return switch values {
            case .float(let values): values[place].isNaN
            case .double(let values): values[place].isNaN
            case .text(let values): values[place].isEmpty
            case .bool, .int32, .int64: false
            }
        }

        /// The same column without rows: what a reader says of a column before any row is read.
        public var header: Column { rows(0..<0) }

        /// The column's rows in a range.
        public func rows(_ range: Range<Int>) -> Column {
            let places = range.lowerBound * width..<range.upperBound * width
            return with(values: values.slice(places), missing: missing.map { Array($0[places]) })
        }

        /// The rows at these indices, in this order.
        public func rows(at indices: [Int]) -> Column {
            let places =
                width == 1 ? indices : indices.flatMap { $0 * width..<($0 + 1) * width }
            return with(values: values.gather(places), missing: missing.map { all in places.map { all[$0] } })
        }

        /// Puts the rows of a column of the same type and width behind these.
        public mutating func append(_ other: Column) {
            precondition(other.width == width, "Column \(name): appending rows of another width")
            if missing != nil || other.missing != nil {
                let mine = missing ?? Array(repeating: false, count: values.count)
                missing = mine + (other.missing ?? Array(repeating: false, count: other.values.count))
            }
            values.append(other.values)
            if let width = textWidth, let others = other.textWidth { textWidth = max(width, others) }
        }

        /// The values as floating-point numbers, NaN where missing; `nil` for a text or boolean column.
        public var doubles: [Double]? {
            switch values {
            case .double(let values): values
            case .float(let values): values.map(Double.init)
            case .int32(let values): marked(values.map(Double.init))
            case .int64(let values): marked(values.map(Double.init))
            case .bool, .text: nil
            }
        }

        private func marked(_ numbers: [Double]) -> [Double] {
            guard let missing else { return numbers }
            return zip(numbers, missing).map { $1 ? .nan : $0 }
        }

        private func with(values: Values, missing: [Bool]?) -> Column {
            Column(
                name: name, unit: unit, ucd: ucd, description: description, width: width,
                textWidth: textWidth, values: values, missing: missing)
        }
    }
}
