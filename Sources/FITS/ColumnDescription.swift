/// What a table's header says of a column.
public struct ColumnDescription: Sendable, Hashable {
    /// The name (TTYPE); `col<n>` when the file gives none.
    public var name: String
    /// The type of the values as they are read, scaling and unsigned conventions applied.
    public var element: ColumnElement
    /// Values in a row; 0 for an empty or variable-length column.
    public var width: Int
    /// Bytes of each text of a text column.
    public var textWidth: Int
    /// The unit (TUNIT).
    public var unit: String?
    /// The unified content descriptor (TUCD).
    public var ucd: String?
    /// What the column means (TCOMM).
    public var description: String?
    /// The suggested display format (TDISP).
    public var display: String?
    /// The stored integer that means "no value" (TNULL).
    public var null: Int64?
    /// How the values are stored.
    var storage: ColumnStorage

    /// A column to be written.
    ///
    /// - Parameters:
    ///   - textWidth: Bytes of a text; needed for text columns, ignored otherwise.
    ///   - null: The stored integer that stands for a missing value; needed where some may be missing.
    public init(
        _ name: String, _ element: ColumnElement, width: Int = 1, textWidth: Int = 0,
        unit: String? = nil, ucd: String? = nil, description: String? = nil, display: String? = nil,
        null: Int64? = nil
    ) {
        precondition(width >= 1, "ColumnDescription: '\(name)' with \(width) values a row")
        precondition(
            element != .text || textWidth >= 1,
            "ColumnDescription: '\(name)' with texts of \(textWidth) bytes")
        precondition(
            null == nil || element.isInteger, "ColumnDescription: TNULL for '\(name)', which is no integer")
        self.name = name
        self.element = element
        self.width = width
        self.textWidth = element == .text ? textWidth : 0
        self.unit = unit
        self.ucd = ucd
        self.description = description
        self.display = display
        self.null = null
        storage = ColumnStorage(element: element, width: width, textWidth: textWidth)
    }

    /// A column that was read.
    init(name: String, element: ColumnElement, width: Int, textWidth: Int, storage: ColumnStorage) {
        self.name = name
        self.element = element
        self.width = width
        self.textWidth = textWidth
        self.storage = storage
    }

    /// The description that fits all of `column`, with a TNULL that none of its values equals.
    public init(fitting column: TableColumn) {
        var textWidth = 1
        if case .text(let texts) = column.values {
            textWidth = max(1, texts.reduce(0) { max($0, Self.storedLength($1)) })
        }
        self.init(
            column.name, column.values.element, width: column.width, textWidth: textWidth,
            unit: column.unit, ucd: column.ucd, description: column.description,
            null: Self.unusedNumber(column))
    }

    /// Bytes that a text takes in a table: printable ASCII stays, everything else is escaped.
    public static func storedLength(_ text: String) -> Int {
        text.utf8.allSatisfy { (0x20...0x7e).contains($0) } ? text.utf8.count : HeaderCard.ascii(text).count
    }

    /// Whether the values lie in the heap behind the table, of another count in each row.
    public var isVariableLength: Bool { storage.descriptor != nil }

    /// The TFORM value, such as `3E` or `12A`.
    public var format: String { storage.format }

    /// A number that can stand for "missing"; `nil` when nothing is missing.
    private static func unusedNumber(_ column: TableColumn) -> Int64? {
        guard let isMissing = column.isMissing, isMissing.contains(true) else { return nil }
        func unused<Number: FixedWidthInteger>(_ values: [Number]) -> Number {
            var used = Set<Number>()
            for (value, isMissing) in zip(values, isMissing) where !isMissing { used.insert(value) }
            var candidate = Number.isSigned ? Number.min : Number.max
            while used.contains(candidate) { Number.isSigned ? (candidate &+= 1) : (candidate &-= 1) }
            return candidate
        }
        switch column.values {
        case .uint8(let values): return Int64(unused(values))
        case .int16(let values): return Int64(unused(values))
        case .int32(let values): return Int64(unused(values))
        case .int64(let values): return unused(values)
        // Stored with 2^63 taken off, as the column's TZERO says.
        case .uint64(let values): return Int64(bitPattern: unused(values) ^ 1 << 63)
        default: return nil
        }
    }
}

/// How a column's values lie in the bytes of a row.
struct ColumnStorage: Sendable, Hashable {
    /// The letter of TFORM: one of `LXBIJKAEDCM`.
    var letter: Character
    /// The count before the letter.
    var count: Int
    /// `P` or `Q` for a column in the heap.
    var descriptor: Character?
    /// The largest array that the heap holds, as TFORM says.
    var maximum: Int?
    /// TSCAL.
    var scale = 1.0
    /// TZERO.
    var zero = 0.0
    /// TDIM, when it is there.
    var dimensions: [Int]?
    /// Where the column begins in a row.
    var offset = 0

    /// The storage of a column to be written.
    init(element: ColumnElement, width: Int, textWidth: Int) {
        count = element == .text ? width * textWidth : width
        switch element {
        case .logical: letter = "L"
        case .uint8: letter = "B"
        case .int16: letter = "I"
        case .int32: letter = "J"
        case .int64: letter = "K"
        case .uint64:
            letter = "K"
            zero = 9_223_372_036_854_775_808
        case .float: letter = "E"
        case .double: letter = "D"
        case .complexFloat: letter = "C"
        case .complexDouble: letter = "M"
        case .text:
            letter = "A"
            if width > 1 { dimensions = [textWidth, width] }
        }
    }

    /// The storage that a TFORM value describes; `nil` when it follows no rule.
    init?(form: String) {
        var rest = form.drop { $0 == " " }
        guard let count = Self.leadingNumber(&rest) else { return nil }
        self.count = count ?? 1
        guard let first = rest.popFirst() else { return nil }
        letter = first
        if first == "P" || first == "Q" {
            guard self.count <= 1, let element = rest.popFirst() else { return nil }
            descriptor = first
            letter = element
            if rest.popFirst() == "(" {
                guard let maximum = Self.leadingNumber(&rest), rest.first == ")" else { return nil }
                self.maximum = maximum
            }
        }
        guard "LXBIJKAEDCM".contains(letter) else { return nil }
    }

    /// Digits at the start of `text`, taken off: `.some(nil)` without any, `nil` when they overflow.
    private static func leadingNumber(_ text: inout Substring) -> Int?? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        text = text.dropFirst(digits.count)
        if digits.isEmpty { return .some(nil) }
        guard let number = Int(digits), number <= Int32.max else { return nil }
        return number
    }

    /// Bytes of one value.
    var valueLength: Int {
        switch letter {
        case "I": 2
        case "J", "E": 4
        case "K", "D", "C": 8
        case "M": 16
        default: 1
        }
    }

    /// Bytes of `count` values.
    func length(of count: Int) -> Int { letter == "X" ? (count + 7) / 8 : count * valueLength }

    /// Bytes in a row.
    var rowBytes: Int {
        switch descriptor {
        case "P": 8 * count
        case "Q": 16 * count
        default: length(of: count)
        }
    }

    /// The TFORM value.
    var format: String {
        guard let descriptor else { return "\(count)\(letter)" }
        return "\(count)\(descriptor)\(letter)" + (maximum.map { "(\($0))" } ?? "")
    }
}
