import Foundation
import Logging

/// Writes log lines to standard error, as text for people or one JSON object a line for machines.
struct StandardErrorLog: LogHandler {
    let label: String
    let format: OutputOptions.LogFormat
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    init(label: String, format: OutputOptions.LogFormat, logLevel: Logger.Level) {
        self.label = label
        self.format = format
        self.logLevel = logLevel
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let merged = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let line =
            switch format {
            case .text: Self.text(event.level, "\(event.message)", merged)
            case .json: Self.json(event.level, label, "\(event.message)", merged)
            }
        // One write a line, so that lines of several threads do not mix.
        StandardError.write(line + "\n")
    }

    private static func text(
        _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata
    ) -> String {
        let prefix = level >= .warning ? "\(level): " : ""
        let details = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        return prefix + message + details
    }

    private static func json(
        _ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata
    ) -> String {
        var fields = ["level": "\(level)", "label": label, "message": message]
        for (key, value) in metadata { fields["meta.\(key)"] = "\(value)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields), let line = String(data: data, encoding: .utf8) else {
            return message  // strings always encode; the message is never lost
        }
        return line
    }
}
