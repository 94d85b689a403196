/// Where a text table has its fields, names and types, found from the options and the file's beginning.
struct TextTableLayout {
    /// The delimiter; `nil` for blanks.
    var delimiter: UInt8?
    /// What begins a comment line.
    var comment: String?
    /// Lines that are passed over unseen.
    var skippedLines: Int
    /// Whether the first record holds the names.
    var firstRecordIsHeader: Bool
    /// The column names.
    var names: [String]
    /// Whether a number in quotes is text; not so in files that quote everything.
    var quotedIsText = true
    /// The columns as an ECSV header declares them; `nil` in other files.
    var declared: [ECSVColumn]?

    /// Finds the layout of a file.
    init(input: TextInput, options: TextTableOptions) throws(CatalogError) {
        comment = options.comment
        skippedLines = options.skippedLines
        let leading = try TextPreamble(input: input, options: options)
        if let header = try ECSVHeader(lines: leading.comments, path: input.path) {
            guard let byte = header.delimiter.asciiValue else {
                throw .malformed(path: input.path, line: 1, reason: "the ECSV delimiter is not ASCII")
            }
            self.delimiter = byte == 0x20 ? nil : byte
            comment = "#"
            declared = header.columns
            names = header.columns.map(\.name)
            firstRecordIsHeader = true
            try checkECSVNames(input)
            return
        }
        delimiter = try Self.delimiter(input: input, options: options)
        let sample = try TextSample(
            input: input, delimiter: delimiter, comment: comment, skippedLines: skippedLines)
        quotedIsText = !sample.isAllQuoted || sample.counts.count < 2
        let found = Self.header(sample: sample, comments: leading.comments, options: options)
        firstRecordIsHeader = found.isFirstRecord
        let fields = sample.first.count
        names = options.names ?? found.names ?? (0..<fields).map { "column_\($0 + 1)" }
        if let given = options.names, fields > 0, given.count != fields {
            throw .raggedRow(
                path: input.path, line: sample.firstLine, expected: given.count, found: fields)
        }
        guard !names.isEmpty else {
            throw .notATable(path: input.path, reason: "it holds no row and no names")
        }
        if found.names == nil, options.names == nil, options.header != .none {
            throw .notATable(
                path: input.path,
                reason: "no line names the \(fields) columns; give the names, or say that there are none")
        }
        names = names.enumerated().map { $1.isEmpty ? "column_\($0 + 1)" : $1 }
        if let twice = Self.firstDuplicate(names) {
            throw .duplicateColumn(path: input.path, name: twice)
        }
    }

    /// The first record of an ECSV file repeats the declared names.
    private func checkECSVNames(_ input: TextInput) throws(CatalogError) {
        let sample = try TextSample(
            input: input, delimiter: delimiter, comment: comment, skippedLines: skippedLines)
        if sample.first.isEmpty || sample.first == names { return }
        throw .malformed(
            path: input.path, line: sample.firstLine,
            reason: "the names \(sample.first.prefix(5)) are not those of the ECSV header")
    }

    /// The delimiter that cuts every sampled record into the same number of fields, more than one.
    private static func delimiter(
        input: TextInput, options: TextTableOptions
    ) throws(CatalogError) -> UInt8? {
        switch options.delimiter {
        case .blanks: return nil
        case .character(let character):
            guard let byte = character.asciiValue, byte != 0x0A, byte != 0x0D, byte != 0x22 else {
                throw .notATable(path: input.path, reason: "'\(character)' cannot delimit fields")
            }
            return byte == 0x20 ? nil : byte
        case nil: break
        }
        let candidates: [UInt8?] = [0x09, 0x2C, 0x3B, 0x7C, nil]
        var belowHeader: UInt8??
        var ragged: UInt8??
        for candidate in candidates {
            let sample: TextSample
            do {
                sample = try TextSample(
                    input: input, delimiter: candidate, comment: options.comment,
                    skippedLines: options.skippedLines)
            } catch {
                // With this delimiter the lines are no table; what cannot be read is so with each.
                if case .file = error { throw error }
                continue
            }
            if sample.counts.allSatisfy({ $0 == sample.counts[0] }), sample.counts.first ?? 0 > 1 {
                return candidate
            }
            // Where nothing fits, the reader names the first row that does not.
            let rows = sample.counts.dropFirst()
            if belowHeader == nil, let width = rows.first, width > 1, rows.allSatisfy({ $0 == width }) {
                belowHeader = candidate
            }
            if ragged == nil, candidate != nil, sample.counts.contains(where: { $0 > 1 }) {
                ragged = candidate
            }
        }
        return belowHeader ?? ragged ?? 0x2C
    }

    /// The names and whether they stand in the first record.
    private static func header(
        sample: TextSample, comments: [String], options: TextTableOptions
    ) -> (names: [String]?, isFirstRecord: Bool) {
        func commented() -> [String]? {
            let counts = sample.first.isEmpty ? nil : sample.first.count
            return names(in: comments, count: options.names?.count ?? counts)
        }
        switch options.header {
        case .none: return (nil, false)
        case .firstRow: return (sample.first, true)
        case .comment: return (commented(), false)
        case .automatic: break
        }
        if sample.first.isEmpty { return (commented(), false) }
        let looksLikeNames = sample.firstKinds.allSatisfy {
            $0.isSubset(of: [.text, .boolean, .missingWord])
        }
        let fromComment = commented()
        if looksLikeNames, fromComment == nil || sample.laterRowsHaveNumbers { return (sample.first, true) }
        return (fromComment, false)
    }

    /// The first comment line that cuts into `count` names (any number above 1 when `nil`), whatever
    /// delimits them there.
    private static func names(in comments: [String], count: Int?) -> [String]? {
        for line in comments {
            for separator in [",", ";", "\t", "|"] as [Character] where line.contains(separator) {
                let names = line.split(separator: separator, omittingEmptySubsequences: false)
                    .map { Self.trimmed($0) }
                if names.count == count || (count == nil && names.count > 1) { return names }
            }
            let names = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
            if names.count == count || (count == nil && names.count > 1) { return names }
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let blank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\"" }
        return String(text.drop(while: blank).reversed().drop(while: blank).reversed())
    }

    private static func firstDuplicate(_ names: [String]) -> String? {
        var seen: Set<String> = []
        return names.first { !seen.insert($0).inserted }
    }
}
