import Foundation
import Measurement
import Pipeline

/// What the benchmarks of a run share: settings, files, peers.
final class BenchmarkSession {
    /// Rounds of every comparison.
    let rounds: Int
    /// Versions of all peers that took part.
    private(set) var peerVersions: [String: String] = [:]
    private let threads: [Int]
    private let python: String?
    private let scratch: ScratchFolder
    private var surveys: [Int: SimulatedSurvey] = [:]
    private var newSurveyCount = 0
    private var peerCount = 0

    /// A run.
    ///
    /// - Parameters:
    ///   - threads: Numbers of threads; each benchmark's own when empty.
    ///   - python: Python with the peers' packages; no peers when `nil`.
    init(rounds: Int, threads: [Int], python: String?) throws {
        self.rounds = rounds
        self.threads = threads
        self.python = python
        scratch = try ScratchFolder()
    }

    /// The numbers of threads that a benchmark is run with.
    func threads(for benchmark: any Benchmark) -> [Int] { threads.isEmpty ? benchmark.threadCounts : threads }

    /// The path of a file that goes away with the run.
    func file(_ name: String) -> String { scratch.file(name) }

    /// A simulated survey of so many galaxies, made once a run.
    func survey(_ count: Int) async throws -> SimulatedSurvey {
        if let survey = surveys[count] { return survey }
        let survey = try await SimulatedSurvey(count: count, folder: file("survey-\(count)"))
        surveys[count] = survey
        return survey
    }

    /// A survey for one task, whose pages are in the system's cache as they were written. Those of the shared one may
    /// have been dropped meanwhile, and read again by a peer, in small pages.
    func newSurvey(_ count: Int) async throws -> SimulatedSurvey {
        newSurveyCount += 1
        return try await SimulatedSurvey(
            count: count, folder: file("survey-\(count)-\(newSurveyCount)"))
    }

    /// Writes an array for peers and returns its path.
    func array(_ name: String, _ values: [Float], shape: [Int]) throws -> String {
        try NumPyFile.data(values, shape: shape).writeMeasured(to: file(name + ".npy"))
        return file(name + ".npy")
    }

    /// Writes an array for peers and returns its path.
    func array(_ name: String, _ values: [Double], shape: [Int]) throws -> String {
        try NumPyFile.data(values, shape: shape).writeMeasured(to: file(name + ".npy"))
        return file(name + ".npy")
    }

    /// Measures a comparison with its peers.
    func measure(_ comparison: Comparison, peers: [Peer] = []) async throws -> MeasuredTask {
        var comparison = comparison
        var processes: [PeerProcess] = []
        for peer in peers {
            guard let python else { break }
            do {
                let (process, contender) = try start(peer, python: python, threads: comparison.threads)
                processes.append(process)
                comparison.contenders.append(contender)
            } catch let error as MeasurementError {
                comparison.notes.append(error.description)
            }
        }
        defer { withExtendedLifetime(processes) {} }
        return try await comparison.run(rounds: rounds) { [rounds, name = comparison.name] round in
            guard isatty(STDERR_FILENO) == 1 else { return }
            FileHandle.standardError.write(Data("\r\u{1B}[K\(name): round \(round) of \(rounds)\r".utf8))
        }
    }

    /// Starts a peer, lets it load and warm up, and compares its results with ours.
    private func start(_ peer: Peer, python: String, threads: Int) throws -> (PeerProcess, Contender) {
        peerCount += 1
        let process = try PeerProcess(
            name: peer.name, program: python,
            arguments: [Repository.path("Sources/Benchmarks/Peers/\(peer.script).py")], threads: threads,
            logPath: file("peer-\(peerCount).log"))
        try process.prepare(peer.options.merging(["peer": .text(peer.key)]) { $1 })
        peerVersions.merge(process.versions) { $1 }
        let agreement = try peer.ours.map { try process.agreement(withOurs: $0) }
        var contender = process.contender(items: peer.items)
        contender.agreement = agreement
        return (process, contender)
    }
}

/// A peer of a task.
struct Peer {
    /// The name in the table.
    var name: String
    /// The script, without its suffix.
    var script: String
    /// Which of the script's peers.
    var key: String
    /// What it is told when it is prepared.
    var options: [String: PeerValue]
    /// Items of its repetition.
    var items: Int
    /// Path of our results, which it compares with its own; `nil` where nothing can be compared.
    var ours: String?
}
