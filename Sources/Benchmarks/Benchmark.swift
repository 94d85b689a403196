import Measurement

/// One subject of measurement; one file each.
///
/// A new contender is one more element of the array that the benchmark gives to its `Comparison`; a new peer is
/// a class in a script of `Peers` and one `Peer` here.
protocol Benchmark: Sendable {
    /// The name on the command line.
    var name: String { get }
    /// One line for `--help`.
    var summary: String { get }
    /// Numbers of threads that it is run with unless the user says otherwise.
    var threadCounts: [Int] { get }

    /// Measures its tasks at a number of threads.
    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask]
}

extension Benchmark {
    var threadCounts: [Int] { [1] }
}
