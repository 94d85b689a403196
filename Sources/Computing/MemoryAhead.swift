/// Memory that is read next: a kernel asks the cache for it while it computes something else.
///
/// Nothing is ever read through this value, so that the memory may be gone by then; all it can do is save waiting.
public struct MemoryAhead: Sendable, Equatable {
    /// The first address.
    public let address: UInt
    /// How many bytes.
    public let count: Int

    /// No memory.
    public static let none = MemoryAhead(address: 0, count: 0)

    private init(address: UInt, count: Int) {
        (self.address, self.count) = (address, count)
    }

    /// `count` bytes behind the end of a buffer.
    public init(behind buffer: UnsafeRawBufferPointer, count: Int) {
        precondition(count >= 0, "MemoryAhead: \(count) bytes")
        let start = UInt(bitPattern: buffer.baseAddress)
        self.init(address: start + UInt(buffer.count), count: start == 0 ? 0 : count)
    }

    /// The bytes between two fractions, from 0 to 1, of this memory.
    public func part(from lower: Double, to upper: Double) -> MemoryAhead {
        precondition(0 <= lower && lower <= upper && upper <= 1, "MemoryAhead: from \(lower) to \(upper)")
        let (first, last) = (Int(lower * Double(count)), Int(upper * Double(count)))
        return MemoryAhead(address: address + UInt(first), count: last - first)
    }
}
