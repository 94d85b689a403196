public import FITS

/// The identifiers of a list of objects: 64-bit integers or text, never floating point.
public struct CatalogIdentifiers: Sendable, Equatable {
    /// The values, all of one type.
    public enum Values: Sendable, Equatable {
        /// 64-bit integers.
        case integers([Int64])
        /// Text.
        case texts([String])
    }

    /// The identifiers, one an object.
    public let values: Values
    /// Objects without an identifier; `nil` when all have one.
    public let isMissing: [Bool]?

    /// Integer identifiers.
    public init(_ integers: [Int64]) {
        values = .integers(integers)
        isMissing = nil
    }

    /// Text identifiers; an empty one is missing.
    public init(_ texts: [String]) {
        values = .texts(texts)
        isMissing = texts.contains("") ? texts.map(\.isEmpty) : nil
    }

    /// Identifiers of which some are missing.
    public init(values: Values, isMissing: [Bool]?) {
        self.values = values
        self.isMissing = isMissing.flatMap { $0.contains(true) ? $0 : nil }
    }

    /// The identifiers in a column of integers, text, or whole numbers up to 2^53.
    ///
    /// - Throws: `refusedColumn` for other columns; floating-point identifiers beyond 2^53 have lost digits.
    public init(column: TableColumn, path: String) throws(CatalogError) {
        func refuse(_ reason: String) -> CatalogError {
            .refusedColumn(path: path, column: column.name, reason: reason)
        }
        guard column.width == 1 else { throw refuse("holds \(column.width) values a row, so no identifiers") }
        if let integers = column.values.integers {
            self.init(values: .integers(integers), isMissing: column.isMissing)
            return
        }
        switch column.values {
        case .text(let texts): self.init(texts)
        case .uint64(let numbers):
            let texts = numbers.indices.map { column.isMissing(at: $0) ? "" : "\(numbers[$0])" }
            self.init(texts)
        case .float, .double:
            var integers: [Int64] = []
            integers.reserveCapacity(column.rowCount)
            for (row, number) in (column.numbers ?? []).enumerated() {
                if number.isNaN {
                    integers.append(0)
                    continue
                }
                guard let integer = Int64(exactly: number) else {
                    throw refuse("holds \(number) in row \(row + 1), so no identifiers")
                }
                guard abs(number) <= Self.largestExact(column.values.element) else {
                    throw refuse(
                        "holds \(number) in row \(row + 1): identifiers stored as floating point have lost digits"
                    )
                }
                integers.append(integer)
            }
            self.init(
                values: .integers(integers), isMissing: (0..<column.rowCount).map { column.isMissing(at: $0) }
            )
        default: throw refuse("has the type \(column.values.element), so no identifiers")
        }
    }

    /// The largest integer below which a floating-point type holds all integers.
    private static func largestExact(_ element: ColumnElement) -> Double {
        element == .float ? 16_777_216 : 9_007_199_254_740_992
    }

    /// The number of objects.
    public var count: Int {
        switch values {
        case .integers(let integers): integers.count
        case .texts(let texts): texts.count
        }
    }

    /// The identifier of an object as text; `nil` when it is missing.
    public func text(at index: Int) -> String? {
        if let isMissing, isMissing[index] { return nil }
        return switch values {
        case .integers(let integers): "\(integers[index])"
        case .texts(let texts): texts[index]
        }
    }

    /// The identifier of an object as an integer, also when it is written as text with leading zeros; `nil`
    /// when it is missing or no integer.
    public func integer(at index: Int) -> Int64? {
        if let isMissing, isMissing[index] { return nil }
        switch values {
        case .integers(let integers): return integers[index]
        case .texts(let texts):
            var text = texts[index]
            return text.withUTF8 { bytes in
                bytes.baseAddress.flatMap { TextNumber.integer($0, bytes.count) }
            }
        }
    }

    /// The objects whose identifier an earlier object has, in order.
    public var duplicates: [Int] {
        switch values {
        case .integers(let integers):
            // Most catalogues have none, which the numbers alone tell in a fraction of the time.
            let sorted = integers.sorted()
            guard zip(sorted, sorted.dropFirst()).contains(where: ==) else { return [] }
            let order = integers.indices.sorted { (integers[$0], $0) < (integers[$1], $1) }
            return zip(order, order.dropFirst()).filter { pair in
                integers[pair.0] == integers[pair.1]
                    && !(isMissing?[pair.0] ?? false) && !(isMissing?[pair.1] ?? false)
            }.map(\.1).sorted()
        case .texts(let texts):
            var seen = Set<String>(minimumCapacity: texts.count)
            return texts.indices.filter { !texts[$0].isEmpty && !seen.insert(texts[$0]).inserted }
        }
    }

    /// The objects in a range.
    public func slice(_ range: Range<Int>) -> CatalogIdentifiers {
        let values: Values =
            switch values {
            case .integers(let integers): .integers(Array(integers[range]))
            case .texts(let texts): .texts(Array(texts[range]))
            }
        return CatalogIdentifiers(values: values, isMissing: isMissing.map { Array($0[range]) })
    }
}
