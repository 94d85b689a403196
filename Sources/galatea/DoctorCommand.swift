import ArgumentParser
import Pipeline

/// `galatea doctor`: what this machine and this build offer.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Show versions, instruction set, BLAS core and threads.",
        discussion: """
            EXAMPLE
              galatea doctor
            """)

    func run() async throws {
        for line in Diagnosis().lines { print(line) }
    }
}
