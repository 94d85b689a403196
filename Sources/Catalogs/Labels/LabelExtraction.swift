import Astronomy
import FITS
import Foundation

/// The work of taking labels out of a table, one column after another.
struct LabelExtraction {
    let table: CatalogTable
    let path: String
    let configuration: LabelCatalogConfiguration
    private(set) var flags: [QualityFlags]
    private var report: LabelReport

    init(table: CatalogTable, path: String, configuration: LabelCatalogConfiguration) {
        self.table = table
        self.path = path
        self.configuration = configuration
        flags = Array(repeating: [], count: table.rowCount)
        report = LabelReport(path: path, rowCount: table.rowCount)
    }

    /// The report, with what concerns the identifiers.
    func finishedReport(identifiers: CatalogIdentifiers?) -> LabelReport {
        var report = report
        report.columns.sort { left, right in
            Self.place(left.label) < Self.place(right.label)
        }
        if let identifiers {
            report.duplicateRows = identifiers.duplicates
            report.firstDuplicates = report.duplicateRows.prefix(5).compactMap { identifiers.text(at: $0) }
        } else {
            report.notes.append("no identifiers: rows are matched by position alone")
        }
        return report
    }

    private static func place(_ label: LabelColumn) -> Int { LabelColumn.allCases.firstIndex(of: label) ?? 0 }

    // MARK: Identifiers, classes

    mutating func identifiers() throws(CatalogError) -> CatalogIdentifiers? {
        guard let column = column(.identifier) else { return nil }
        let identifiers = try CatalogIdentifiers(column: column, path: path)
        var entry = LabelColumnReport(label: .identifier, name: column.name, state: .read)
        entry.missing = identifiers.isMissing?.count { $0 } ?? 0
        entry.values = identifiers.count - entry.missing
        report.columns.append(entry)
        return identifiers
    }

    mutating func classes() -> [String]? {
        guard let column = column(.classification) else { return nil }
        var entry = LabelColumnReport(label: .classification, name: column.name, state: .read)
        guard let words = Self.words(column) else {
            entry.state = .refused(reason: "has the type \(column.values.element), so no class names")
            report.columns.append(entry)
            return nil
        }
        var classes: [String] = []
        classes.reserveCapacity(words.count)
        for (row, word) in words.enumerated() {
            if word.isEmpty {
                entry.missing += 1
                classes.append("")
            } else if let name = configuration.classNames.isEmpty ? word : configuration.classNames[word] {
                entry.values += 1
                classes.append(name)
            } else {
                entry.refuse(row: row, value: word, reason: "is no class of the configuration")
                flags[row].insert(.refusedInput)
                classes.append("")
            }
        }
        report.columns.append(entry)
        return classes
    }

    /// The values of a class column as text; `nil` for numbers that are not whole.
    private static func words(_ column: TableColumn) -> [String]? {
        guard column.width == 1 else { return nil }
        switch column.values {
        case .text(let texts): return texts
        case .logical(let values):
            return values.indices.map { column.isMissing(at: $0) ? "" : "\(values[$0])" }
        default: break
        }
        if let integers = column.values.integers {
            return integers.indices.map { column.isMissing(at: $0) ? "" : "\(integers[$0])" }
        }
        guard let numbers = column.numbers, numbers.allSatisfy({ $0.isNaN || Int64(exactly: $0) != nil })
        else { return nil }
        return numbers.map { Int64(exactly: $0).map { "\($0)" } ?? "" }
    }

    // MARK: Positions

    mutating func positions() -> (rightAscension: [Double], declination: [Double])? {
        guard let first = column(.rightAscension), let second = column(.declination) else { return nil }
        var ra = LabelColumnReport(label: .rightAscension, name: first.name, state: .read)
        var dec = LabelColumnReport(label: .declination, name: second.name, state: .read)
        let rule = CoordinateRule(configuration: configuration, columns: (first, second))
        (ra.understoodAs, dec.understoodAs) = (rule.unit.rawValue, rule.declinationUnit.rawValue)
        var alpha = numbers(of: first, rule: LabelRule.coordinate(.rightAscension, configuration), &ra)
        var delta = numbers(of: second, rule: LabelRule.coordinate(.declination, configuration), &dec)
        defer { report.columns += [ra, dec] }
        guard alpha != nil, delta != nil else { return nil }
        rule.apply(&alpha!, &delta!, &ra, &dec, &flags)
        if let note = rule.note(alpha!, delta!) { report.notes.append(note) }
        guard ra.state == .read, dec.state == .read else { return nil }
        return (alpha!, delta!)
    }

    // MARK: Numbers

    /// A quantity and its errors; `nil` when the column is absent or refused.
    mutating func quantity(_ label: LabelColumn) -> LabelCatalog.Quantity? {
        guard let column = column(label) else {
            _ = label.sigma.map { absentOrUnused($0) }
            return nil
        }
        var entry = LabelColumnReport(label: label, name: column.name, state: .read)
        let rule = LabelRule(label, unit: column.unit, configuration: configuration)
        entry.understoodAs = rule.understoodAs
        let read = numbers(of: column, rule: rule, &entry)
        if let raw = read, case .read = entry.state, let reason = suspicion(label, rule, raw) {
            entry.state = .refused(reason: reason)
        }
        guard let raw = read, entry.state == .read else {
            report.columns.append(entry)
            _ = label.sigma.map { absentOrUnused($0) }
            return nil
        }
        let values = convert(raw, rule, &entry)
        report.columns.append(entry)
        return LabelCatalog.Quantity(values: values, sigma: label.sigma.flatMap { sigma($0, raw, rule) })
    }

    /// A column of plain numbers.
    mutating func numbers(_ label: LabelColumn) -> [Float]? { quantity(label)?.values }

    /// The standard errors in the units of the converted values.
    private mutating func sigma(_ label: LabelColumn, _ values: [Double], _ rule: LabelRule) -> [Float]? {
        guard let column = column(label) else { return nil }
        var entry = LabelColumnReport(label: label, name: column.name, state: .read)
        defer { report.columns.append(entry) }
        let own = LabelRule(label, unit: column.unit, configuration: configuration)
        guard let raw = numbers(of: column, rule: own, &entry) else { return nil }
        var result = [Float](repeating: .nan, count: raw.count)
        for (row, error) in raw.enumerated() where !error.isNaN {
            guard error >= 0, error.isFinite else {
                entry.refuse(row: row, value: "\(error)", reason: "is no standard error")
                flags[row].insert(.refusedInput)
                continue
            }
            entry.values += 1
            result[row] = Float(rule.convertedSigma(error, of: values[row]))
        }
        if entry.values == 0, entry.refused > 0 {
            entry.state = .refused(reason: "holds no standard error: \(entry.refused) values are negative")
            return nil
        }
        return result
    }

    /// Numbers in the column's own unit, NaN where missing; `nil` (and the reason) when it holds none.
    private mutating func numbers(
        of column: TableColumn, rule: LabelRule, _ entry: inout LabelColumnReport
    ) -> [Double]? {
        guard column.width == 1 else {
            entry.state = .refused(reason: "holds \(column.width) values a row")
            return nil
        }
        var numbers: [Double]
        if let read = column.numbers {
            numbers = read
        } else if case .text(let texts) = column.values {
            numbers = texts.map(Self.number)
            let unread = numbers.indices.filter { numbers[$0].isNaN && !Self.isMissingWord(texts[$0]) }
            if unread.count * 2 > texts.count || (unread.count == texts.count && !texts.isEmpty) {
                entry.state = .refused(
                    reason: "is text, such as '\(texts[unread[0]].prefix(30))', not numbers")
                return nil
            }
            for row in unread {
                entry.refuse(row: row, value: "'\(texts[row].prefix(30))'", reason: "is no number")
                flags[row].insert(.refusedInput)
            }
        } else {
            entry.state = .refused(reason: "has the type \(column.values.element), not numbers")
            return nil
        }
        // A negative mark such as -99 is one for angles only where no other angle is negative.
        var marks = Set(rule.missingValues)
        if rule.marksNegativeAngles, !numbers.contains(where: { $0 < 0 && $0 != -99 && $0 != -9.9 }) {
            marks.formUnion([-99, -9.9])
        }
        let single = column.values.element == .float
        if single { marks.formUnion(marks.map { Double(Float($0)) }) }
        for row in numbers.indices where numbers[row].isNaN || marks.contains(numbers[row]) {
            numbers[row] = .nan
        }
        entry.missing = numbers.count { $0.isNaN } - entry.refused
        return numbers
    }

    private static func number(_ text: String) -> Double {
        var text = text
        return text.withUTF8 { bytes in
            bytes.baseAddress.flatMap { TextNumber.real($0, bytes.count) } ?? .nan
        }
    }

    private static func isMissingWord(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let start = bytes.baseAddress, !bytes.isEmpty else { return true }
            return TextNumber.kind(start, bytes.count) == .missingWord
                || TextNumber.real(start, bytes.count)?.isNaN == true
        }
    }

    /// Converts a column value by value; what lies out of bounds becomes NaN.
    private mutating func convert(
        _ raw: [Double], _ rule: LabelRule, _ entry: inout LabelColumnReport
    ) -> [Float] {
        var values = [Float](repeating: .nan, count: raw.count)
        for (row, number) in raw.enumerated() where !number.isNaN {
            let converted = rule.converted(number)
            guard rule.bounds.contains(converted) else {
                entry.refuse(row: row, value: "\(number)", reason: rule.boundsText)
                flags[row].insert(.refusedInput)
                continue
            }
            entry.values += 1
            values[row] = Float(rule.folded(converted))
        }
        return values
    }

    /// Why a whole column cannot be what it is said to be; `nil` when it can.
    private func suspicion(_ label: LabelColumn, _ rule: LabelRule, _ raw: [Double]) -> String? {
        if label == .redshift {
            for coordinate in [LabelColumn.declination, .rightAscension] {
                let name = configuration.name(of: coordinate)
                if let other = table.column(name)?.numbers,
                    let reason = LabelRule.equality(raw, other, name: name)
                {
                    return reason
                }
            }
        }
        return rule.suspicion(raw.filter { !$0.isNaN })
    }

    // MARK: Columns

    /// The column of a label; an absent one is noted in the report.
    private mutating func column(_ label: LabelColumn) -> TableColumn? {
        let name = configuration.name(of: label)
        if let column = table.column(name) { return column }
        report.columns.append(LabelColumnReport(label: label, name: name, state: .absent))
        return nil
    }

    /// Notes an error column whose quantity is not used.
    private mutating func absentOrUnused(_ label: LabelColumn) {
        guard let column = column(label) else { return }
        report.columns.append(
            LabelColumnReport(
                label: label, name: column.name,
                state: .refused(reason: "belongs to a column that is absent or refused")))
    }
}
