import Foundation
import Synchronization
import Testing

/// The built program, run as users run it.
enum Program {
    /// What a run left.
    struct Outcome: Sendable {
        /// The exit code; 1000 plus the signal's number for a process that a signal ended.
        var status: Int32
        /// Standard output.
        var output: String
        /// Standard error.
        var errors: String

        /// The lines of standard output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// A process that was started.
    struct Running {
        fileprivate let process: Process
        fileprivate let ended: Ending
        fileprivate let folder: URL

        /// Sends a signal.
        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        /// Whether it runs.
        var isRunning: Bool { process.isRunning }

        /// Waits for the end and reads what was printed.
        func outcome() async throws -> Outcome {
            let status = await ended.status()
            defer { try? FileManager.default.removeItem(at: folder) }
            func text(_ name: String) throws -> String {
                String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
            }
            return Outcome(status: status, output: try text("output"), errors: try text("errors"))
        }
    }

    /// The end of a process, awaited without holding a thread.
    fileprivate final class Ending: Sendable {
        private struct State {
            var status: Int32?
            var waiting: CheckedContinuation<Int32, Never>?
        }
        private let state = Mutex(State())

        func set(_ status: Int32) {
            let waiting = state.withLock { state in
                state.status = status
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume(returning: status)
        }

        func status() async -> Int32 {
            await withCheckedContinuation { continuation in
                let status = state.withLock { state -> Int32? in
                    if state.status == nil { state.waiting = continuation }
                    return state.status
                }
                if let status { continuation.resume(returning: status) }
            }
        }
    }

    /// The program beside the tests, as one build makes both.
    static func path() throws -> String {
        let places =
            [URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()]
            + Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
        return try #require(
            places.map { $0.appendingPathComponent("galatea").path }
                .first { FileManager.default.isExecutableFile(atPath: $0) },
            "no program 'galatea' beside the tests")
    }

    /// The repository.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The model that the repository ships.
    static var model: String { repository.appendingPathComponent("models/mock-grz-v1").path }

    /// Starts a program: galatea, or another one.
    static func start(
        _ arguments: [String], program: String? = nil, environment: [String: String] = [:]
    ) throws -> Running {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("galatea-run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try program ?? path())
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        // Files, not pipes: a full pipe would stop the program.
        for (name, isError) in [("output", false), ("errors", true)] {
            let url = folder.appendingPathComponent(name)
            try Data().write(to: url)
            let handle = try FileHandle(forWritingTo: url)
            if isError { process.standardError = handle } else { process.standardOutput = handle }
        }
        let ended = Ending()
        process.terminationHandler = { process in
            ended.set((process.terminationReason == .exit ? 0 : 1000) + process.terminationStatus)
        }
        try process.run()
        return Running(process: process, ended: ended, folder: folder)
    }

    /// Runs the program to its end; what it prints must be clean of control characters for terminals.
    static func run(
        _ arguments: String..., environment: [String: String] = [:],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Outcome {
        let outcome = try await start(arguments, environment: environment).outcome()
        for text in [outcome.output, outcome.errors] {
            let controls = text.unicodeScalars.filter { $0.value < 32 && $0 != "\n" && $0 != "\t" }
            #expect(controls.isEmpty, "control characters in: \(text)", sourceLocation: sourceLocation)
        }
        return outcome
    }

    /// Runs a line of shell in which `$galatea` is the program.
    static func shell(_ line: String, environment: [String: String] = [:]) async throws -> Outcome {
        try await start(
            ["-c", line], program: "/bin/sh",
            environment: environment.merging(["galatea": path()]) { $1 }
        ).outcome()
    }
}
