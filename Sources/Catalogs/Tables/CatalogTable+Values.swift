extension CatalogTable {
    /// The values of a column, all of one type.
    public enum Values: Sendable, Equatable {
        /// True or false.
        case bool([Bool])
        /// 32-bit integers (bit masks, short numbers).
        case int32([Int32])
        /// 64-bit integers: identifiers beyond 2^53 stay exact.
        case int64([Int64])
        /// Single precision; NaN where missing.
        case float([Float])
        /// Double precision; NaN where missing.
        case double([Double])
        /// Text; empty where missing.
        case text([String])

        /// The number of values.
        public var count: Int {
            switch self {
            case .bool(let values): values.count
            case .int32(let values): values.count
            case .int64(let values): values.count
            case .float(let values): values.count
            case .double(let values): values.count
            case .text(let values): values.count
            }
        }

        /// The type as ECSV names it.
        public var typeName: String {
            switch self {
            case .bool: "bool"
            case .int32: "int32"
            case .int64: "int64"
            case .float: "float32"
            case .double: "float64"
            case .text: "string"
            }
        }

        /// The values in a range.
        func slice(_ range: Range<Int>) -> Values {
            switch self {
            case .bool(let values): .bool(Array(values[range]))
            case .int32(let values): .int32(Array(values[range]))
            case .int64(let values): .int64(Array(values[range]))
            case .float(let values): .float(Array(values[range]))
            case .double(let values): .double(Array(values[range]))
            case .text(let values): .text(Array(values[range]))
            }
        }

        /// The values at these places.
        func gather(_ places: [Int]) -> Values {
            switch self {
            case .bool(let values): .bool(places.map { values[$0] })
            case .int32(let values): .int32(places.map { values[$0] })
            case .int64(let values): .int64(places.map { values[$0] })
            case .float(let values): .float(places.map { values[$0] })
            case .double(let values): .double(places.map { values[$0] })
            case .text(let values): .text(places.map { values[$0] })
            }
        }

        /// Puts values of the same type behind these.
        mutating func append(_ other: Values) {
            switch (self, other) {
            case (.bool(var mine), .bool(let others)):
                self = .bool([])
                mine.append(contentsOf: others)
                self = .bool(mine)
            case (.int32(var mine), .int32(let others)):
                self = .bool([])
                mine.append(contentsOf: others)
                self = .int32(mine)
            case (.int64(var mine), .int64(let others)):
                self = .bool([])
                mine.append(contentsOf: others)
                self = .int64(mine)
            case (.float(var mine), .float(let others)):
                self = .bool([])
                mine.append(contentsOf: others)
                self = .float(mine)
            case (.double(var mine), .double(let others)):
                self = .bool([])
                mine.append(contentsOf: others)
                self = .double(mine)
            case (.text(var mine), .text(let others)):
                self = .bool([])
                mine.append(contentsOf: others)
                self = .text(mine)
            default:
                preconditionFailure("CatalogTable: appending \(other.typeName) to \(typeName)")
            }
        }

        /// Whether the other values are of this type.
        func isAlike(_ other: Values) -> Bool { typeName == other.typeName }
    }
}
