extension BinaryTable {
    /// The description of column `number`, counted from 1, with its checks.
    static func column(_ header: FITSHeader, number: Int) throws(FITSError) -> ColumnDescription {
        for keyword in ["TFORM", "TSCAL", "TZERO", "TNULL"] {
            try header.rejectContradiction("\(keyword)\(number)")
        }
        guard let form = try header.string("TFORM\(number)") else {
            throw fault(header, "TFORM\(number)", "is missing")
        }
        guard var storage = ColumnStorage(form: form) else {
            throw fault(header, "TFORM\(number)", "\(FITSError.quoted(form)) is no column format")
        }
        storage.scale = try header.real("TSCAL\(number)") ?? 1
        storage.zero = try header.real("TZERO\(number)") ?? 0
        guard storage.scale != 0 else { throw fault(header, "TSCAL\(number)", "0 destroys every value") }
        var null: Int64?
        if "BIJK".contains(storage.letter) { null = try header.integer("TNULL\(number)") }
        let text = header.text("TDIM\(number)")
        storage.dimensions = try text.map { text throws(FITSError) in
            guard let dimensions = dimensions(text),
                storage.descriptor != nil || product(dimensions) <= storage.count
            else {
                throw fault(
                    header, "TDIM\(number)", "\(FITSError.quoted(text)) does not fit TFORM '\(form)'")
            }
            return dimensions
        }
        let shape = shape(storage)
        let title = header.text("TTYPE\(number)") ?? ""
        var column = ColumnDescription(
            name: title.isEmpty ? "col\(number)" : title, element: element(storage), width: shape.width,
            textWidth: shape.textWidth, storage: storage)
        column.unit = header.text("TUNIT\(number)")
        column.ucd = header.text("TUCD\(number)")
        column.description = header.text("TCOMM\(number)")
        column.display = header.text("TDISP\(number)")
        column.null = null
        return column
    }

    /// Values in a row, and bytes of each when they are texts.
    private static func shape(_ storage: ColumnStorage) -> (width: Int, textWidth: Int) {
        if storage.descriptor != nil { return (0, 0) }
        guard storage.letter == "A" else { return (storage.count, 0) }
        if let dimensions = storage.dimensions, dimensions.count >= 2, dimensions[0] > 0 {
            return (product(dimensions) / dimensions[0], dimensions[0])
        }
        return (1, storage.count)
    }

    /// The type that values have once scaled (FITS 4.0, section 7.3.2; unsigned conventions: table 19).
    static func element(_ storage: ColumnStorage) -> ColumnElement {
        let isPlain = storage.scale == 1 && storage.zero == 0
        switch storage.letter {
        case "L", "X": return .logical
        case "A": return .text
        case "C": return .complexFloat
        case "M": return .complexDouble
        case "E": return isPlain ? .float : .double
        case "D": return .double
        default: break
        }
        guard storage.scale == 1 else { return .double }
        switch (storage.letter, storage.zero) {
        case ("B", 0): return .uint8
        case ("B", -128), ("I", 0): return .int16
        case ("I", 32768), ("J", 0): return .int32
        case ("J", 2_147_483_648), ("K", 0): return .int64
        case ("K", 9_223_372_036_854_775_808): return .uint64
        default: return .double
        }
    }

    /// The numbers of a TDIM value such as `(3,4)`.
    private static func dimensions(_ text: String) -> [Int]? {
        let text = text.filter { $0 != " " }
        guard text.hasPrefix("("), text.hasSuffix(")") else { return nil }
        let parts = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == parts.count, numbers.allSatisfy({ (0...Int(Int32.max)).contains($0) })
        else { return nil }
        return numbers
    }

    /// The product, stuck at the largest integer when it overflows.
    private static func product(_ numbers: [Int]) -> Int {
        numbers.reduce(1) {
            let (product, overflow) = $0.multipliedReportingOverflow(by: $1)
            return overflow ? .max : product
        }
    }
}
