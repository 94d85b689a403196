/// What became of one label of a catalogue.
public struct LabelColumnReport: Sendable, Equatable {
    /// What became of a column.
    public enum State: Sendable, Equatable {
        /// The catalogue has no such column.
        case absent
        /// The column was read.
        case read
        /// The column cannot be what it is said to be; none of its values is used.
        case refused(reason: String)
    }

    /// A value that was refused.
    public struct RefusedValue: Sendable, Equatable {
        /// The row, from 1.
        public let row: Int
        /// The value as it stands in the file.
        public let value: String
        /// Why it was refused.
        public let reason: String
    }

    /// The label.
    public let label: LabelColumn
    /// The column's name in the catalogue, or the name that was looked for.
    public let name: String
    /// What became of it.
    public internal(set) var state: State
    /// How its values were understood, such as `log10, per yr`; empty where there is no choice.
    public internal(set) var understoodAs = ""
    /// Usable values.
    public internal(set) var values = 0
    /// Missing values: empty, NaN, or a number that stands for it.
    public internal(set) var missing = 0
    /// Values that were refused one by one.
    public internal(set) var refused = 0
    /// The first of these.
    public internal(set) var firstRefused: [RefusedValue] = []

    init(label: LabelColumn, name: String, state: State) {
        self.label = label
        self.name = name
        self.state = state
    }

    mutating func refuse(row: Int, value: String, reason: String) {
        refused += 1
        if firstRefused.count < 5 {
            firstRefused.append(RefusedValue(row: row + 1, value: value, reason: reason))
        }
    }

    /// One line for the user; `nil` for an absent column.
    public var line: String? {
        switch state {
        case .absent: return nil
        case .refused(let reason): return "\(label.rawValue): column '\(name)' refused: it \(reason)"
        case .read:
            let kind = understoodAs.isEmpty ? "" : " (\(understoodAs))"
            var line = "\(label.rawValue): column '\(name)'\(kind): \(values) values, \(missing) missing"
            if refused > 0 {
                line += ", \(refused) refused ("
                line += firstRefused.prefix(3).map { "row \($0.row): \($0.value) \($0.reason)" }
                    .joined(separator: "; ")
                line += refused > 3 ? "; ...)" : ")"
            }
            return line
        }
    }
}

/// What was read of a label catalogue, what was not, and why.
public struct LabelReport: Sendable, Equatable {
    /// The file.
    public let path: String
    /// Rows of the catalogue.
    public let rowCount: Int
    /// Each label, absent ones included.
    public internal(set) var columns: [LabelColumnReport] = []
    /// Rows whose identifier an earlier row has.
    public internal(set) var duplicateRows: [Int] = []
    /// The identifiers of the first of these rows.
    public internal(set) var firstDuplicates: [String] = []
    /// What else the user should know.
    public internal(set) var notes: [String] = []

    init(path: String, rowCount: Int) {
        self.path = path
        self.rowCount = rowCount
    }

    /// What became of a label.
    public func column(_ label: LabelColumn) -> LabelColumnReport? { columns.first { $0.label == label } }

    /// The report in lines for the user.
    public var lines: [String] {
        var lines = ["\(path): \(rowCount) rows"]
        lines += columns.compactMap(\.line)
        let absent = columns.filter { $0.state == .absent }.map(\.label.rawValue)
        if !absent.isEmpty { lines.append("not in the catalogue: \(absent.joined(separator: ", "))") }
        if !duplicateRows.isEmpty {
            lines.append(
                "\(duplicateRows.count) rows repeat an identifier: \(firstDuplicates.joined(separator: ", "))"
                    + (duplicateRows.count > firstDuplicates.count ? ", ..." : ""))
        }
        return lines + notes
    }
}
