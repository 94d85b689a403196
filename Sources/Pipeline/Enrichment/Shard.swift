/// The i-th of n contiguous parts of a list of rows.
public struct Shard: Sendable, Equatable {
    /// Which part, from 1.
    public let index: Int
    /// How many parts.
    public let count: Int

    /// A part from its text `i/n`; `nil` unless 1 <= i <= n.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]),
            (1...1_000_000).contains(count),
            (1...count).contains(index)
        else { return nil }
        self.index = index
        self.count = count
    }

    /// The rows of this part; the parts cover all rows once, their sizes differ by at most one.
    public func rows(of total: Int) -> Range<Int> {
        total * (index - 1) / count..<total * index / count
    }
}
