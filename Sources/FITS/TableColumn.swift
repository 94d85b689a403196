/// A column of a table with its values.
public struct TableColumn: Sendable, Equatable {
    /// The name (TTYPE).
    public var name: String
    /// The unit (TUNIT), as FITS writes units.
    public var unit: String?
    /// The unified content descriptor of the Virtual Observatory (TUCD).
    public var ucd: String?
    /// What the column means (TCOMM).
    public var description: String?
    /// Values in a row; 1 for a scalar column.
    public var width: Int
    /// `rows * width` values, row after row.
    public var values: ColumnValues
    /// Which of `values` are missing; `nil` when none is or the type has its own mark (NaN, empty text).
    public var isMissing: [Bool]?

    /// A column; the count of `values` must be a multiple of `width`.
    public init(
        _ name: String, _ values: ColumnValues, width: Int = 1, unit: String? = nil, ucd: String? = nil,
        description: String? = nil, isMissing: [Bool]? = nil
    ) {
        precondition(
            width >= 1 ? values.count.isMultiple(of: width) : values.count == 0,
            "TableColumn: '\(name)' has \(values.count) values, \(width) a row")
        precondition(
            isMissing?.count ?? values.count == values.count,
            "TableColumn: '\(name)' has \(values.count) values, \(isMissing?.count ?? 0) missing marks")
        self.name = name
        self.unit = unit
        self.ucd = ucd
        self.description = description
        self.width = width
        self.values = values
        self.isMissing = isMissing
    }

    /// The number of rows.
    public var rowCount: Int { width == 0 ? 0 : values.count / width }

    /// The rows in `range` alone.
    public func rows(_ range: Range<Int>) -> TableColumn {
        let elements = range.lowerBound * width..<range.upperBound * width
        var part = self
        part.values = values[elements]
        part.isMissing = isMissing.map { Array($0[elements]) }
        return part
    }
}
