/// The neighbours of a block of queries, with the memory that finding them takes: used again, it costs no new
/// memory.
public struct NeighborBlock: Sendable {
    /// Number of queries.
    public private(set) var count = 0
    /// Neighbours that there is room for, each query.
    private var capacity = 0
    /// Shape `[count, capacity]`, and beyond it what earlier blocks left; as `ranks`, which become rows.
    private var distances: [Double] = []
    private var rows: [Int32] = []
    private var found: [Int32] = []
    private var queries: [Double] = []
    private var workspace: [Double] = []

    /// An empty block.
    public init() {}

    /// Number of neighbours of a query.
    public func count(of query: Int) -> Int {
        precondition((0..<count).contains(query), "NeighborBlock: query \(query) of \(count)")
        return Int(found[query])
    }

    /// The neighbour of a query at a place, 0 being the nearest.
    public subscript(query: Int, place: Int) -> Neighbor {
        precondition(
            (0..<count(of: query)).contains(place),
            "NeighborBlock: neighbour \(place) of the \(count(of: query)) of query \(query)")
        let index = query * capacity + place
        return Neighbor(row: Int(rows[index]), distance: distances[index])
    }

    /// The neighbours of a query, nearest first.
    public func neighbors(of query: Int) -> [Neighbor] { (0..<count(of: query)).map { self[query, $0] } }

    /// Replaces the block by what a search finds.
    ///
    /// - Parameters:
    ///   - queries: Shape `[N, dimension]`; one that is not finite has no neighbours.
    ///   - k: At most the number of points.
    mutating func fill(
        _ queries: FeatureMatrix, k: Int, excluding: PointTree.Exclusion, search: NeighborSearch.Parts
    ) {
        count = queries.count
        capacity = k
        Self.grow(&found, to: count, 0)
        for query in 0..<count { found[query] = 0 }
        guard k > 0 else { return }
        Self.grow(&distances, to: count * k, 0)
        Self.grow(&rows, to: count * k, 0)
        Self.grow(&workspace, to: search.tree.workspaceCount, 0)
        let width = queries.dimension
        self.queries.removeAll(keepingCapacity: true)
        self.queries += queries.values
        let bad = (0..<count).filter { query in
            !queries.values[query * width..<(query + 1) * width].allSatisfy(\.isFinite)
        }
        // The kernel takes finite queries only: zeros stand in, and what they find is forgotten.
        for query in bad { for index in query * width..<(query + 1) * width { self.queries[index] = 0 } }
        search.tree.search(
            self.queries, k: k, metric: search.metric, level: search.level, excluding: excluding,
            distances: &distances, ranks: &rows, found: &found, workspace: &workspace)
        for query in bad { found[query] = 0 }
        guard let rowOfRank = search.rowOfRank else { return }
        for query in 0..<count {
            for index in query * k..<query * k + Int(found[query]) {
                rows[index] = rowOfRank[Int(rows[index])]
            }
        }
    }

    private static func grow<Number>(_ memory: inout [Number], to count: Int, _ value: Number) {
        if memory.count < count { memory += [Number](repeating: value, count: count - memory.count) }
    }
}
