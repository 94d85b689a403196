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
        if FileManager.default.fileExists(atPath: text) {
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
}
