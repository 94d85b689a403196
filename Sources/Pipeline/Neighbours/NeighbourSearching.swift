internal import Catalogs
internal import Computing
internal import Discovery
internal import FITS

/// Finds objects like those of a query in an enriched catalogue, by distance of their latents.
///
/// An object is never its own neighbour. Equal distances are ordered by identifier.
public struct NeighbourSearching: Sendable {
    /// The enriched catalogue.
    public var catalog: String
    /// Where the search starts.
    public var query: NeighbourQuery
    /// Neighbours of each object.
    public var count: Int
    /// Only objects outside the query that are near at least so many of it; every neighbour of every object when
    /// `nil`.
    public var minimumHits: Int?
    /// Exponent of the Minkowski distance, at least 1.
    public var exponent: Double
    /// Whether neighbours may be missing: a graph is searched, which pays for very many queries in more than
    /// `NeighborGraph.exactDimensionLimit` latents.
    public var isApproximate = false
    /// Where the result goes; nowhere when `nil`.
    public var output: String?
    /// Worker threads; all cores when `nil`.
    public var threads: Int?

    /// What a search found.
    public struct Summary: Sendable, Equatable {
        /// Objects of the query that have latents.
        public var queried: Int
        /// Objects of the query that the catalogue has without latents.
        public var withoutLatents: [String]
        /// Identifiers of the query that no row has.
        public var unknown: [String]
        /// The result as comma-separated text, header first.
        public var lines: [String]
    }

    /// A search.
    public init(
        catalog: String, query: NeighbourQuery, count: Int = 10, minimumHits: Int? = nil,
        exponent: Double = 2,
        output: String? = nil, threads: Int? = nil
    ) {
        self.catalog = catalog
        self.query = query
        self.count = count
        self.minimumHits = minimumHits
        self.exponent = exponent
        self.output = output
        self.threads = threads
    }

    /// Objects that are searched for together.
    private static let blockSize = 4096

    /// Searches and writes the result.
    ///
    /// - Throws: `PipelineError`; `CancellationError` when the task is cancelled, with nothing written.
    public func run() async throws -> Summary {
        try await BackgroundWork.run { flag in try search(flag) }
    }

    private func search(_ flag: CancellationFlag) throws -> Summary {
        guard !isApproximate || (minimumHits == nil && exponent == 2) else {
            throw PipelineError(
                .usage, "approximate neighbours are those of single objects by Euclidean distance",
                hint: "leave out --min-hits and --p, or --approximate")
        }
        try InputProtection.check(outputs: output.map { [$0] } ?? [], inputs: [catalog])
        let table = try EnrichedCatalog(path: catalog)
        let models = table.modelIdentifiers.filter { !$0.isEmpty }
        guard models.count <= 1 else {
            throw PipelineError(
                .input,
                "'\(catalog)' joins rows of \(models.count) models (\(models.prefix(3).joined(separator: ", "))), whose latents cannot be compared",
                hint: "search among the rows of one model")
        }
        let points = try LatentPoints(table, exponent: exponent)
        let query = try queriedRows(table)
        var summary = Summary(queried: 0, withoutLatents: [], unknown: query.unknown, lines: [])
        var members: [Int] = []
        for row in query.rows {
            if let point = points.pointOfRow[row] {
                members.append(point)
            } else {
                summary.withoutLatents.append(points.name(ofRow: row))
            }
        }
        guard !members.isEmpty else { throw nothingToSearch(summary) }
        summary.queried = members.count
        try checkHits(of: members.count)
        let loop = ParallelLoop(threads: threads)
        if let minimumHits {
            summary.lines = points.lines(
                try points.searcher.nearSeveral(
                    of: members, k: count, minimumHits: minimumHits, loop: loop))
        } else {
            summary.lines = [LatentPoints.header]
            let graph = isApproximate ? try points.graph() : nil
            for start in stride(from: 0, to: members.count, by: Self.blockSize) {
                try flag.check()
                let block = Array(members[start..<min(members.count, start + Self.blockSize)])
                let found =
                    try graph.map { try points.neighbors(ofRows: block, k: count, by: $0, loop: loop) }
                    ?? points.searcher.neighbors(ofRows: block, k: count, loop: loop)
                summary.lines += points.lines(found, of: block)
            }
        }
        try flag.check()
        if let output { try write(summary.lines, to: output) }
        return summary
    }

    /// Rows of the query, each once, and identifiers that no row has.
    private func queriedRows(_ table: EnrichedCatalog) throws -> (rows: [Int], unknown: [String]) {
        let wanted: [String]
        switch query {
        case .column(let name, let value):
            let rows = try EnrichedCatalog.rows(path: catalog, column: name, equals: value)
            guard !rows.isEmpty else {
                throw PipelineError(.input, "no row of '\(catalog)' has \(name) = \(value)")
            }
            return (rows, [])
        case .identifiers(let identifiers): wanted = identifiers
        case .file(let path): wanted = try NeighbourQuery.identifiers(inFile: path)
        }
        guard !wanted.isEmpty else {
            if case .file(let path) = query { throw PipelineError(.input, "'\(path)' names no object") }
            throw PipelineError(.usage, "the query names no object")
        }
        var rowOfName: [String: Int] = [:]
        for row in 0..<table.rowCount {
            guard let name = table.identifiers.text(at: row) else { continue }
            rowOfName[name] = rowOfName[name] ?? row
        }
        var seen: Set<String> = []
        let distinct = wanted.filter { seen.insert($0).inserted }
        return (distinct.compactMap { rowOfName[$0] }, distinct.filter { rowOfName[$0] == nil })
    }

    /// More hits than the query has objects are never found.
    private func checkHits(of members: Int) throws {
        guard let minimumHits, minimumHits > members else { return }
        throw PipelineError(
            .input,
            "no object can be near \(minimumHits) objects of a query that has \(members) with latents",
            hint: "ask for fewer hits, or leave them out to see the neighbours of each object")
    }

    /// Why no object of a query can be searched for.
    private func nothingToSearch(_ summary: Summary) -> PipelineError {
        func named(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", ..." : "")
        }
        return summary.withoutLatents.isEmpty
            ? PipelineError(.input, "no row of '\(catalog)' has the identifier \(named(summary.unknown))")
            : PipelineError(
                .input,
                "no object of the query has latents in '\(catalog)': \(named(summary.withoutLatents + summary.unknown))"
            )
    }

    private func write(_ lines: [String], to path: String) throws {
        let file = try PartFile(path: path)
        do {
            try file.append(Array((lines.joined(separator: "\n") + "\n").utf8))
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
    }
}
