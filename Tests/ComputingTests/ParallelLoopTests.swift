import Computing
import Synchronization
import Testing

@Suite("Parallel loop")
struct ParallelLoopTests {
    struct Failure: Error, Equatable {
        var chunk: Int
    }

    @Test("Every index is visited once", arguments: [1, 2, 5], [0, 1, 7, 8, 9, 100])
    func coverage(threads: Int, count: Int) throws {
        let seen = Mutex(Array(repeating: 0, count: count))
        try ParallelLoop(threads: threads).forEachChunk(count: count, chunk: 8) { range, worker in
            #expect(worker < threads)
            seen.withLock { for index in range { $0[index] += 1 } }
        }
        #expect(seen.withLock { $0 } == Array(repeating: 1, count: count))
    }

    @Test("Results come in chunk order")
    func order() throws {
        let sums = try ParallelLoop(threads: 3).mapChunks(count: 50, chunk: 7) { range, _ in
            range.reduce(0, +)
        }
        #expect(sums == stride(from: 0, to: 50, by: 7).map { ($0..<min(50, $0 + 7)).reduce(0, +) })
    }

    @Test("The error of the lowest failing chunk is thrown")
    func failure() {
        #expect(throws: Failure(chunk: 0)) {
            try ParallelLoop(threads: 1).forEachChunk(count: 10, chunk: 1) { range, _ in
                throw Failure(chunk: range.lowerBound)
            }
        }
    }

    @Test("Cancellation stops the loop between chunks")
    func cancellation() {
        let done = Atomic<Int>(0)
        #expect(throws: CancellationError.self) {
            try ParallelLoop(threads: 1).forEachChunk(
                count: 100, chunk: 1, isCancelled: { done.load(ordering: .relaxed) >= 3 },
                { _, _ in done.add(1, ordering: .relaxed) })
        }
        #expect(done.load(ordering: .relaxed) == 3)
    }
}
