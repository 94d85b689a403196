internal import Foundation

/// Which objects a neighbour search starts from: identifiers, a file of them, or `COLUMN=VALUE`.
public enum NeighbourQuery: Sendable, Equatable {
    /// These identifiers.
    case identifiers([String])
    /// The identifiers in a file, one a line or the first column of a CSV.
    case file(String)
    /// The rows whose column has this value.
    case column(name: String, value: String)

    /// A query from its text: a file where one of that name is there, else a condition, else identifiers.
    public init(_ text: String) {
        var isFolder: ObjCBool = false
        // A folder of that name says nothing: cutouts lie in folders that are named like objects.
        if FileManager.default.fileExists(atPath: text, isDirectory: &isFolder), !isFolder.boolValue {
            self = .file(text)
        } else if let sign = text.firstIndex(of: "="), sign > text.startIndex {
            self = .column(
                name: String(text[..<sign]), value: String(text[text.index(after: sign)...]))
        } else {
            self = .identifiers(
                text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter {
                    !$0.isEmpty
                })
        }
    }

    /// The first fields of a file's lines; empty ones, comments (`#`) and a header line `id` are left out.
    ///
    /// - Throws: `PipelineError` when the file cannot be read or is no text.
    static func identifiers(inFile path: String) throws -> [String] {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(error.localizedDescription)")
        }
        guard var text = String(bytes: data, encoding: .utf8), !text.contains("\0") else {
            throw PipelineError(
                .input, "cannot read '\(path)': it is no text file of identifiers, one a line")
        }
        if text.first == "\u{feff}" { text.removeFirst() }
        let fields = text.split(whereSeparator: \.isNewline).map(firstField).filter {
            !$0.isEmpty && !$0.hasPrefix("#")
        }
        return fields.first?.lowercased() == "id" ? Array(fields.dropFirst()) : fields
    }

    /// The first field of a line of comma-separated text, out of its quotes.
    private static func firstField(_ line: Substring) -> String {
        let line = line.trimmingPrefix { $0.isWhitespace }
        guard line.first == "\"" else {
            return line.prefix { $0 != "," }.trimmingCharacters(in: .whitespaces)
        }
        var field = ""
        var rest = line.dropFirst()
        while let character = rest.popFirst() {
            if character == "\"" {
                // Two quotes stand for one; a single one ends the field.
                guard rest.first == "\"" else { break }
                rest.removeFirst()
            }
            field.append(character)
        }
        return field
    }
}
