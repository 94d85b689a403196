/// What of a catalogue matched with cutouts, what did not, and why.
public struct MatchReport: Sendable, Equatable {
    /// Why a row has no cutout.
    public enum Reason: String, Sendable, Hashable, CaseIterable {
        /// No cutout has the row's identifier, and the row has no usable position.
        case identifierUnknown = "no cutout has the identifier, and there is no position"
        /// The cutout of that identifier lies elsewhere.
        case identifierElsewhere = "the cutout with the same identifier lies elsewhere on the sky"
        /// No free cutout lies within the radius.
        case nothingNearby = "no cutout has the identifier or lies within the radius"
        /// The nearest cutout is nearer to another row.
        case cutoutTaken = "the nearest cutout is nearer to another row"
        /// There is nothing to match by.
        case noIdentifierNoPosition = "neither identifier nor usable position"
    }

    /// How many examples are kept.
    static let shown = 5

    /// Rows of the catalogue.
    public let rowCount: Int
    /// Cutouts.
    public let cutoutCount: Int
    /// Rows matched by identifier.
    public internal(set) var matchedByIdentifier = 0
    /// Rows matched by position.
    public internal(set) var matchedByPosition = 0
    /// Matched rows for which more than one cutout came into question; the nearest (or first) was taken.
    public internal(set) var ambiguous = 0
    /// The first of these rows.
    public internal(set) var firstAmbiguous: [String] = []
    /// Cutouts that several rows share.
    public internal(set) var sharedCutouts = 0
    /// Rows without a cutout, by reason.
    public internal(set) var unmatchedRows: [Reason: Int] = [:]
    /// The first rows of each reason.
    public internal(set) var firstUnmatchedRows: [Reason: [String]] = [:]
    /// Cutouts without a row.
    public internal(set) var unmatchedCutouts = 0
    /// The first of these.
    public internal(set) var firstUnmatchedCutouts: [String] = []

    init(rowCount: Int, cutoutCount: Int) {
        self.rowCount = rowCount
        self.cutoutCount = cutoutCount
    }

    /// Rows with a cutout.
    public var matchedRows: Int { matchedByIdentifier + matchedByPosition }

    mutating func noteAmbiguous(_ name: String) {
        ambiguous += 1
        if firstAmbiguous.count < Self.shown { firstAmbiguous.append(name) }
    }

    mutating func addUnmatched(_ reason: Reason, row: Int, _ rows: SkyObjects) {
        unmatchedRows[reason, default: 0] += 1
        if firstUnmatchedRows[reason, default: []].count < Self.shown {
            firstUnmatchedRows[reason, default: []].append(rows.name(row))
        }
    }

    /// The report in lines for the user.
    public var lines: [String] {
        var lines = [
            "\(matchedRows) of \(rowCount) rows have a cutout "
                + "(\(matchedByIdentifier) by identifier, \(matchedByPosition) by position)"
        ]
        for reason in Reason.allCases {
            guard let count = unmatchedRows[reason] else { continue }
            lines.append(
                "\(count) rows without: \(reason.rawValue): "
                    + Self.list(firstUnmatchedRows[reason] ?? [], count))
        }
        if ambiguous > 0 {
            lines.append("\(ambiguous) rows had several candidates: " + Self.list(firstAmbiguous, ambiguous))
        }
        if sharedCutouts > 0 { lines.append("\(sharedCutouts) cutouts are shared by rows of one identifier") }
        if unmatchedCutouts > 0 {
            lines.append(
                "\(unmatchedCutouts) cutouts have no row: "
                    + Self.list(firstUnmatchedCutouts, unmatchedCutouts))
        }
        return lines
    }

    private static func list(_ names: [String], _ count: Int) -> String {
        names.joined(separator: ", ") + (count > names.count ? ", ..." : "")
    }
}
