/// Floats that begin at a cache line, for memory that kernels read and write again and again.
///
/// Arrays begin wherever their header ends: every second load of a 64-byte register then straddles two cache
/// lines and costs twice. A value: copies share their memory until one of them is written.
public struct AlignedFloats: Sendable {
    /// Bytes of a cache line and of the widest register.
    static let alignment = 64

    // Written by `withMutableSpan` alone, which makes sure that nobody else holds it.
    private final class Storage: @unchecked Sendable {
        let floats: UnsafeMutableBufferPointer<Float>

        init(count: Int) {
            let bytes = UnsafeMutableRawPointer.allocate(
                byteCount: max(1, count) * MemoryLayout<Float>.stride, alignment: AlignedFloats.alignment)
            floats = UnsafeMutableBufferPointer(
                start: bytes.bindMemory(to: Float.self, capacity: max(1, count)), count: count)
        }

        deinit { floats.baseAddress?.deallocate() }
    }

    private var storage: Storage

    /// `count` times the same number.
    public init(repeating value: Float = 0, count: Int) {
        precondition(count >= 0, "AlignedFloats: \(count) floats")
        storage = Storage(count: count)
        storage.floats.initialize(repeating: value)
    }

    /// The numbers of an array.
    public init(_ values: [Float]) {
        storage = Storage(count: values.count)
        _ = storage.floats.initialize(fromContentsOf: values)
    }

    /// How many floats there are.
    public var count: Int { storage.floats.count }

    /// One of the floats.
    public subscript(index: Int) -> Float {
        precondition(storage.floats.indices.contains(index), "AlignedFloats: \(index) of \(count)")
        return storage.floats[index]
    }

    /// Lends the floats.
    public func withSpan<Result>(_ body: (Span<Float>) -> Result) -> Result {
        let floats = storage.floats
        let result = body(Span(_unsafeElements: UnsafeBufferPointer(floats)))
        withExtendedLifetime(storage) {}
        return result
    }

    /// Lends the floats for writing.
    public mutating func withMutableSpan<Result>(_ body: (inout MutableSpan<Float>) -> Result) -> Result {
        if !isKnownUniquelyReferenced(&storage) {
            let copy = Storage(count: count)
            _ = copy.floats.initialize(fromContentsOf: storage.floats)
            storage = copy
        }
        let floats = storage.floats
        var span = MutableSpan(_unsafeElements: floats)
        let result = body(&span)
        withExtendedLifetime(storage) {}
        return result
    }
}
