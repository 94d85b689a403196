import FITS

/// Writes the YAML header of an ECSV 1.0 file.
enum ECSVHeaderWriter {
    /// The header's lines, each behind `# `.
    static func header(_ columns: [ColumnDescription], _ provenance: Provenance) -> [UInt8] {
        var lines = ["%ECSV 1.0", "---", "delimiter: ','", "datatype:"]
        for column in columns { lines.append("- {\(entries(column).joined(separator: ", "))}") }
        if !provenance.entries.isEmpty {
            lines.append("meta: !!omap")
            for entry in provenance.entries {
                lines.append("- {\(EscapedText.quoted(entry.name)): \(EscapedText.quoted(entry.value))}")
            }
        }
        lines.append("schema: astropy-2.0")
        return Array(lines.map { "# \($0)\n" }.joined().utf8)
    }

    private static func entries(_ column: ColumnDescription) -> [String] {
        var entries = ["name: \(EscapedText.quoted(column.name))"]
        if let unit = column.unit, !unit.isEmpty { entries.append("unit: \(EscapedText.quoted(unit))") }
        let type = typeName(column.element)
        // Vectors are text by datatype and what they are by subtype.
        entries.append("datatype: \(column.width > 1 ? "string" : type)")
        if column.width > 1 { entries.append("subtype: '\(type)[\(column.width)]'") }
        if let description = column.description, !description.isEmpty {
            entries.append("description: \(EscapedText.quoted(description))")
        }
        if let ucd = column.ucd, !ucd.isEmpty { entries.append("meta: {ucd: \(EscapedText.quoted(ucd))}") }
        return entries
    }

    /// The type as ECSV names it.
    private static func typeName(_ element: ColumnElement) -> String {
        switch element {
        case .logical: "bool"
        case .uint8: "uint8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .uint64: "uint64"
        case .float: "float32"
        case .double: "float64"
        case .complexFloat: "complex64"
        case .complexDouble: "complex128"
        case .text: "string"
        }
    }
}
