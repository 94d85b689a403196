import FITS

/// A column as an ECSV header declares it.
struct ECSVColumn: Equatable {
    /// The name.
    var name: String
    /// The type, as ECSV names it.
    var datatype: String
    /// Element type and shape of a column of vectors, such as `float64[5]`.
    var subtype: String?
    /// The unit.
    var unit: String?
    /// The description.
    var description: String?
    /// The UCD, from the column's `meta`.
    var ucd: String?
}

/// The header of an ECSV 1.0 file (Astropy Proposal for Enhancement 6): what a table means, in YAML.
struct ECSVHeader: Equatable {
    /// The delimiter, a comma or a blank.
    var delimiter: Character = " "
    /// The columns.
    var columns: [ECSVColumn] = []

    /// The header in these comment lines (without their `#`); `nil` when they hold no ECSV header.
    init?(lines: [String], path: String) throws(CatalogError) {
        guard let first = lines.first, first.hasPrefix(" %ECSV ") else { return nil }
        guard first.dropFirst(7).hasPrefix("1.") || first.dropFirst(7).hasPrefix("0.9") else {
            throw .malformed(path: path, line: 1, reason: "ECSV version '\(first.dropFirst(7))' is not known")
        }
        let text = lines.dropFirst().filter { $0 != " ---" && $0 != "---" }
            .map { $0.hasPrefix(" ") ? String($0.dropFirst()) : $0 }
        let sections = Self.sections(text)
        if let delimiter = sections["delimiter"]?.joined(separator: " ") {
            var reader = YAMLFlowReader(delimiter)
            if case .text(let value)? = reader.value(), let character = value.first {
                self.delimiter = character
            }
        }
        guard let body = sections["datatype"] else {
            throw .malformed(path: path, line: 1, reason: "the ECSV header declares no datatype")
        }
        for item in Self.items(body) {
            guard let map = Self.map(item), let column = ECSVColumn(map) else {
                throw .malformed(
                    path: path, line: 1,
                    reason:
                        "the ECSV header's column '\(item.joined(separator: " ").prefix(60))' is not understood"
                )
            }
            columns.append(column)
        }
        guard !columns.isEmpty else {
            throw .malformed(path: path, line: 1, reason: "the ECSV header declares no columns")
        }
        if Set(columns.map(\.name)).count < columns.count {
            let names = columns.map(\.name)
            let twice = names.indices.first { names[..<$0].contains(names[$0]) }
            throw .duplicateColumn(path: path, name: twice.map { names[$0] } ?? "")
        }
    }

    /// The lines below each key of the outermost level.
    private static func sections(_ lines: [String]) -> [String: [String]] {
        var sections: [String: [String]] = [:]
        var key = ""
        for line in lines {
            if let first = line.first, first != " ", first != "-", first != "}", first != "]",
                let colon = line.firstIndex(of: ":")
            {
                key = String(line[..<colon])
                let rest = line[line.index(after: colon)...].drop(while: { $0 == " " })
                sections[key] = rest.isEmpty ? [] : [String(rest)]
            } else {
                sections[key, default: []].append(line)
            }
        }
        return sections
    }

    /// The list items (`- ...`) among the lines, each with its first line's dash made a blank.
    private static func items(_ lines: [String]) -> [[String]] {
        guard let indent = lines.first.map({ $0.prefix(while: { $0 == " " }).count }) else { return [] }
        let dash = String(repeating: " ", count: indent) + "- "
        var items: [[String]] = []
        for line in lines {
            if line.hasPrefix(dash) {
                items.append([String(repeating: " ", count: indent + 2) + line.dropFirst(dash.count)])
            } else if !items.isEmpty {
                items[items.count - 1].append(line)
            }
        }
        return items
    }

    /// A mapping in flow style `{a: b}` or in block style, one key a line.
    private static func map(_ lines: [String]) -> [String: YAMLValue]? {
        let joined = lines.map { String($0.drop(while: { $0 == " " })) }.joined(separator: " ")
        if joined.hasPrefix("{") {
            var reader = YAMLFlowReader(joined)
            if case .map(let map)? = reader.value() { return map }
            return nil
        }
        let indent = lines[0].prefix(while: { $0 == " " }).count
        var pairs: [(key: String, text: String)] = []
        for line in lines {
            let depth = line.prefix(while: { $0 == " " }).count
            if depth == indent, line.dropFirst(depth).first != "-", let colon = line.firstIndex(of: ":") {
                let rest = line[line.index(after: colon)...]
                pairs.append((String(line[..<colon].dropFirst(indent)), String(rest)))
            } else if !pairs.isEmpty {
                pairs[pairs.count - 1].text += " " + line.drop(while: { $0 == " " })
            }
        }
        var map: [String: YAMLValue] = [:]
        for pair in pairs {
            let text = String(pair.text.drop(while: { $0 == " " }))
            var reader = YAMLFlowReader(pair.key == "meta" ? nested(text) : text)
            map[pair.key] = reader.value(inFlow: false)
        }
        return map
    }

    /// A nested block in flow style: `!!omap - {ucd: x} - {b: c}` becomes `[{ucd: x}, {b: c}]`, `ucd: x` becomes
    /// `{ucd: x}`.
    private static func nested(_ text: String) -> String {
        let body = text.hasPrefix("!!omap") ? String(text.dropFirst(6).drop(while: { $0 == " " })) : text
        if body.hasPrefix("{") || body.hasPrefix("[") { return body }
        guard body.hasPrefix("- ") else { return "{\(body)}" }
        let items = (" " + body).split(separator: " - ").map { $0.hasPrefix("{") ? String($0) : "{\($0)}" }
        return "[\(items.joined(separator: ", "))]"
    }
}

extension ECSVColumn {
    /// A column from its mapping; `nil` without name or type.
    init?(_ map: [String: YAMLValue]) {
        guard case .text(let name)? = map["name"], case .text(let datatype)? = map["datatype"] else {
            return nil
        }
        self.init(name: name, datatype: datatype)
        subtype = map["subtype"]?.text
        unit = map["unit"]?.text
        description = map["description"]?.text
        ucd = map["meta"]?.entry("ucd")?.text ?? map["meta"]?.entry("UCD")?.text
    }

    /// The number of values a row, or `nil` for shapes that vary.
    var vectorWidth: Int? {
        guard let subtype, let open = subtype.firstIndex(of: "["), subtype.last == "]" else { return 1 }
        var width = 1
        for part in subtype[subtype.index(after: open)...].dropLast().split(separator: ",") {
            guard let side = Int(part.filter { $0 != " " }), side > 0, side < 1 << 20 else { return nil }
            width *= side
            guard width < 1 << 20 else { return nil }
        }
        return width
    }

    /// The element type: that of the subtype for vectors.
    var elementType: String {
        guard let subtype, let open = subtype.firstIndex(of: "["), vectorWidth != nil else { return datatype }
        return String(subtype[..<open])
    }

    /// The column that is declared; `nil` for a type that ECSV does not know.
    func description(textWidth: Int) -> ColumnDescription? {
        let element: ColumnElement
        switch elementType {
        case "bool": element = .logical
        case "uint8": element = .uint8
        case "int8", "int16": element = .int16
        case "int32", "uint16": element = .int32
        case "int64", "uint32": element = .int64
        case "uint64": element = .uint64
        case "float16", "float32": element = .float
        case "float64", "float128": element = .double
        case "string", "complex64", "complex128", "complex256": element = .text
        default: return nil
        }
        let least: Int64? =
            switch element {
            case .uint8: 255
            case .int16: Int64(Int16.min)
            case .int32: Int64(Int32.min)
            case .int64, .uint64: Int64.min
            default: nil
            }
        return ColumnDescription(
            name, element, width: vectorWidth ?? 1, textWidth: textWidth, unit: unit, ucd: ucd,
            description: description, null: least)
    }
}
