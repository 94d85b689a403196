/// How far a use case has come.
public struct WorkProgress: Sendable, Equatable {
    /// What is being done, e.g. `simulating`.
    public var activity: String
    /// Items done so far.
    public var completed: Int
    /// Items in all; `nil` while unknown.
    public var total: Int?
    /// What an item is, in the plural, e.g. `galaxies`.
    public var unit: String
    /// The latest figures, e.g. a loss; empty when there are none.
    public var detail: String

    /// A report of progress.
    public init(activity: String, completed: Int, total: Int?, unit: String, detail: String = "") {
        self.activity = activity
        self.completed = completed
        self.total = total
        self.unit = unit
        self.detail = detail
    }
}

/// Receives progress, from any thread.
public typealias ProgressHandler = @Sendable (WorkProgress) -> Void
