internal import Catalogs
internal import Computing
internal import Discovery
internal import Foundation

/// The rows of an enriched catalogue that have latents, numbered among themselves, ready to be searched.
struct LatentPoints {
    private let table: EnrichedCatalog
    /// The row of each point.
    private let rows: [Int]
    /// The point of each row that has latents.
    let pointOfRow: [Int: Int]
    /// The search among the points.
    let searcher: NeighborSearch
    private let points: FeatureMatrix
    private let ranks: [Int]

    /// Columns of a list of neighbours.
    static let header = "query_id,rank,id,distance,ra,dec,class_pred"

    /// The points of a catalogue.
    ///
    /// - Throws: `PipelineError` when no row has latents.
    init(_ table: EnrichedCatalog, exponent: Double) throws {
        let rows = (0..<table.rowCount).filter(table.hasLatents)
        guard !rows.isEmpty else { throw PipelineError(.input, "no row of '\(table.path)' has latents") }
        let width = table.latentCount
        let points = FeatureMatrix(
            dimension: width,
            floats: rows.flatMap { table.latents[$0 * width..<($0 + 1) * width] })
        let identifiers: ReferenceSet.Identifiers =
            switch table.identifiers.values {
            case .integers(let numbers): .numbers(rows.map { numbers[$0] })
            case .texts(let texts): .texts(rows.map { texts[$0] })
            }
        self.table = table
        self.rows = rows
        pointOfRow = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
        self.points = points
        ranks = identifiers.ranks
        searcher = try NeighborSearch(points, metric: Minkowski(p: exponent), ranks: ranks)
    }

    /// A graph of the points, for approximate neighbours by Euclidean distance.
    func graph() throws -> NeighborGraph { try NeighborGraph(points, ranks: ranks) }

    /// Most of the nearest neighbours of some points, themselves left out.
    func neighbors(
        ofRows rows: [Int], k: Int, by graph: NeighborGraph, loop: ParallelLoop
    ) throws -> [[Neighbor]] {
        try zip(rows, graph.neighbors(ofEach: points.rows(rows), k: k + 1, loop: loop)).map { row, found in
            Array(found.filter { $0.row != row }.prefix(k))
        }
    }

    /// The identifier of a row; its number from 1 where it has none.
    func name(ofRow row: Int) -> String { table.identifiers.text(at: row) ?? "row \(row + 1)" }

    /// The neighbours of some points, a line each, without a header.
    func lines(_ found: [[Neighbor]], of points: [Int]) -> [String] {
        zip(points, found).flatMap { point, neighbours in
            neighbours.enumerated().map { rank, near in
                Self.quoted(name(ofRow: rows[point]))
                    + ",\(rank + 1),\(Self.quoted(name(ofRow: rows[near.row]))),\(near.distance),"
                    + place(ofRow: rows[near.row])
            }
        }
    }

    /// Objects near several of a query, header first.
    func lines(_ found: [SharedNeighbor]) -> [String] {
        ["id,hits,distance,ra,dec,class_pred"]
            + found.map { near in
                let row = rows[near.row]
                return "\(Self.quoted(name(ofRow: row))),\(near.hits),\(near.distance),\(place(ofRow: row))"
            }
    }

    private func place(ofRow row: Int) -> String {
        func number(_ values: [Double]?) -> String {
            values.flatMap { $0[row].isFinite ? "\($0[row])" : nil } ?? ""
        }
        return "\(number(table.rightAscension)),\(number(table.declination)),"
            + Self.quoted(table.predictedClasses?[row] ?? "")
    }

    /// A field of a CSV line.
    private static func quoted(_ text: String) -> String {
        text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline })
            ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
    }
}
