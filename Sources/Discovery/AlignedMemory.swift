internal import Computing

/// Numbers in memory that starts a cache line, written once and then only read.
final class AlignedMemory<Element: BitwiseCopyable>: @unchecked Sendable {
    /// The first number.
    let start: UnsafeMutablePointer<Element>
    /// How many there are.
    let count: Int

    /// Memory of `count` numbers, all `value`.
    init(repeating value: Element, count: Int) {
        let bytes = max(1, count) * MemoryLayout<Element>.stride
        start = UnsafeMutableRawPointer.allocateInLargePages(byteCount: bytes, alignment: 64)
            .bindMemory(to: Element.self, capacity: max(1, count))
        start.initialize(repeating: value, count: count)
        self.count = count
    }

    deinit { UnsafeMutableRawPointer(start).deallocate() }
}
