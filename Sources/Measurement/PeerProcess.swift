internal import Foundation

/// Somebody else's software in a process of its own, which answers requests over pipes.
///
/// A request is one line of JSON on its standard input, an object whose `do` is `prepare` (with options),
/// `repeat` or `compare` (with `ours`, the path of our results); the answer is one line of JSON on its standard
/// output. A peer times a repetition itself, so that neither pipe nor JSON counts. It loads its arrays and warms
/// up in `prepare`, which is not timed.
public final class PeerProcess {
    /// The name in messages.
    public let name: String
    /// Versions that the peer told when it was prepared.
    public private(set) var versions: [String: String] = [:]
    /// What a reader must know, as the peer told it when it was prepared.
    public private(set) var notes: [String] = []
    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private let logPath: String
    private let patience: Int
    private var unread = Data()

    /// Starts a peer.
    ///
    /// - Parameters:
    ///   - name: The name in messages.
    ///   - program: Path of the program.
    ///   - arguments: Its arguments.
    ///   - threads: Threads of its libraries: set in the environment, where BLAS and OpenMP look.
    ///   - logPath: Where its standard error goes, for the message when it fails.
    ///   - patience: Seconds to wait for an answer.
    public init(
        name: String, program: String, arguments: [String], threads: Int, logPath: String,
        patience: Int = 900
    ) throws {
        self.name = name
        self.logPath = logPath
        self.patience = patience
        // A peer that died must be an error here, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        guard FileManager.default.createFile(atPath: logPath, contents: nil),
            let log = FileHandle(forWritingAtPath: logPath)
        else { throw MeasurementError.unwritable(path: logPath, reason: String(cString: strerror(errno))) }
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = log
        var environment = ProcessInfo.processInfo.environment
        for variable in Self.threadVariables { environment[variable] = "\(threads)" }
        process.environment = environment
        do {
            try process.run()
        } catch {
            throw MeasurementError.peerNotStarted(peer: name, reason: error.localizedDescription)
        }
        // Only the child may hold its ends, or its death would go unnoticed.
        try? requests.fileHandleForReading.close()
        try? answers.fileHandleForWriting.close()
    }

    /// Where numerical libraries look for their number of threads.
    static let threadVariables = [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    ]

    /// Loads arrays, builds what the task needs and warms up; nothing of it is timed.
    public func prepare(_ options: [String: PeerValue]) throws {
        let answer = try ask(options.merging(["do": "prepare"]) { _, command in command })
        versions = answer.versions ?? [:]
        notes = answer.notes ?? []
    }

    /// Does the task once.
    public func timing() throws -> Timing {
        let answer = try ask(["do": "repeat"])
        guard let seconds = answer.seconds, seconds > 0, seconds.isFinite,
            let processor = answer.processorSeconds, processor >= 0, processor.isFinite
        else { throw MeasurementError.peerFailed(peer: name, reason: "it gave no time of its repetition") }
        return Timing(wallSeconds: seconds, processorSeconds: processor)
    }

    /// How far its results of the last repetition are from ours.
    ///
    /// - Parameter path: Our results, a NumPy file.
    public func agreement(withOurs path: String) throws -> Contender.Agreement {
        let answer = try ask(["do": "compare", "ours": .text(path)])
        notes += answer.notes ?? []
        guard let agreement = answer.agreement else {
            throw MeasurementError.peerFailed(peer: name, reason: "it compared nothing")
        }
        return agreement
    }

    /// The peer as a contender.
    ///
    /// - Parameter items: Items of its repetition.
    public func contender(items: Int) -> Contender {
        var contender = Contender(name, items: items, isPeer: true) { try self.timing() }
        contender.notes = notes
        return contender
    }

    /// Sends a request and waits for its answer.
    func ask(_ request: [String: PeerValue]) throws -> PeerAnswer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try send(try encoder.encode(request) + Data("\n".utf8))
        let line = try receive()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let answer: PeerAnswer
        do {
            answer = try decoder.decode(PeerAnswer.self, from: line)
        } catch {
            let text = String(decoding: line.prefix(200), as: UTF8.self)
            throw MeasurementError.peerFailed(peer: name, reason: "its answer is no JSON of ours: \(text)")
        }
        if let reason = answer.error { throw MeasurementError.peerRefused(peer: name, reason: reason) }
        return answer
    }

    private func send(_ line: Data) throws {
        let descriptor = requests.fileHandleForWriting.fileDescriptor
        var rest = line[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            if written <= 0 { throw ended() }
            rest = rest.dropFirst(written)
        }
    }

    /// The next line, without its end.
    private func receive() throws -> Data {
        let descriptor = answers.fileHandleForReading.fileDescriptor
        let deadline = Timing.now(CLOCK_MONOTONIC) + Double(patience)
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(unread[..<end])
                unread = Data(unread[unread.index(after: end)...])
                return line
            }
            let left = deadline - Timing.now(CLOCK_MONOTONIC)
            if left <= 0 { throw MeasurementError.peerSilent(peer: name, seconds: patience) }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, Int32(min(left, 3600) * 1000) + 1) <= 0 { continue }
            let got = read(descriptor, &buffer, buffer.count)
            if got < 0, errno == EINTR { continue }
            if got <= 0 { throw ended() }
            unread.append(contentsOf: buffer[..<got])
        }
    }

    /// The error of a peer that is no more there, with the last line that it said.
    private func ended() -> MeasurementError {
        process.waitUntilExit()
        let log = FileManager.default.contents(atPath: logPath) ?? Data()
        let last = String(decoding: log.suffix(2000), as: UTF8.self).split(separator: "\n").last
        return .peerFailed(
            peer: name,
            reason: "it ended with status \(process.terminationStatus)" + (last.map { ": \($0)" } ?? ""))
    }

    deinit {
        try? requests.fileHandleForWriting.close()
        if process.isRunning { process.terminate() }
    }
}
