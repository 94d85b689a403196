public import FITS

extension TableColumn {
    /// Whether the value at a place (row times `width`) is missing: marked so, or NaN, or an empty text.
    public func isMissing(at place: Int) -> Bool {
        if let isMissing, isMissing[place] { return true }
        return switch values {
        case .float(let values): values[place].isNaN
        case .double(let values): values[place].isNaN
        case .text(let values): values[place].isEmpty
        default: false
        }
    }

    /// The values as floating-point numbers, NaN where missing; `nil` for a column of another kind.
    public var numbers: [Double]? {
        guard let numbers = values.doubles else { return nil }
        guard let isMissing else { return numbers }
        return zip(numbers, isMissing).map { $1 ? .nan : $0 }
    }

    /// The rows at these indices, in this order.
    public func rows(at indices: [Int]) -> TableColumn {
        let places = width == 1 ? indices : indices.flatMap { $0 * width..<($0 + 1) * width }
        var part = self
        part.isMissing = isMissing.map { all in places.map { all[$0] } }
        part.values = values.gathered(places)
        return part
    }

    /// The column of all rows of `parts`, one after another; they must agree in name, type and width.
    public static func joined(_ parts: [TableColumn]) -> TableColumn {
        precondition(!parts.isEmpty, "TableColumn: joining no parts")
        var whole = parts[0]
        precondition(
            parts.allSatisfy { $0.width == whole.width && $0.values.element == whole.values.element },
            "TableColumn: joining parts of '\(whole.name)' that differ in type or width")
        if parts.contains(where: { $0.isMissing != nil }) {
            whole.isMissing = parts.flatMap {
                $0.isMissing ?? Array(repeating: false, count: $0.values.count)
            }
        }
        whole.values = .joined(parts.map(\.values))
        return whole
    }
}

extension ColumnValues {
    /// The values at these places.
    func gathered(_ places: [Int]) -> ColumnValues {
        switch self {
        case .logical(let values): .logical(places.map { values[$0] })
        case .uint8(let values): .uint8(places.map { values[$0] })
        case .int16(let values): .int16(places.map { values[$0] })
        case .int32(let values): .int32(places.map { values[$0] })
        case .int64(let values): .int64(places.map { values[$0] })
        case .uint64(let values): .uint64(places.map { values[$0] })
        case .float(let values): .float(places.map { values[$0] })
        case .double(let values): .double(places.map { values[$0] })
        case .complexFloat(let values): .complexFloat(places.map { values[$0] })
        case .complexDouble(let values): .complexDouble(places.map { values[$0] })
        case .text(let values): .text(places.map { values[$0] })
        }
    }

    /// All values of the parts, which are of one type.
    static func joined(_ parts: [ColumnValues]) -> ColumnValues {
        switch parts[0].element {
        case .logical:
            .logical(
                gather(parts) { (part) -> [Bool]? in
                    if case .logical(let values) = part { values } else { nil }
                })
        case .uint8:
            .uint8(
                gather(parts) { (part) -> [UInt8]? in
                    if case .uint8(let values) = part { values } else { nil }
                })
        case .int16:
            .int16(
                gather(parts) { (part) -> [Int16]? in
                    if case .int16(let values) = part { values } else { nil }
                })
        case .int32:
            .int32(
                gather(parts) { (part) -> [Int32]? in
                    if case .int32(let values) = part { values } else { nil }
                })
        case .int64:
            .int64(
                gather(parts) { (part) -> [Int64]? in
                    if case .int64(let values) = part { values } else { nil }
                })
        case .uint64:
            .uint64(
                gather(parts) { (part) -> [UInt64]? in
                    if case .uint64(let values) = part { values } else { nil }
                })
        case .float:
            .float(
                gather(parts) { (part) -> [Float]? in
                    if case .float(let values) = part { values } else { nil }
                })
        case .double:
            .double(
                gather(parts) { (part) -> [Double]? in
                    if case .double(let values) = part { values } else { nil }
                })
        case .complexFloat:
            .complexFloat(
                gather(parts) { (part) -> [SIMD2<Float>]? in
                    if case .complexFloat(let values) = part { values } else { nil }
                })
        case .complexDouble:
            .complexDouble(
                gather(parts) { (part) -> [SIMD2<Double>]? in
                    if case .complexDouble(let values) = part { values } else { nil }
                })
        case .text:
            .text(
                gather(parts) { (part) -> [String]? in
                    if case .text(let values) = part { values } else { nil }
                })
        }
    }

    /// What `take` finds in each part, one after another.
    private static func gather<Element>(
        _ parts: [ColumnValues], _ take: (ColumnValues) -> [Element]?
    ) -> [Element] {
        var all: [Element] = []
        all.reserveCapacity(parts.reduce(0) { $0 + $1.count })
        for part in parts { all += take(part) ?? [] }
        return all
    }

    /// No values of a type.
    static func empty(_ element: ColumnElement) -> ColumnValues {
        switch element {
        case .logical: .logical([])
        case .uint8: .uint8([])
        case .int16: .int16([])
        case .int32: .int32([])
        case .int64: .int64([])
        case .uint64: .uint64([])
        case .float: .float([])
        case .double: .double([])
        case .complexFloat: .complexFloat([])
        case .complexDouble: .complexDouble([])
        case .text: .text([])
        }
    }
}

extension ColumnDescription {
    /// A column of this description without rows.
    public var emptyColumn: TableColumn {
        TableColumn(
            name, .empty(element), width: width, unit: unit, ucd: ucd, description: description)
    }
}
