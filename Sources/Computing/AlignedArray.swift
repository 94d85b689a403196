/// Numbers that begin at a cache line, for memory that kernels read and write again and again.
///
/// Arrays begin wherever their header ends: every second load of a 64-byte register then straddles two cache
/// lines and costs twice. A value: copies share their memory until one of them is written.
public struct AlignedArray<Element: BitwiseCopyable & Sendable>: Sendable {
    // Written by `withMutableSpan` alone, which makes sure that nobody else holds it.
    @usableFromInline final class Storage: @unchecked Sendable {
        @usableFromInline let elements: UnsafeMutableBufferPointer<Element>

        @usableFromInline init(count: Int) {
            // A cache line, and the widest register.
            let bytes = UnsafeMutableRawPointer.allocate(
                byteCount: max(1, count) * MemoryLayout<Element>.stride, alignment: 64)
            elements = UnsafeMutableBufferPointer(
                start: bytes.bindMemory(to: Element.self, capacity: max(1, count)), count: count)
        }

        deinit { elements.baseAddress?.deallocate() }
    }

    @usableFromInline var storage: Storage

    /// `count` times the same number.
    public init(repeating value: Element, count: Int) {
        precondition(count >= 0, "AlignedArray: \(count) elements")
        storage = Storage(count: count)
        storage.elements.initialize(repeating: value)
    }

    /// The numbers of an array.
    public init(_ values: [Element]) {
        storage = Storage(count: values.count)
        _ = storage.elements.initialize(fromContentsOf: values)
    }

    /// How many there are.
    @inlinable public var count: Int { storage.elements.count }

    /// One of them.
    @inlinable public subscript(index: Int) -> Element {
        precondition(storage.elements.indices.contains(index), "AlignedArray: \(index) of \(count)")
        return storage.elements[index]
    }

    /// Lends the numbers.
    @inlinable public func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result {
        let elements = storage.elements
        let result = body(Span(_unsafeElements: UnsafeBufferPointer(elements)))
        withExtendedLifetime(storage) {}
        return result
    }

    /// Lends the numbers for writing.
    @inlinable public mutating func withMutableSpan<Result>(
        _ body: (inout MutableSpan<Element>) -> Result
    ) -> Result {
        if !isKnownUniquelyReferenced(&storage) {
            let copy = Storage(count: count)
            _ = copy.elements.initialize(fromContentsOf: storage.elements)
            storage = copy
        }
        let elements = storage.elements
        var span = MutableSpan(_unsafeElements: elements)
        let result = body(&span)
        withExtendedLifetime(storage) {}
        return result
    }
}

extension AlignedArray: Equatable where Element: Equatable {
    /// Whether both hold the same numbers.
    public static func == (left: AlignedArray, right: AlignedArray) -> Bool {
        left.storage === right.storage || left.storage.elements.elementsEqual(right.storage.elements)
    }
}
