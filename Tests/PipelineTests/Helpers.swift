import Catalogs
import Dispatch
import FITS
import Foundation
import Logging
import Pipeline
import Synchronization
import Testing

extension Logger {
    /// A logger that tells nobody.
    static var silent: Logger { Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() } }
}

/// Keeps what is logged.
final class RecordedLog: Sendable {
    private let messages = Mutex<[String]>([])

    /// The messages so far.
    var lines: [String] { messages.withLock { $0 } }

    /// A logger whose messages are kept here.
    var logger: Logger { Logger(label: "tests") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: RecordedLog
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) { log.messages.withLock { $0.append("\(event.level): \(event.message)") } }
    }
}

/// Runs a use case and cancels its task from inside the first progress report that `isDue` picks.
///
/// - Returns: The error that the use case ended with; `nil` when it came to its end all the same.
func interrupted(
    when isDue: @escaping @Sendable (WorkProgress) -> Bool,
    _ work: @escaping @Sendable (@escaping ProgressHandler) async throws -> Void
) async -> (any Error)? {
    let started = DispatchSemaphore(value: 0)
    let running = Mutex<Task<Void, any Error>?>(nil)
    let task = Task {
        try await work { progress in
            guard isDue(progress) else { return }
            started.wait()
            started.signal()
            running.withLock { $0?.cancel() }
        }
    }
    running.withLock { $0 = task }
    started.signal()
    do {
        try await task.value
        return nil
    } catch {
        return error
    }
}

/// The category and message that a use case fails with; an issue when it does not fail.
func failure<Result>(
    _ work: () async throws -> Result, sourceLocation: SourceLocation = #_sourceLocation
) async -> PipelineError? {
    do {
        _ = try await work()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let error as PipelineError {
        return error
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
    return nil
}

/// The bytes of a file.
func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// Whether there is a file or folder.
func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

extension CatalogTable {
    /// The numbers of a column, whatever their type.
    func numbers(_ name: String) throws -> [Double] { try #require(column(name)?.values.doubles) }

    /// The texts of a column.
    func texts(_ name: String) throws -> [String] { try #require(column(name)?.values.texts) }

    /// Every value of a row as text: equal for equal bits, NaN included.
    func rowText(_ row: Int) -> String {
        columns.map { column in "\(column.name)=\(column.rows(row..<row + 1).values)" }
            .joined(separator: " ")
    }

    /// All rows as texts.
    var rowTexts: [String] { (0..<rowCount).map(rowText) }

    /// The table with a column put in place of the one of its name, or behind all.
    func setting(_ column: TableColumn) -> CatalogTable {
        var columns = columns
        if let index = columns.firstIndex(where: { $0.name == column.name }) {
            columns[index] = column
        } else {
            columns.append(column)
        }
        return CatalogTable(columns: columns, rowCount: rowCount)
    }

    /// The table without some columns.
    func without(_ names: Set<String>) -> CatalogTable {
        CatalogTable(columns: columns.filter { !names.contains($0.name) }, rowCount: rowCount)
    }

    /// Writes the table as a FITS file.
    func write(to path: String) throws {
        let writer = try FITSWriter(path: path)
        try writer.append(table: columns, name: "CATALOG")
        try writer.finish()
    }
}
