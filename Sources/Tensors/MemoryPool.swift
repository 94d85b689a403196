internal import Computing
internal import Synchronization

/// Blocks of memory that tensors come and go from, kept for the next step instead of given back.
///
/// A training step asks for the same sizes again and again; without the pool each would go through the
/// system's allocator and fault in fresh pages.
package final class MemoryPool: Sendable {
    /// One cache line and one AVX-512 register.
    private static let alignment = 64

    /// A free block; ownership passes with the value.
    private struct Block: @unchecked Sendable {
        var address: UnsafeMutableRawPointer
    }

    private struct State: Sendable {
        var free: [Int: [Block]] = [:]
        var freeBytes = 0
    }

    private let state = Mutex(State())
    /// Free blocks beyond this many bytes go back to the system.
    private let limit: Int

    /// A pool that keeps at most `limit` bytes that nobody uses.
    package init(limit: Int) {
        self.limit = limit
    }

    deinit {
        trim()
    }

    /// The size of block that holds `count` floats: a power of two in eighths, so that at most 1/8 is lost.
    package static func blockSize(_ count: Int) -> Int {
        let bytes = max(alignment, count * MemoryLayout<Float>.stride)
        let step = max(alignment, (1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount)) >> 3)
        return (bytes + step - 1) / step * step
    }

    /// A block of at least `count` floats, their values undefined.
    package func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        let bytes = Self.blockSize(count)
        let kept = state.withLock { state -> Block? in
            guard let block = state.free[bytes]?.popLast() else { return nil }
            state.freeBytes -= bytes
            return block
        }
        let block =
            kept?.address
            ?? .allocateInLargePages(byteCount: bytes, alignment: Self.alignment)
        return block.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    }

    /// Takes a block back that `take(count)` gave.
    package func give(_ pointer: UnsafeMutablePointer<Float>, _ count: Int) {
        let block = Block(address: UnsafeMutableRawPointer(pointer))
        let bytes = Self.blockSize(count)
        let isKept = state.withLock { state -> Bool in
            guard state.freeBytes + bytes <= limit else { return false }
            state.free[bytes, default: []].append(block)
            state.freeBytes += bytes
            return true
        }
        if !isKept { block.address.deallocate() }
    }

    /// Bytes in free blocks.
    package var freeBytes: Int { state.withLock { $0.freeBytes } }

    /// Gives every free block back to the system.
    package func trim() {
        let blocks = state.withLock { state -> [Block] in
            defer { state = State() }
            return state.free.values.flatMap { $0 }
        }
        for block in blocks { block.address.deallocate() }
    }
}
