import Computing
import Foundation
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

    @Test("Streamed results are received once each and in order", arguments: [1, 2, 5], [0, 1, 8, 9, 1000])
    func stream(threads: Int, count: Int) throws {
        let received = Mutex<[Int]>([])
        try ParallelLoop(threads: threads).streamChunks(count: count, chunk: 8) { range, worker in
            #expect(worker < threads)
            return range.map { 3 * $0 }
        } receive: { range, result in
            #expect(result == range.map { 3 * $0 })
            received.withLock { $0 += range }
        }
        #expect(received.withLock { $0 } == Array(0..<count))
    }

    @Test(
        "While a chunk or its receiver takes long, four chunks a worker are started, no more",
        arguments: [false, true])
    func window(isReceiverSlow: Bool) throws {
        let started = Atomic<Int>(0)
        // Time for more to start, if more could.
        @Sendable func waitForOthers() {
            for _ in 0..<10_000 where started.load(ordering: .relaxed) < 12 { usleep(1000) }
            usleep(50_000)
            #expect(started.load(ordering: .relaxed) == 12)
        }
        try ParallelLoop(threads: 3).streamChunks(count: 100, chunk: 1) { range, _ in
            started.add(1, ordering: .relaxed)
            if !isReceiverSlow, range.lowerBound == 0 { waitForOthers() }
        } receive: { range, _ in
            if isReceiverSlow, range.lowerBound == 0 { waitForOthers() }
        }
        #expect(started.load(ordering: .relaxed) == 100)
    }

    @Test(
        "A stream ends with the error of its lowest chunk, and what comes before is received",
        arguments: [1, 4])
    func brokenStream(threads: Int) {
        let received = Mutex<[Int]>([])
        #expect(throws: Failure(chunk: 40)) {
            try ParallelLoop(threads: threads).streamChunks(count: 100, chunk: 1) { range, _ in
                if range.lowerBound >= 40 { throw Failure(chunk: range.lowerBound) }
                return range.lowerBound
            } receive: { _, result in
                received.withLock { $0.append(result) }
            }
        }
        #expect(received.withLock { $0 } == Array(0..<40))
        received.withLock { $0 = [] }
        #expect(throws: Failure(chunk: 7)) {
            try ParallelLoop(threads: threads).streamChunks(count: 100, chunk: 1) { range, _ in
                range.lowerBound
            } receive: { _, result in
                if result == 7 { throw Failure(chunk: 7) }
                received.withLock { $0.append(result) }
            }
        }
        #expect(received.withLock { $0 } == Array(0..<7))
    }

    @Test("A cancelled stream hands over every chunk that was started", arguments: [1, 4])
    func cancelledStream(threads: Int) {
        let started = Atomic<Int>(0)
        let received = Mutex<[Int]>([])
        #expect(throws: CancellationError.self) {
            try ParallelLoop(threads: threads).streamChunks(
                count: 1000, chunk: 1, isCancelled: { started.load(ordering: .relaxed) >= 30 }
            ) { range, _ in
                started.add(1, ordering: .relaxed)
            } receive: { range, _ in
                received.withLock { $0.append(range.lowerBound) }
            }
        }
        let count = started.load(ordering: .relaxed)
        #expect(count >= 30 && count < 30 + threads)
        #expect(received.withLock { $0 } == Array(0..<count))
    }

    @Test("Two works give both results or the first one's error", arguments: [1, 2])
    func both(threads: Int) throws {
        let loop = ParallelLoop(threads: threads)
        let results = try loop.both {
            1
        } _: {
            "two"
        }
        #expect(results == (1, "two"))
        #expect(throws: Failure(chunk: 1)) {
            try loop.both {
                throw Failure(chunk: 1)
            } _: {
                2
            }
        }
        #expect(throws: Failure(chunk: 2)) {
            try loop.both {
                1
            } _: {
                throw Failure(chunk: 2)
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
