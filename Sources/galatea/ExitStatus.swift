import ArgumentParser
import Foundation
import Pipeline

/// The exit codes that scripts rely on.
enum ExitStatus {
    /// The code of a failure of this kind.
    static func code(for category: PipelineError.Category) -> Int32 {
        switch category {
        case .internal: 1
        case .input: 3
        case .model: 4
        case .inputOutput: 5
        case .diverged: 6
        case .usage: 64
        case .cancelled: 130
        }
    }

    /// The code of a process that a signal ended, as shells count it.
    static func interrupted(by signal: Int32) -> Int32 { 128 + signal }

    /// Whether the argument parser should present the error (help, version, wrong usage).
    static func isUsage(_ error: any Error, of root: any ParsableCommand.Type) -> Bool {
        error is CleanExit || error is ExitCode || error is ValidationError
            || root.exitCode(for: error) != .failure
    }
}
