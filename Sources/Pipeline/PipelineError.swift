/// What went wrong, for a person: one line, and what to do about it where that is known.
public struct PipelineError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kinds of failure that callers tell apart.
    public enum Category: Sendable, Equatable {
        /// The request makes no sense.
        case usage
        /// The input was refused, or nothing in it is usable.
        case input
        /// The model is damaged, newer than this program or unfit for the input.
        case model
        /// A file could not be read or written.
        case inputOutput
        /// Training left the finite numbers.
        case diverged
        /// The user stopped the work.
        case cancelled
        /// A fault of this program.
        case `internal`
    }

    /// The kind of failure.
    public let category: Category
    /// One line that names file, row or field.
    public let message: String
    /// What the user can do, if that is known.
    public let hint: String?

    /// A failure with its message and hint.
    public init(_ category: Category, _ message: String, hint: String? = nil) {
        self.category = category
        self.message = message
        self.hint = hint
    }

    /// Message and hint.
    public var description: String { hint.map { "\(message)\n\($0)" } ?? message }
}
