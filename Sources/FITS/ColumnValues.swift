/// The values of a table column, row after row.
public enum ColumnValues: Sendable, Equatable {
    /// T or F (TFORM L and X).
    case logical([Bool])
    /// Unsigned bytes (B).
    case uint8([UInt8])
    /// 16-bit integers (I).
    case int16([Int16])
    /// 32-bit integers (J; also unsigned 16-bit ones).
    case int32([Int32])
    /// 64-bit integers (K; also unsigned 32-bit ones).
    case int64([Int64])
    /// Unsigned 64-bit integers (K with TZERO = 2^63).
    case uint64([UInt64])
    /// 32-bit floats (E); a missing value is NaN.
    case float([Float])
    /// 64-bit floats (D, and scaled integers); a missing value is NaN.
    case double([Double])
    /// Pairs of real and imaginary part (C).
    case complexFloat([SIMD2<Float>])
    /// Pairs of real and imaginary part (M).
    case complexDouble([SIMD2<Double>])
    /// Texts (A); a missing value is empty.
    case text([String])

    /// The number of values.
    public var count: Int {
        switch self {
        case .logical(let values): values.count
        case .uint8(let values): values.count
        case .int16(let values): values.count
        case .int32(let values): values.count
        case .int64(let values): values.count
        case .uint64(let values): values.count
        case .float(let values): values.count
        case .double(let values): values.count
        case .complexFloat(let values): values.count
        case .complexDouble(let values): values.count
        case .text(let values): values.count
        }
    }

    /// The type of the values.
    public var element: ColumnElement {
        switch self {
        case .logical: .logical
        case .uint8: .uint8
        case .int16: .int16
        case .int32: .int32
        case .int64: .int64
        case .uint64: .uint64
        case .float: .float
        case .double: .double
        case .complexFloat: .complexFloat
        case .complexDouble: .complexDouble
        case .text: .text
        }
    }

    /// The values as 64-bit floats; `nil` for logical, complex and text columns.
    public var doubles: [Double]? {
        switch self {
        case .uint8(let values): values.map(Double.init)
        case .int16(let values): values.map(Double.init)
        case .int32(let values): values.map(Double.init)
        case .int64(let values): values.map(Double.init)
        case .uint64(let values): values.map(Double.init)
        case .float(let values): values.map(Double.init)
        case .double(let values): values
        case .logical, .complexFloat, .complexDouble, .text: nil
        }
    }

    /// The values as 64-bit integers; `nil` unless every one of them is an integer of that size.
    public var integers: [Int64]? {
        switch self {
        case .uint8(let values): values.map(Int64.init)
        case .int16(let values): values.map(Int64.init)
        case .int32(let values): values.map(Int64.init)
        case .int64(let values): values
        case .uint64(let values): values.allSatisfy { $0 <= Int64.max } ? values.map { Int64($0) } : nil
        default: nil
        }
    }

    /// The values as texts; `nil` for other columns.
    public var texts: [String]? { if case .text(let values) = self { values } else { nil } }

    /// The values at `range`.
    public subscript(range: Range<Int>) -> ColumnValues {
        switch self {
        case .logical(let values): .logical(Array(values[range]))
        case .uint8(let values): .uint8(Array(values[range]))
        case .int16(let values): .int16(Array(values[range]))
        case .int32(let values): .int32(Array(values[range]))
        case .int64(let values): .int64(Array(values[range]))
        case .uint64(let values): .uint64(Array(values[range]))
        case .float(let values): .float(Array(values[range]))
        case .double(let values): .double(Array(values[range]))
        case .complexFloat(let values): .complexFloat(Array(values[range]))
        case .complexDouble(let values): .complexDouble(Array(values[range]))
        case .text(let values): .text(Array(values[range]))
        }
    }
}

/// The type of a column's values.
public enum ColumnElement: String, Sendable, Hashable, CaseIterable {
    /// T or F.
    case logical
    /// Unsigned bytes.
    case uint8
    /// 16-bit integers.
    case int16
    /// 32-bit integers.
    case int32
    /// 64-bit integers.
    case int64
    /// Unsigned 64-bit integers.
    case uint64
    /// 32-bit floats.
    case float
    /// 64-bit floats.
    case double
    /// Pairs of 32-bit floats.
    case complexFloat
    /// Pairs of 64-bit floats.
    case complexDouble
    /// Text.
    case text

    /// Whether a missing value needs a number of its own (TNULL).
    public var isInteger: Bool {
        switch self {
        case .uint8, .int16, .int32, .int64, .uint64: true
        default: false
        }
    }
}
