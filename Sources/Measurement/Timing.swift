internal import Foundation

/// How long a piece of work took.
public struct Timing: Sendable, Equatable {
    /// Seconds on the clock on the wall.
    public var wallSeconds: Double
    /// Seconds of processor time of the whole process, all threads together.
    public var processorSeconds: Double

    /// A time that was measured elsewhere.
    public init(wallSeconds: Double, processorSeconds: Double) {
        self.wallSeconds = wallSeconds
        self.processorSeconds = processorSeconds
    }

    /// The time that `work` takes.
    public static func measuring(_ work: () async throws -> Void) async rethrows -> Timing {
        let (wall, processor) = (now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID))
        try await work()
        return Timing(
            wallSeconds: now(CLOCK_MONOTONIC) - wall,
            processorSeconds: now(CLOCK_PROCESS_CPUTIME_ID) - processor)
    }

    /// Seconds of a clock.
    static func now(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
    }
}
