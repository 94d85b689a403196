public import FITS

/// What can be wrong with a catalogue, its columns or a file that it is written to.
public enum CatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file cannot be opened, read or written; `reason` in the system's words.
    case file(path: String, action: String, reason: String)
    /// The file is no table of a form that is read here.
    case notATable(path: String, reason: String)
    /// The table breaks the rules of its form at a line (from 1).
    case malformed(path: String, line: Int, reason: String)
    /// A row has another number of fields than the header.
    case raggedRow(path: String, line: Int, expected: Int, found: Int)
    /// A cell does not hold what its column's declared type promises; `row` from 1.
    case badCell(path: String, row: Int, column: String, text: String, expected: String)
    /// Two columns have the same name.
    case duplicateColumn(path: String, name: String)
    /// A column that is needed is not there.
    case missingColumn(path: String, column: String, present: [String])
    /// A column is there but cannot be what it is said to be.
    case refusedColumn(path: String, column: String, reason: String)
    /// What the FITS layer found.
    case fits(FITSError)
    /// The table has no rows.
    case noRows(path: String)
    /// The suffix of an output names no format.
    case unknownFormat(path: String)
    /// A `.part` file left by an earlier run cannot be continued by this one.
    case cannotResume(path: String, reason: String)

    /// One line for the user.
    public var description: String {
        switch self {
        case .file(let path, let action, let reason): "cannot \(action) \(Self.quoted(path)): \(reason)"
        case .notATable(let path, let reason): "cannot read \(Self.quoted(path)): \(reason)"
        case .malformed(let path, let line, let reason):
            "cannot read \(Self.quoted(path)): line \(line): \(reason)"
        case .raggedRow(let path, let line, let expected, let found):
            "cannot read \(Self.quoted(path)): line \(line): \(found) fields, expected \(expected)"
        case .badCell(let path, let row, let column, let text, let expected):
            "cannot read \(Self.quoted(path)): row \(row), column \(Self.quoted(column)): \(Self.quoted(text)) is not \(expected)"
        case .duplicateColumn(let path, let name):
            "cannot read \(Self.quoted(path)): two columns are named \(Self.quoted(name))"
        case .missingColumn(let path, let column, let present):
            "cannot use \(Self.quoted(path)): no column \(Self.quoted(column)) among \(Self.list(present))"
        case .refusedColumn(let path, let column, let reason):
            "cannot use \(Self.quoted(path)): column \(Self.quoted(column)) \(reason)"
        case .fits(let error): error.description
        case .noRows(let path): "cannot use \(Self.quoted(path)): the table has no rows"
        case .unknownFormat(let path):
            "cannot write \(Self.quoted(path)): the suffix names no format (known: .fits, .csv, .ecsv, each also .gz)"
        case .cannotResume(let path, let reason): "cannot continue \(Self.quoted(path)): \(reason)"
        }
    }

    /// `text` in quotes, on one line whatever it holds.
    private static func quoted(_ text: String) -> String { FITSError.quoted(text) }

    /// The first few names, and how many more there are.
    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(12).joined(separator: ", ")
        return names.count > 12 ? "\(shown) and \(names.count - 12) more" : shown
    }

    /// The error of the system call that just failed.
    static func system(_ path: String, _ action: String, _ code: Int32) -> CatalogError {
        .file(path: path, action: action, reason: SystemText.message(code))
    }
}
