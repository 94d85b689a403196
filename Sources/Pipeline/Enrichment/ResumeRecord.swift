internal import Catalogs
internal import FITS
internal import Foundation

/// What the part files of an enrichment are made from, kept beside them while they are written.
///
/// The header of a catalogue holds its inputs as they were named, but a run that goes on may name the same
/// files otherwise (`./x.fits` and `x.fits`): runs are compared by what the names mean, and the headers keep
/// what the first run wrote. A CSV file has no header that could be compared at all.
struct ResumeRecord: Codable, Equatable {
    private struct Entry: Codable, Equatable {
        var name: String
        var value: String
        var keyword: String?
    }

    /// Hash of the columns and of everything that can change a value, paths absolute.
    private let key: String
    private let entries: [Entry]

    /// The record of a run.
    ///
    /// - Parameters:
    ///   - provenance: What the headers say.
    ///   - meaning: The same with every path standardised and absolute.
    init(_ provenance: Provenance, meaning: Provenance, columns: [ColumnDescription]) {
        var hash = ContentHash()
        for entry in meaning.entries {
            for text in [entry.name, entry.value] { hash.update(text: text) }
        }
        for column in columns {
            for text in [column.name, column.format, column.unit ?? ""] { hash.update(text: text) }
        }
        key = hash.hexadecimal()
        entries = provenance.entries.map { Entry(name: $0.name, value: $0.value, keyword: $0.keyword) }
    }

    /// What the headers say.
    var provenance: Provenance {
        var provenance = Provenance()
        for entry in entries { provenance.add(entry.name, entry.value, keyword: entry.keyword) }
        return provenance
    }

    /// Where the record of these outputs lies.
    static func path(of outputs: [CatalogOutput]) -> String { outputs[0].path + ".resume" }

    /// The record that the part files of an earlier run were begun with; `nil` without part files, or when the
    /// run was killed before its record was written.
    ///
    /// - Throws: `PipelineError` when it cannot be read, or tells of a run with other columns, options or input.
    func earlier(for outputs: [CatalogOutput]) throws -> ResumeRecord? {
        let path = Self.path(of: outputs)
        let parts = outputs.map { $0.workPath + ".part" }
        guard let part = parts.first(where: FileManager.default.fileExists),
            FileManager.default.fileExists(atPath: path)
        else { return nil }
        let earlier: ResumeRecord
        do {
            earlier = try JSONDecoder().decode(
                ResumeRecord.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch let error as DecodingError {
            throw PipelineError(
                .usage, "cannot resume '\(part)': '\(path)' is damaged: \(error.localizedDescription)",
                hint: "start anew without --resume")
        } catch {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(error.localizedDescription)")
        }
        guard earlier.key == key else {
            throw PipelineError(
                .usage,
                "cannot resume '\(part)': it was written by a run with other columns, options or input",
                hint: "start anew without --resume")
        }
        return earlier
    }

    /// Writes the record, durable before the first row.
    func write(for outputs: [CatalogOutput]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let file = try PartFile(path: Self.path(of: outputs))
        try file.append(Array(encoder.encode(self)))
        try file.finish()
    }

    /// Removes the record when the outputs have their names.
    static func remove(for outputs: [CatalogOutput]) throws {
        let path = path(of: outputs)
        guard unlink(path) == 0 || errno == ENOENT else {
            throw PipelineError(
                .inputOutput, "cannot remove '\(path)': \(String(cString: strerror(errno)))")
        }
    }
}
