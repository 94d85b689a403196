internal import Foundation
internal import TOMLKit

/// Reads and prints TOML files whose keys are listed once, each with its default and its comment.
struct ConfigurationFile<Root> {
    /// Every key, in the order of the printed file.
    let keys: [ConfigurationKey<Root>]

    /// The configuration that results from a file over `defaults`.
    ///
    /// - Throws: `PipelineError` of category usage, which names file and line or key.
    func read(_ text: String, path: String, over defaults: Root) throws -> Root {
        let document: TOMLTable
        do {
            document = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw PipelineError(
                .usage, "cannot read '\(path)': line \(error.source.begin.line): \(error.description)")
        }
        var result = defaults
        var values: [String: any TOMLValueConvertible] = [:]
        for (tableName, entry) in document {
            guard let table = entry.table else { throw unknown(tableName, path: path) }
            guard keys.contains(where: { $0.table == tableName }) else {
                throw unknown("[\(tableName)]", path: path)
            }
            for (name, value) in table {
                guard keys.contains(where: { $0.table == tableName && $0.name == name }) else {
                    throw unknown("\(tableName).\(name)", path: path)
                }
                values["\(tableName).\(name)"] = value
            }
        }
        // In the order of the keys, not of the file: what a key means may hang on one before it.
        for key in keys {
            guard let value = values["\(key.table).\(key.name)"] else { continue }
            if let expectation = key.assign(&result, value) {
                throw PipelineError(.usage, "'\(path)': \(key.table).\(key.name) must be \(expectation)")
            }
        }
        return result
    }

    /// The file that states every key of `configuration`, each with its comment.
    func text(of configuration: Root) -> String {
        var lines: [String] = []
        var table = ""
        for key in keys {
            if key.table != table {
                if !lines.isEmpty { lines.append("") }
                lines.append("[\(key.table)]")
                table = key.table
            }
            lines.append("# \(key.comment)")
            lines.append("\(key.name) = \(key.text(configuration))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func unknown(_ name: String, path: String) -> PipelineError {
        let near = keys.map { "\($0.table).\($0.name)" }.min {
            Self.distance($0, name) < Self.distance($1, name)
        }
        return PipelineError(
            .usage, "'\(path)': unknown key \(name)", hint: near.map { "did you mean \($0)?" })
    }

    /// Edit distance (Levenshtein 1966), for the suggestion beside an unknown key.
    private static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        var previous = Array(0...second.count)
        for (row, character) in first.enumerated() {
            var current = [row + 1]
            for (column, other) in second.enumerated() {
                current.append(
                    Swift.min(
                        previous[column + 1] + 1, current[column] + 1,
                        previous[column] + (character == other ? 0 : 1)))
            }
            previous = current
        }
        return previous[second.count]
    }
}
