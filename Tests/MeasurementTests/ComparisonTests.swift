import Foundation
import Measurement
import Testing

/// Who worked when, and how long each repetition is said to have taken.
private final class Record {
    var calls: [String] = []

    /// A contender that is counted and says these wall seconds, one after the other.
    func contender(_ name: String, items: Int = 1, isPeer: Bool = false, seconds: [Double]) -> Contender {
        var left = seconds
        return Contender(name, items: items, isPeer: isPeer) {
            self.calls.append(name)
            let seconds = left.removeFirst()
            return Timing(wallSeconds: seconds, processorSeconds: 2 * seconds)
        }
    }
}

@Suite("Interleaved comparison")
struct ComparisonTests {
    @Test("Contenders warm up, then alternate, every second round in reverse order")
    func order() async throws {
        let record = Record()
        let contenders = ["a", "b", "c"].map { record.contender($0, seconds: [1, 1, 1, 1]) }
        var rounds: [Int] = []
        let task = try await Comparison("x", unit: "item", threads: 1, contenders: contenders)
            .run(rounds: 3, warmUps: 1) { rounds.append($0) }
        #expect(record.calls.joined(separator: "") == "abcabccbaabc")
        #expect(rounds == [1, 2, 3])
        #expect(task.entries.map { $0.wallSeconds.count } == [3, 3, 3])
    }

    @Test("The ratio is the median of the rounds' ratios, not the ratio of the medians")
    func ratio() async throws {
        let record = Record()
        let ours = record.contender("ours", items: 10, seconds: [1, 2, 4])
        let peer = record.contender("peer", items: 5, isPeer: true, seconds: [1.5, 4, 2])
        let task = try await Comparison("x", unit: "item", threads: 2, contenders: [ours, peer])
            .run(rounds: 3, warmUps: 0)
        let (first, second) = (task.entries[0], task.entries[1])
        #expect(first.ratio == nil && !first.isPeer && second.isPeer)
        // Seconds an item: ours 0.1, 0.2, 0.4; the peer's 0.3, 0.8, 0.4.
        #expect(first.microseconds.median == 2e5)
        #expect(second.microseconds.median == 4e5)
        let ratio = try #require(second.ratio)
        #expect(abs(ratio.minimum - 1) < 1e-12)
        #expect(abs(ratio.median - 3) < 1e-12)
        #expect(abs(ratio.maximum - 4) < 1e-12)
        #expect(second.processorMicroseconds.median == 8e5)
    }

    @Test("Where start-up is told apart, an item costs what more of them take longer, round by round")
    func startUp() async throws {
        let record = Record()
        var work = record.contender("work", items: 11, seconds: [3, 5, 2])
        work.startUp = "start"
        let start = record.contender("start", items: 1, seconds: [1, 1, 1])
        let task = try await Comparison("x", unit: "item", threads: 1, contenders: [work, start])
            .run(rounds: 3, warmUps: 0)
        // Seconds of the processor are twice those of the wall: 4, 8 and 2 more for ten more items.
        let further = try #require(task.entries[0].furtherMicroseconds)
        #expect(further == Distribution(of: [4e5, 8e5, 2e5]))
        #expect(task.entries[1].furtherMicroseconds == nil)
        #expect(task.table.contains("  * work: 400000 of processor time beyond start-up"))
    }

    @Test("Warm-ups do not count")
    func warmUps() async throws {
        let contender = Record().contender("a", seconds: [100, 100, 1, 2])
        let task = try await Comparison("x", unit: "item", threads: 1, contenders: [contender])
            .run(rounds: 2, warmUps: 2)
        #expect(task.entries[0].wallSeconds == [1, 2])
    }

    @Test("A contender's error ends the comparison")
    func failure() async {
        let broken = Contender("a", items: 1) { throw MeasurementError.unwritable(path: "p", reason: "r") }
        await #expect(throws: MeasurementError.unwritable(path: "p", reason: "r")) {
            try await Comparison("x", unit: "item", threads: 1, contenders: [broken]).run(rounds: 1)
        }
    }

    @Test("A closure is timed on the wall clock and the processor's")
    func timing() async throws {
        let asleep = await Timing.measuring { usleep(50_000) }
        #expect(asleep.wallSeconds >= 0.05)
        // The processor's clock counts other tests of this process, too: no upper bound.
        #expect(asleep.processorSeconds >= 0)
        var sum = 0.0
        let busy = await Timing.measuring {
            let end = Date().addingTimeInterval(0.05)
            while Date() < end { sum += 1 }
        }
        #expect(busy.processorSeconds > 0 && sum > 0)
        #expect(busy.wallSeconds >= 0.045)
    }
}
