/// Memory for the bytes of one file after the other, filled while nobody else holds it and only read afterwards.
///
/// New memory for every file would cost as much as reading it: the system hands out pages of zeros.
final class ReusedMemory: Sendable {
    private nonisolated(unsafe) let bytes: UnsafeMutableRawBufferPointer
    /// Blocks of FITS are a multiple of this, so that pixels behind whole blocks are aligned too.
    private static let alignment = 64

    /// Room for so many bytes.
    init(capacity: Int = 0) {
        bytes = .allocate(byteCount: capacity, alignment: Self.alignment)
    }

    deinit { bytes.deallocate() }

    /// Writes the first `count` bytes of `memory`, which is replaced when it is too small or still needed
    /// elsewhere.
    static func fill<Result, Failure>(
        _ memory: inout ReusedMemory, count: Int,
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        if !isKnownUniquelyReferenced(&memory) || memory.bytes.count < count {
            memory = ReusedMemory(capacity: count)
        }
        return try body(UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<count]))
    }

    /// Lends a part.
    func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[range]))
    }
}
