public import Astronomy

extension CatalogMatch {
    /// The cutout of each row where the identifiers alone decide: every row has one, and exactly one cutout
    /// has it. `nil` otherwise, when positions are needed.
    public static func cutoutsByName(rows: SkyObjects, cutouts: SkyObjects) -> [Int]? {
        guard let own = rows.identifiers, let others = cutouts.identifiers else { return nil }
        let index = IdentifierIndex(others)
        var found: [Int] = []
        for row in 0..<rows.count {
            let candidates = index.find(own, row)
            guard candidates.count == 1 else { return nil }
            found.append(candidates[0])
        }
        return found
    }

    /// Whether a row and a cutout of equal identifiers show different places on the sky; unknown positions
    /// are no difference.
    public static func isElsewhere(
        row: SkyPosition?, cutout: SkyPosition?, options: Options = Options()
    ) -> Bool {
        guard let row, let cutout else { return false }
        return row.separation(cutout).degrees > options.identifierRadius.degrees
    }
}
