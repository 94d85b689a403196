internal import CHNSW
internal import CKernels
public import Computing

/// Approximate nearest neighbours by a navigable graph (Malkov & Yashunin 2020, IEEE TPAMI 42, 824), through
/// hnswlib: for many coordinates, where an exact search looks at most points.
///
/// Some neighbours may be missing, farther ones standing in; what is found has its exact distance and order.
/// The graph is built on one thread, so the same points, options and seed give the same graph and neighbours.
/// Nothing chooses it by itself: a user asks for it.
///
/// Measured, one thread, 10 neighbours: among 10^6 points of 16 normally distributed coordinates 62 us a query at a
/// recall of 0.994 (32 links, breadth 64) and 217 at 1.000 (256), where hnswlib by itself takes 130 to 200 and 440 to 690
/// and the exact search 740 [AVX-512, two 512-bit units]; built in seven minutes.
public final class NeighborGraph: @unchecked Sendable {
    /// Coordinates up to which an exact search among 10^6 points takes about as long as a graph's for nearly all
    /// neighbours, or less.
    public static let exactDimensionLimit = 9

    /// How thoroughly the graph is built and searched.
    public struct Options: Sendable, Equatable {
        /// Links of a point on each layer, at least 2: memory grows by 8 bytes a point and link.
        public var links: Int
        /// Candidates kept while a point finds its place, at least `links`.
        public var buildingBreadth: Int
        /// Candidates kept in a search: more find more, and take longer.
        public var searchingBreadth: Int
        /// Seed of the layers that points reach.
        public var seed: UInt64

        /// Options, checked where they are used.
        public init(
            links: Int = 16, buildingBreadth: Int = 200, searchingBreadth: Int = 100, seed: UInt64 = 1
        ) {
            self.links = links
            self.buildingBreadth = buildingBreadth
            self.searchingBreadth = searchingBreadth
            self.seed = seed
        }
    }

    /// Number of points.
    public let count: Int
    /// Coordinates of a point.
    public let dimension: Int

    private let searchingBreadth: Int
    private let points: FeatureMatrix
    private let ranks: [Int]
    private let graph: OpaquePointer
    /// The dimension where the distance function finds it.
    private let context: UnsafeMutablePointer<Int>

    /// A graph of `points`, in the order given.
    ///
    /// - Parameters:
    ///   - ranks: Place of each point among points of equal distance; the row when `nil`.
    ///   - level: Instruction set of the distance kernel; another level may give another graph.
    /// - Throws: `DiscoveryError.notFinite` for a point that is not finite in single precision,
    ///   `.refusedByLibrary` with hnswlib's text.
    public init(
        _ points: FeatureMatrix, options: Options = Options(), ranks: [Int]? = nil,
        level: InstructionSet = .detected
    ) throws {
        precondition(
            ranks?.count ?? points.count == points.count && options.links >= 2
                && options.buildingBreadth >= options.links && options.searchingBreadth >= 1,
            "NeighborGraph: \(ranks?.count ?? 0) ranks for \(points.count) points, options \(options)")
        let rounded = points.values.map { Float($0) }
        if let index = rounded.firstIndex(where: { !$0.isFinite }) {
            throw DiscoveryError.notFinite(
                row: index / points.dimension, column: index % points.dimension, value: points.values[index])
        }
        let context = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        context.initialize(to: points.dimension)
        do {
            graph = try Self.built(rounded, count: points.count, options: options, level: level, context)
        } catch {
            context.deallocate()
            throw error
        }
        self.context = context
        searchingBreadth = options.searchingBreadth
        count = points.count
        dimension = points.dimension
        self.points = points
        self.ranks = ranks ?? Array(0..<points.count)
    }

    private static func built(
        _ values: [Float], count: Int, options: Options, level: InstructionSet,
        _ context: UnsafeMutablePointer<Int>
    ) throws -> OpaquePointer {
        var reason = [CChar](repeating: 0, count: 200)
        func refused() -> DiscoveryError {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return .refusedByLibrary(reason: "hnswlib: " + String(decoding: text, as: UTF8.self))
        }
        var settings = galatea_hnsw_settings(
            dimension: context.pointee, capacity: max(1, count), links: options.links,
            building: options.buildingBreadth, seed: options.seed,
            distance: galatea_squared_distance(galatea_level(rawValue: UInt32(level.rawValue))),
            context: context)
        guard let graph = galatea_hnsw_create(&settings, &reason, reason.count) else { throw refused() }
        let isComplete = values.withUnsafeBufferPointer { values in
            (0..<count).allSatisfy { row in
                guard let start = values.baseAddress else { return false }
                return galatea_hnsw_add(
                    graph, start + row * context.pointee, UInt64(row), &reason, reason.count) != 0
            }
        }
        guard isComplete else {
            galatea_hnsw_destroy(graph)
            throw refused()
        }
        return graph
    }

    deinit {
        galatea_hnsw_destroy(graph)
        context.deallocate()
    }

    /// Up to `k` points near `query`, nearest first, equal distances by rank; most are among the `k` nearest.
    ///
    /// - Parameters:
    ///   - query: As many coordinates as the points have; a query that is not finite in single precision has no
    ///     neighbours.
    ///   - breadth: Candidates kept in the search; those of the options when `nil`.
    /// - Throws: `DiscoveryError.wrongDimension`, `.refusedByLibrary`.
    public func neighbors(of query: [Double], k: Int, breadth: Int? = nil) throws -> [Neighbor] {
        guard query.count == dimension else {
            throw DiscoveryError.wrongDimension(expected: dimension, found: query.count)
        }
        precondition(k >= 0, "NeighborGraph: k must not be negative, got \(k)")
        let rounded = query.map { Float($0) }
        guard k > 0, count > 0, rounded.allSatisfy(\.isFinite) else { return [] }
        var labels = [UInt64](repeating: 0, count: min(k, count))
        let found = galatea_hnsw_nearest(
            graph, rounded, breadth ?? searchingBreadth, labels.count, &labels)
        guard found >= 0 else { throw DiscoveryError.refusedByLibrary(reason: "hnswlib: the search failed") }
        return labels.prefix(found).map { label in
            let row = Int(label)
            var sum = 0.0
            for column in 0..<dimension {
                let difference = points.values[row * dimension + column] - query[column]
                sum += difference * difference
            }
            return Neighbor(row: row, distance: sum.squareRoot())
        }.sorted { ($0.distance, ranks[$0.row]) < ($1.distance, ranks[$1.row]) }
    }

    /// Points near each query, in the order of the queries.
    ///
    /// - Parameters:
    ///   - breadth: Candidates kept in the search; those of the options when `nil`.
    ///   - loop: The threads to use; their number changes nothing.
    public func neighbors(
        ofEach queries: FeatureMatrix, k: Int, breadth: Int? = nil, loop: ParallelLoop = ParallelLoop()
    ) throws -> [[Neighbor]] {
        try loop.mapChunks(count: queries.count, chunk: 16) { range, _ in
            try range.map { try neighbors(of: queries.row($0), k: k, breadth: breadth) }
        }.flatMap { $0 }
    }
}
