internal import Astronomy
internal import Catalogs
internal import Computing
internal import FITS

/// The rows of an enriched catalogue before anything is estimated: which object, which cutout.
struct EnrichmentRows: Sendable {
    /// Identifiers of the rows.
    let identifiers: CatalogIdentifiers
    /// Number of rows.
    let count: Int
    /// What the catalogue says of them; `nil` without a catalogue.
    private let catalog: LabelCatalog?
    /// The cutout of each row; `nil` where each cutout is a row.
    private let cutouts: [Int?]?
    /// Rows of which the catalogue's position or extinction was refused.
    let refused: Set<Int>
    /// Cutouts that belong to no row.
    let unmatchedCutouts: [Int]
    /// Columns of the catalogue that our own are read from.
    let sharedColumns: [String]
    /// What was read and matched, a line each.
    let reportLines: [String]

    /// Position of a row where the catalogue gives it.
    func position(_ row: Int) -> SkyPosition? { catalog?.position(row) }

    /// E(B-V) of a row where the catalogue gives it.
    func reddening(_ row: Int) -> Double? {
        guard let extinction = catalog?.extinction?[row], extinction.isFinite else { return nil }
        return Double(extinction)
    }

    /// The cutout of a row; `nil` without one.
    func cutout(_ row: Int) -> Int? {
        guard let cutouts else { return row }
        return cutouts[row]
    }

    /// The identifier of a row, as packed files hold it; its number from 1 where the catalogue has none.
    func identifier(_ row: Int) -> CutoutIdentifier {
        guard identifiers.isMissing?[row] != true else { return .text("row \(row + 1)") }
        return switch identifiers.values {
        case .integers(let numbers): .integer(numbers[row])
        case .texts(let texts): .text(texts[row])
        }
    }

    /// The image of a row's cutout, or why there is none.
    ///
    /// One that was found by its name alone is compared with the row's position here: it must not show another
    /// place on the sky.
    func reading(_ row: Int, of collection: CutoutCollection) -> CutoutReading {
        guard let cutout = cutout(row) else { return Self.noCutout }
        let reading = collection.read(cutout)
        return elsewhere(row, reading.position, cutout, collection) ?? reading
    }

    /// The cutout of a row as `reading` has it, or its bytes where they stand on a grid as they are.
    func cutout(
        _ row: Int, of collection: CutoutCollection, on grid: ModelGrid, reader: inout CutoutReader
    ) -> FoundCutout {
        guard let cutout = cutout(row) else { return .read(Self.noCutout) }
        let found = collection.find(cutout, on: grid, around: position(row), reader: &reader)
        return elsewhere(row, found.position, cutout, collection).map { .read($0) } ?? found
    }

    private static let noCutout = CutoutReading.unreadable("no cutout belongs to the row")

    /// What becomes of a cutout that shows another place than its row says; `nil` for one that does not.
    private func elsewhere(
        _ row: Int, _ position: SkyPosition?, _ cutout: Int, _ collection: CutoutCollection
    ) -> CutoutReading? {
        guard CatalogMatch.isElsewhere(row: self.position(row), cutout: position) else { return nil }
        return .unreadable(
            "the cutout '\(collection.objects.name(cutout))' of its identifier lies elsewhere on the sky")
    }

    /// One row a cutout.
    init(cutouts collection: CutoutCollection) {
        identifiers =
            collection.objects.identifiers ?? CatalogIdentifiers((0..<collection.count).map { Int64($0 + 1) })
        count = collection.count
        catalog = nil
        refused = []
        cutouts = nil
        unmatchedCutouts = []
        sharedColumns = []
        reportLines = ["\(collection.count) cutouts, one row each"]
    }

    /// One row a catalogue row, in its order.
    init(_ catalog: LabelCatalog, cutouts collection: CutoutCollection, threads: Int?) throws {
        let match = try CatalogMatch(
            rows: catalog.objects, cutouts: collection.objects, loop: ParallelLoop(threads: threads))
        identifiers = catalog.identifiers ?? CatalogIdentifiers((0..<catalog.rowCount).map { Int64($0 + 1) })
        count = catalog.rowCount
        self.catalog = catalog
        refused = catalog.refusedObjects
        cutouts = match.cutoutOfRow
        unmatchedCutouts = match.unmatchedCutouts
        sharedColumns = [LabelColumn.identifier, .rightAscension, .declination, .extinction].compactMap {
            catalog.report.column($0).flatMap { $0.state == .read ? $0.name : nil }
        }
        let refusals = catalog.report.columns.filter {
            $0.refused > 0 && [.rightAscension, .declination, .extinction].contains($0.label)
        }
        reportLines =
            ["\(catalog.path): \(catalog.rowCount) rows"] + refusals.compactMap(\.line) + match.report.lines
    }
}
