import Computing
import Measurement
import MockSurvey

/// Drawing and rendering objects of the mock sky.
struct SimulateBenchmark: Benchmark {
    let name = "simulate"
    let summary = "objects of the mock sky, drawn and rendered in memory"
    let threadCounts = [1, 2]

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let count = 256
        let sky = MockSurvey(MockSurveyConfiguration(count: count, seed: 2026))
        func draw(threads: Int) -> Contender {
            Contender("galatea, \(threads) thread\(threads == 1 ? "" : "s")", items: count) {
                try ParallelLoop(threads: threads).forEachChunk(count: count, chunk: 4) { range, _ in
                    for index in range { _ = sky.exposure(index) }
                }
            }
        }
        let contenders = (threads == 1 ? [1] : [threads, 1]).map(draw)
        return [
            try await session.measure(
                Comparison("simulate", unit: "galaxy", threads: threads, contenders: contenders))
        ]
    }
}
