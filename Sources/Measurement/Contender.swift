/// One way of doing a task: a closure of ours, or a peer in a process of its own.
public struct Contender {
    /// How far a contender's results are from ours.
    public struct Agreement: Sendable, Equatable, Codable {
        /// The largest difference of two numbers.
        public var largestDifference: Double
        /// The largest number of ours, which tells how large a difference is.
        public var largestValue: Double
        /// What was compared.
        public var quantity: String

        /// A comparison of `quantity`.
        public init(largestDifference: Double, largestValue: Double, quantity: String) {
            self.largestDifference = largestDifference
            self.largestValue = largestValue
            self.quantity = quantity
        }
    }

    /// The name in tables.
    public let name: String
    /// Whether it is somebody else's software.
    public let isPeer: Bool
    /// Items that one repetition does.
    public let items: Int
    /// What the reader of the table must know, such as settings or recall.
    public var notes: [String] = []
    /// How far its results are from ours; `nil` when they are ours or cannot be compared.
    public var agreement: Agreement?
    /// Name of the contender that starts up just as this one does and then does hardly any items; `nil` where start-up
    /// is not part of a repetition.
    public var startUp: String?
    private let repetition: () async throws -> Timing

    /// A contender of this process, timed from outside.
    public init(_ name: String, items: Int, work: @escaping () async throws -> Void) {
        self.init(name, items: items, isPeer: false) { try await Timing.measuring(work) }
    }

    /// A contender that times itself.
    public init(_ name: String, items: Int, isPeer: Bool, timed: @escaping () async throws -> Timing) {
        precondition(items > 0, "Contender '\(name)': \(items) items")
        (self.name, self.items, self.isPeer) = (name, items, isPeer)
        repetition = timed
    }

    /// Does the work once.
    func callAsFunction() async throws -> Timing { try await repetition() }
}
