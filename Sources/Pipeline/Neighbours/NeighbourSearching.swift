internal import Astronomy
internal import Catalogs
internal import Computing
internal import Discovery
internal import FITS
internal import Foundation

/// Finds objects like those of a query in an enriched catalogue, by distance of their latents.
public struct NeighbourSearching: Sendable {
    /// The enriched catalogue.
    public var catalog: String
    /// Where the search starts.
    public var query: NeighbourQuery
    /// Neighbours of each object.
    public var count: Int
    /// Only objects near at least so many of the query; every neighbour of every object when `nil`.
    public var minimumHits: Int?
    /// Exponent of the Minkowski distance, at least 1.
    public var exponent: Double
    /// Where the result goes; nowhere when `nil`.
    public var output: String?
    /// Worker threads; all cores when `nil`.
    public var threads: Int?

    /// What a search found.
    public struct Summary: Sendable, Equatable {
        /// Objects of the query that have latents.
        public var queried: Int
        /// Objects of the query without latents, or not in the catalogue.
        public var skipped: [String]
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

    /// Searches and writes the result.
    ///
    /// - Throws: `PipelineError`.
    public func run() async throws -> Summary {
        try await BackgroundWork.run { _ in try search() }
    }

    private func search() throws -> Summary {
        let table = try EnrichedCatalog(path: catalog)
        // Rows without latents cannot be found; points are numbered among those that have them.
        let rows = (0..<table.rowCount).filter(table.hasLatents)
        guard !rows.isEmpty else { throw PipelineError(.input, "no row of '\(catalog)' has latents") }
        let width = table.latentCount
        let points = FeatureMatrix(
            dimension: width,
            floats: rows.flatMap { table.latents[$0 * width..<($0 + 1) * width] })
        let searcher = try NeighborSearch(points, metric: Minkowski(p: exponent))
        let pointOfRow = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        let (wanted, unknown) = try queriedRows(table)
        var skipped = unknown
        var members: [Int] = []
        for row in wanted {
            if let point = pointOfRow[row] {
                members.append(point)
            } else {
                skipped.append(name(row, of: table))
            }
        }
        guard !members.isEmpty else { throw PipelineError(.input, "no object of the query has latents") }
        let loop = ParallelLoop(threads: threads)
        let lines: [String]
        if let minimumHits {
            let found = try searcher.nearSeveral(of: members, k: count, minimumHits: minimumHits, loop: loop)
            lines =
                ["id,hits,distance,ra,dec,class_pred"]
                + found.map { near in
                    let row = rows[near.row]
                    return
                        "\(quoted(name(row, of: table))),\(near.hits),\(near.distance),\(place(row, of: table))"
                }
        } else {
            let found = try searcher.neighbors(ofRows: members, k: count, loop: loop)
            lines =
                ["query_id,rank,id,distance,ra,dec,class_pred"]
                + zip(members, found).flatMap { member, neighbours in
                    neighbours.enumerated().map { rank, near in
                        let row = rows[near.row]
                        return "\(quoted(name(rows[member], of: table))),\(rank + 1),"
                            + "\(quoted(name(row, of: table))),\(near.distance),\(place(row, of: table))"
                    }
                }
        }
        if let output { try write(lines, to: output) }
        return Summary(queried: members.count, skipped: skipped, lines: lines)
    }

    /// Rows of the query, and identifiers that no row has.
    private func queriedRows(_ table: EnrichedCatalog) throws -> (rows: [Int], unknown: [String]) {
        let wanted: [String]
        switch query {
        case .column(let name, let value):
            let rows = try EnrichedCatalog.rows(path: catalog, column: name, equals: value)
            guard !rows.isEmpty else { throw PipelineError(.input, "no row has \(name) = \(value)") }
            return (rows, [])
        case .identifiers(let identifiers): wanted = identifiers
        case .file(let path): wanted = try Self.identifiers(in: path)
        }
        var rowOfName: [String: Int] = [:]
        for row in 0..<table.rowCount {
            rowOfName[name(row, of: table)] = rowOfName[name(row, of: table)] ?? row
        }
        return (wanted.compactMap { rowOfName[$0] }, wanted.filter { rowOfName[$0] == nil })
    }

    /// First fields of a file's lines; a header line `id` is left out.
    private static func identifiers(in path: String) throws -> [String] {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw PipelineError(.inputOutput, "cannot read '\(path)': \(error.localizedDescription)")
        }
        let fields = text.split(whereSeparator: \.isNewline).compactMap { line in
            line.split(separator: ",").first.map { $0.trimmingCharacters(in: .whitespaces) }
        }
        return fields.first?.lowercased() == "id" ? Array(fields.dropFirst()) : fields
    }

    private func name(_ row: Int, of table: EnrichedCatalog) -> String {
        table.identifiers.text(at: row) ?? "row \(row + 1)"
    }

    private func place(_ row: Int, of table: EnrichedCatalog) -> String {
        func number(_ values: [Double]?) -> String {
            values.flatMap { $0[row].isFinite ? "\($0[row])" : nil } ?? ""
        }
        return "\(number(table.rightAscension)),\(number(table.declination)),"
            + quoted(table.predictedClasses?[row] ?? "")
    }

    /// A field of a CSV line.
    private func quoted(_ text: String) -> String {
        text.contains(where: { ",\"\n\r".contains($0) })
            ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
    }

    private func write(_ lines: [String], to path: String) throws {
        do {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw PipelineError(.inputOutput, "cannot write '\(path)': \(error.localizedDescription)")
        }
    }
}
