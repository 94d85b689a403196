/// A task that several contenders do in turns, so that a machine that slows down slows all of them.
public struct Comparison {
    /// Name of the task.
    public var name: String
    /// What one item is, e.g. `galaxy`.
    public var unit: String
    /// Threads of every contender whose name does not say otherwise.
    public var threads: Int
    /// Who takes part; ratios are to the first.
    public var contenders: [Contender]
    /// What a reader must know, such as a peer that could not be had.
    public var notes: [String] = []

    /// A comparison of contenders.
    public init(_ name: String, unit: String, threads: Int, contenders: [Contender], notes: [String] = []) {
        self.name = name
        self.unit = unit
        self.threads = threads
        self.contenders = contenders
        self.notes = notes
    }

    /// Who is when in a round: in order, and in reverse order in every second round.
    ///
    /// Whoever always came behind the same one would always find the caches and the clock that that one left.
    static func order(of contenders: Int, round: Int) -> [Int] {
        round % 2 == 0 ? Array(0..<contenders) : (0..<contenders).reversed()
    }

    /// Lets all contenders warm up, then measures them in `rounds` rounds.
    ///
    /// - Parameters:
    ///   - rounds: Repetitions of each contender, at least 1.
    ///   - warmUps: Repetitions before, which do not count.
    ///   - progress: Told before each round, from 1.
    public func run(
        rounds: Int, warmUps: Int = 1, progress: (_ round: Int) -> Void = { _ in }
    ) async throws -> MeasuredTask {
        precondition(rounds >= 1 && !contenders.isEmpty, "Comparison '\(name)': \(rounds) rounds")
        for _ in 0..<warmUps {
            for contender in contenders { _ = try await contender() }
        }
        var timings: [[Timing]] = contenders.map { _ in [] }
        for round in 0..<rounds {
            progress(round + 1)
            for index in Self.order(of: contenders.count, round: round) {
                timings[index].append(try await contenders[index]())
            }
        }
        return MeasuredTask(self, timings: timings)
    }
}
