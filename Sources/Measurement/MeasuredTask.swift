/// What the rounds of a task gave: archived as it stands.
public struct MeasuredTask: Sendable, Equatable, Codable {
    /// One contender's part.
    public struct Entry: Sendable, Equatable, Codable {
        /// The name.
        public var name: String
        /// Whether it is somebody else's software.
        public var isPeer: Bool
        /// Items of a repetition.
        public var items: Int
        /// Seconds of each round on the clock.
        public var wallSeconds: [Double]
        /// Seconds of processor time of each round.
        public var processorSeconds: [Double]
        /// Microseconds an item on the clock.
        public var microseconds: Distribution
        /// Microseconds of processor time an item.
        public var processorMicroseconds: Distribution
        /// Microseconds of processor time an item beyond start-up; `nil` where start-up is not told apart.
        public var furtherMicroseconds: Distribution?
        /// How many times as long as the first contender, round by round; `nil` for the first itself.
        public var ratio: Distribution?
        /// How far its results are from ours.
        public var agreement: Contender.Agreement?
        /// What a reader must know.
        public var notes: [String]
    }

    /// Name of the task.
    public var name: String
    /// What one item is.
    public var unit: String
    /// Threads of every contender whose name does not say otherwise.
    public var threads: Int
    /// The contenders; ratios are to the first.
    public var entries: [Entry]
    /// What a reader must know.
    public var notes: [String]

    /// The outcome of a comparison.
    ///
    /// - Parameter timings: Of each contender, one a round.
    init(_ comparison: Comparison, timings allTimings: [[Timing]]) {
        name = comparison.name
        unit = comparison.unit
        threads = comparison.threads
        notes = comparison.notes
        let first = allTimings[0].map { $0.wallSeconds / Double(comparison.contenders[0].items) }
        entries = zip(comparison.contenders, allTimings).enumerated().map { index, part in
            let (contender, timings) = part
            let wall = timings.map { $0.wallSeconds / Double(contender.items) }
            let start = comparison.contenders.firstIndex { $0.name == contender.startUp }
            return Entry(
                name: contender.name, isPeer: contender.isPeer, items: contender.items,
                wallSeconds: timings.map(\.wallSeconds), processorSeconds: timings.map(\.processorSeconds),
                microseconds: Distribution(of: wall.map { 1e6 * $0 }),
                processorMicroseconds: Distribution(
                    of: timings.map { 1e6 * $0.processorSeconds / Double(contender.items) }),
                furtherMicroseconds: start.map {
                    Self.further(
                        contender, timings, beyond: comparison.contenders[$0], allTimings[$0])
                },
                ratio: index == 0 ? nil : Distribution(of: zip(wall, first).map { $0 / $1 }),
                agreement: contender.agreement, notes: contender.notes)
        }
    }

    /// Microseconds of processor time of each item that a contender does more than `start`, which starts up alike.
    private static func further(
        _ contender: Contender, _ timings: [Timing], beyond start: Contender, _ startTimings: [Timing]
    ) -> Distribution {
        precondition(contender.items > start.items, "'\(contender.name)' does no more than '\(start.name)'")
        return Distribution(
            of: zip(timings, startTimings).map {
                1e6 * ($0.processorSeconds - $1.processorSeconds) / Double(contender.items - start.items)
            })
    }
}
