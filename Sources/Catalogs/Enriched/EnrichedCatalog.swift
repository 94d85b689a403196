import FITS

/// What a neighbour search needs of an enriched catalogue, read back from its file.
public struct EnrichedCatalog: Sendable {
    /// The file.
    public let path: String
    /// The identifiers.
    public let identifiers: CatalogIdentifiers
    /// Right ascension in degrees, NaN where missing; `nil` without the column.
    public let rightAscension: [Double]?
    /// Declination in degrees, NaN where missing; `nil` without the column.
    public let declination: [Double]?
    /// Latent variables per row.
    public let latentCount: Int
    /// Latent variables, shape `[row, latent]`, NaN in rows without.
    public let latents: [Float]
    /// The predicted class of each row; `nil` without the column.
    public let predictedClasses: [String]?
    /// The models that made the rows, in order of appearance; one unless catalogues were joined.
    public let modelIdentifiers: [String]

    /// The number of rows.
    public var rowCount: Int { identifiers.count }

    /// Reads an enriched catalogue (FITS, ECSV or CSV, each also gzipped).
    ///
    /// - Throws: `CatalogError`: unreadable, no rows, no `id`, no `latent_0`.
    public init(path: String) throws(CatalogError) {
        let reader = try CatalogReader(path: path)
        let names = reader.columns.map(\.name)
        var latentNames: [String] = []
        while let index = ColumnNames.index(
            of: CatalogColumn.latent(latentNames.count).name, among: names)
        {
            latentNames.append(names[index])
        }
        guard !latentNames.isEmpty else {
            throw .missingColumn(path: path, column: CatalogColumn.latent(0).name, present: names)
        }
        let wanted =
            [
                CatalogColumn.identifier, .rightAscension, .declination, .predictedClass, .modelIdentifier,
            ].map(\.name) + latentNames
        guard reader.rowCount > 0 else { throw .noRows(path: path) }
        let table = try reader.rest(of: wanted)
        guard let column = table.column(CatalogColumn.identifier.name) else {
            throw .missingColumn(path: path, column: CatalogColumn.identifier.name, present: names)
        }
        self.path = path
        identifiers = try CatalogIdentifiers(column: column, path: path)
        rightAscension = table.column(CatalogColumn.rightAscension.name)?.numbers
        declination = table.column(CatalogColumn.declination.name)?.numbers
        predictedClasses = table.column(CatalogColumn.predictedClass.name)?.values.texts
        var models: [String] = []
        for model in table.column(CatalogColumn.modelIdentifier.name)?.values.texts ?? []
        where models.last != model && !models.contains(model) { models.append(model) }
        modelIdentifiers = models
        latentCount = latentNames.count
        latents = try Self.latents(table, latentNames, path)
    }

    private static func latents(
        _ table: CatalogTable, _ names: [String], _ path: String
    ) throws(CatalogError) -> [Float] {
        var latents = [Float](repeating: .nan, count: table.rowCount * names.count)
        for (index, name) in names.enumerated() {
            guard let column = table.column(name), column.width == 1, let numbers = column.numbers else {
                throw .refusedColumn(path: path, column: name, reason: "holds no plain numbers")
            }
            for (row, number) in numbers.enumerated() { latents[row * names.count + index] = Float(number) }
        }
        return latents
    }

    /// Whether a row has all latent variables.
    public func hasLatents(_ row: Int) -> Bool {
        latents[row * latentCount..<(row + 1) * latentCount].allSatisfy { $0.isFinite }
    }

    /// The rows of a catalogue file in which a column has a value, which is compared as the column's type.
    ///
    /// - Throws: `missingColumn`; `refusedColumn` for vectors and for a value that is not of the column's type.
    public static func rows(
        path: String, column name: String, equals value: String
    ) throws(CatalogError) -> [Int] {
        let reader = try CatalogReader(path: path)
        let names = reader.columns.map(\.name)
        guard let index = ColumnNames.index(of: name, among: names) else {
            throw .missingColumn(path: path, column: name, present: names)
        }
        let filter = try ColumnFilter(reader.columns[index], value, path: path)
        var rows: [Int] = []
        while true {
            let first = reader.rowsRead
            guard let block = try reader.next(100_000) else { return rows }
            rows += filter.places(in: block.columns[index]).map { $0 + first }
        }
    }
}

/// A comparison of a column's values with one value.
struct ColumnFilter {
    private let text: String
    private let number: Double
    private let integer: Int64?

    init(_ column: ColumnDescription, _ value: String, path: String) throws(CatalogError) {
        func refuse(_ reason: String) -> CatalogError {
            .refusedColumn(path: path, column: column.name, reason: reason)
        }
        guard column.width == 1 else { throw refuse("holds \(column.width) values a row") }
        text = value
        number = Double(value) ?? .nan
        integer = Int64(value)
        switch column.element {
        case .text: break
        case .logical:
            guard ["true", "false"].contains(value.lowercased()) else {
                throw refuse("is true or false, not '\(value)'")
            }
        case .complexFloat, .complexDouble: throw refuse("holds complex numbers")
        default: if number.isNaN { throw refuse("holds numbers, not '\(value)'") }
        }
    }

    /// Where a column has the value; missing values have none.
    func places(in column: TableColumn) -> [Int] {
        let candidates: [Int]
        switch column.values {
        case .text(let texts): return texts.indices.filter { texts[$0] == text }
        case .logical(let values):
            let wanted = text.lowercased() == "true"
            candidates = values.indices.filter { values[$0] == wanted }
        // 0.1 is not the single-precision number nearest to it.
        case .float(let values): candidates = values.indices.filter { values[$0] == Float(number) }
        default:
            if let integers = column.values.integers {
                candidates = integers.indices.filter { integers[$0] == integer }
            } else {
                let numbers = column.values.doubles ?? []
                candidates = numbers.indices.filter { numbers[$0] == number }
            }
        }
        return candidates.filter { !column.isMissing(at: $0) }
    }
}
