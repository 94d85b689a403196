import Computing
import Discovery
import Measurement

/// The 10 nearest of standard normal points, one query a galaxy.
struct NeighboursBenchmark: Benchmark {
    /// How they are searched.
    enum Search {
        /// By the tree, in 5 dimensions.
        case exact
        /// By the graph, in 16 dimensions; ten minutes to build.
        case graph
    }

    let search: Search

    var name: String { search == .exact ? "neighbours" : "graph" }
    var summary: String {
        switch search {
        case .exact: "10 nearest of 10^6 points in 5 dimensions against SciPy"
        case .graph: "10 nearest of 10^6 points in 16 dimensions, nearly all found, against hnswlib and faiss"
        }
    }

    /// Points, and neighbours of a query.
    private static let (points, neighbours) = (1_000_000, 10)

    func tasks(_ session: BenchmarkSession, threads: Int) async throws -> [MeasuredTask] {
        switch search {
        case .exact:
            let peers = [("SciPy cKDTree", "scipy", 0)]
            return [try await task(session, threads: threads, dimension: 5, queries: 2000, peers: peers)]
        case .graph:
            // The table tells the recall that each effort reaches.
            let peers = [
                ("hnswlib, ef 64", "hnswlib", 64), ("hnswlib, ef 256", "hnswlib", 256),
                ("faiss HNSW, ef 64", "faiss", 64), ("faiss HNSW, ef 256", "faiss", 256),
            ]
            return [
                try await task(
                    session, threads: threads, dimension: 16, queries: 500, breadths: [64, 256], peers: peers)
            ]
        }
    }

    /// - Parameter peers: Their efforts, 0 where there is nothing to choose.
    private func task(
        _ session: BenchmarkSession, threads: Int, dimension: Int, queries: Int,
        breadths: [Int] = [], peers: [(name: String, key: String, effort: Int)]
    ) async throws -> MeasuredTask {
        let points = Self.normal(Self.points, dimension: dimension, seed: 1)
        let asked = Self.normal(queries, dimension: dimension, seed: 2)
        let search = try NeighborSearch(points)
        let loop = ParallelLoop(threads: threads)
        let found = try search.neighbors(ofEach: asked, k: Self.neighbours, loop: loop)
        let distances = found.flatMap { $0.map(\.distance) }
        let expected = try session.array("distances", distances, shape: [queries, Self.neighbours])
        let options: [String: PeerValue] = [
            "points": .text(try session.array("points", points.values, shape: [points.count, dimension])),
            "queries": .text(try session.array("queries", asked.values, shape: [queries, dimension])),
            "k": .integer(Self.neighbours),
        ]
        let graphs = try Self.graphs(points, asked, nearest: found, breadths: breadths, loop: loop)
        let comparison = Comparison(
            "10 nearest of 10^6 in \(dimension) dimensions", unit: "query", threads: threads,
            contenders: [
                Contender("galatea, exact", items: queries) {
                    _ = try search.neighbors(ofEach: asked, k: Self.neighbours, loop: loop)
                }
            ] + graphs)
        return try await session.measure(
            comparison,
            peers: peers.map { peer in
                var own = options
                own["effort"] = .integer(peer.effort)
                if peer.effort > 0 { own["index"] = .text(session.file("\(peer.key)-\(dimension).index")) }
                return Peer(
                    name: peer.name, script: "neighbours", key: peer.key, options: own, items: queries,
                    ours: expected)
            })
    }

    /// Our graph with the links of the peers', searched more and less thoroughly.
    ///
    /// - Parameter nearest: The true neighbours, for the recall.
    private static func graphs(
        _ points: FeatureMatrix, _ queries: FeatureMatrix, nearest: [[Neighbor]], breadths: [Int],
        loop: ParallelLoop
    ) throws -> [Contender] {
        guard !breadths.isEmpty else { return [] }
        let clock = ContinuousClock()
        let start = clock.now
        let graph = try NeighborGraph(points, options: NeighborGraph.Options(links: 32))
        let seconds = (clock.now - start) / .seconds(1)
        return try breadths.map { breadth in
            let found = try graph.neighbors(ofEach: queries, k: neighbours, breadth: breadth, loop: loop)
            let hits = zip(found, nearest).reduce(0) {
                $0 + Set($1.0.map(\.row)).intersection($1.1.map(\.row)).count
            }
            var contender = Contender("galatea, graph, breadth \(breadth)", items: queries.count) {
                _ = try graph.neighbors(ofEach: queries, k: neighbours, breadth: breadth, loop: loop)
            }
            let recall = Double(hits) / Double(queries.count * neighbours)
            contender.notes = ["recall \(recall), M 32; built in \(seconds) s on 1 thread"]
            return contender
        }
    }

    /// Standard normal points, rounded to single precision so that every peer has the same.
    private static func normal(_ count: Int, dimension: Int, seed: UInt64) -> FeatureMatrix {
        var generator = CounterGenerator(seed: seed)
        return FeatureMatrix(
            dimension: dimension, floats: (0..<count * dimension).map { _ in Float(generator.normal()) })
    }
}
