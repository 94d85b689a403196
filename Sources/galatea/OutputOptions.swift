import ArgumentParser
import Foundation
import Logging
import Pipeline

/// What every command prints besides its result.
struct OutputOptions: ParsableArguments {
    /// How log lines look.
    enum LogFormat: String, ExpressibleByArgument, CaseIterable {
        case text
        case json
    }

    @Flag(name: .shortAndLong, help: "Print errors only.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Print details of the work.")
    var verbose = false

    @Option(help: ArgumentHelp("Format of log lines: text or json.", valueName: "format"))
    var logFormat = LogFormat.text

    /// The logger of a command, as these options want it.
    func logger(_ command: String) -> Logger {
        let level: Logger.Level = quiet ? .error : verbose ? .debug : .info
        let format = logFormat
        return Logger(label: "galatea.\(command)") { label in
            StandardErrorLog(label: label, format: format, logLevel: level)
        }
    }

    /// A bar on the terminal; nothing when standard error is none, or the user wants quiet.
    func progressHandler() -> ProgressHandler {
        guard !quiet, logFormat == .text, isatty(STDERR_FILENO) == 1 else { return { _ in } }
        let bar = ProgressBar()
        return { bar.show($0) }
    }
}
