import Astronomy
import Computing
import FITS
import Measurement
import Photometry

/// Fluxes, sizes and shapes from pixels in memory.
struct PhotometryBenchmark: Benchmark {
    let name = "photometry"
    let summary = "fluxes and shapes against SEP and photutils from Python"

    /// Cutouts of a repetition; photutils is given fewer.
    private static let (count, few) = (256, 8)

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        let packed = try PackedCutouts(path: try await session.survey(1024).cutouts)
        let images = try (0..<Self.count).map { try packed.image(at: $0) }
        let loop = ParallelLoop(threads: threads)
        // Kept from galaxy to galaxy, as enrichment does.
        let memory = WorkerMemory(for: loop) { MeasurementWorkspace() }
        let contenders = PhotometryMethod.allCases.compactMap { method in
            method.measurer().map { measurer in
                Contender("galatea, \(method.rawValue)", items: images.count) {
                    try loop.forEachChunk(count: images.count, chunk: 8) { range, worker in
                        memory.withState(of: worker) { workspace in
                            for index in range { _ = measurer.measure(images[index], workspace: workspace) }
                        }
                    }
                }
            }
        }
        let measurer = SourceMeasurer()
        let fluxes = images.flatMap { measurer.measure($0).fluxes }
        let expected = try session.array("fluxes", fluxes, shape: [images.count, packed.bands.count])
        let peers = try [("SEP from Python", "sep", Self.count), ("photutils", "photutils", Self.few)].map {
            let shape = [$0.2, packed.bands.count, packed.height, packed.width]
            let pixels = try session.array(
                "images-\($0.1)", images[..<$0.2].flatMap(\.pixels), shape: shape)
            return Peer(
                name: $0.0, script: "photometry", key: $0.1, options: ["images": .text(pixels)],
                items: $0.2, ours: expected)
        }
        // The peers have no threads of their own.
        return [
            try await session.measure(
                Comparison("photometry", unit: "galaxy", threads: threads, contenders: contenders),
                peers: threads == 1 ? peers : [])
        ]
    }
}
