internal import Foundation

extension MeasuredTask {
    /// The task as a table of plain text: least, middle and largest microseconds an item, and the ratio to the
    /// first contender.
    public var table: String {
        let head = ["", "min", "median", "max", "cpu", "ratio (min..max)", "largest difference"]
        let rows = [head] + entries.map(Self.cells)
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let title =
            "\(name): us per \(unit), \(threads) thread\(threads == 1 ? "" : "s"), "
            + "\(entries.first?.wallSeconds.count ?? 0) rounds"
        let further = entries.compactMap { entry in
            entry.furtherMicroseconds.map {
                "\(entry.name): \(Self.number($0.median)) of processor time beyond start-up"
            }
        }
        let remarks =
            further + entries.flatMap { entry in entry.notes.map { "\(entry.name): \($0)" } } + notes
        return ([title] + rows.map { Self.line($0, widths: widths) } + remarks.map { "  * \($0)" })
            .joined(separator: "\n")
    }

    private static func cells(of entry: Entry) -> [String] {
        let times = [
            entry.microseconds.minimum, entry.microseconds.median, entry.microseconds.maximum,
            entry.processorMicroseconds.median,
        ]
        let ratio = entry.ratio.map {
            "\(number($0.median)) (\(number($0.minimum))..\(number($0.maximum)))"
        }
        let agreement = entry.agreement.map {
            String(format: "%.1e of %.1e, ", $0.largestDifference, $0.largestValue) + $0.quantity
        }
        return [entry.name] + times.map(number) + [ratio ?? "1", agreement ?? ""]
    }

    /// Cells in columns: texts to the left, numbers to the right; nothing behind the last one.
    private static func line(_ cells: [String], widths: [Int]) -> String {
        let columns = zip(cells, widths).enumerated().map { column, cell in
            let blanks = String(repeating: " ", count: cell.1 - cell.0.count)
            return (1...4).contains(column) ? blanks + cell.0 : cell.0 + blanks
        }
        let text = "  " + columns.joined(separator: "  ")
        return String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
    }

    /// Three figures, whatever the size.
    static func number(_ value: Double) -> String {
        let digits = value == 0 ? 2 : 2 - Int(log10(abs(value)).rounded(.down))
        return String(format: "%.\(max(0, min(digits, 6)))f", value)
    }
}
