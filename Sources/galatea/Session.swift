import ArgumentParser
import Foundation
import Pipeline

/// One run of the program: from arguments to exit code.
enum Session {
    /// Parses the arguments, runs the command and exits with the code that its outcome has.
    static func run(_ root: any AsyncParsableCommand.Type) async {
        signal(SIGPIPE, SIG_IGN)
        StandardStreams.openClosed()
        do {
            var command = try root.parseAsRoot()
            let work = Task {
                if var asynchronous = command as? any AsyncParsableCommand {
                    try await asynchronous.run()
                } else {
                    try command.run()
                }
            }
            let interruption = Interruption(of: work)
            let outcome = await work.result
            if let signal = interruption.signal { exit(ExitStatus.interrupted(by: signal)) }
            try outcome.get()
            if StandardOutput.losesResults() {
                throw PipelineError(.inputOutput, "cannot write to standard output: the disk may be full")
            }
        } catch let error as PipelineError {
            ErrorMessage(error).print()
            exit(ExitStatus.code(for: error.category))
        } catch is CancellationError {
            exit(ExitStatus.interrupted(by: SIGINT))
        } catch {
            if ExitStatus.isUsage(error, of: root) { root.exit(withError: error) }
            ErrorMessage(PipelineError(.internal, "\(error)")).print()
            exit(ExitStatus.code(for: .internal))
        }
    }
}
