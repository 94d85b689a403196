public import Astronomy
public import Computing

/// Which cutout belongs to which row of a catalogue.
///
/// A row is matched by identifier, else by position with the nearest cutout within the radius. Identifiers
/// agree when they are the same text, or the same integer where that is unambiguous (`007` and `7`). A pair
/// with equal identifiers but positions far apart is no match: numbers from 1 agree between any two lists.
/// Rows that repeat an identifier share its cutout; by position each cutout goes to one row, the nearest.
public struct CatalogMatch: Sendable {
    /// How rows and cutouts are matched.
    public struct Options: Sendable, Equatable {
        /// How far a cutout may be from its row when matched by position.
        public var radius: Angle
        /// How far apart the positions of a pair with equal identifiers may be.
        public var identifierRadius: Angle

        /// By default 1 arcsec by position, and 16 arcsec (half a cutout) for equal identifiers.
        public init(radius: Angle = Angle(arcseconds: 1), identifierRadius: Angle = Angle(arcseconds: 16)) {
            self.radius = radius
            self.identifierRadius = identifierRadius
        }
    }

    /// The cutout of each row; `nil` without one.
    public private(set) var cutoutOfRow: [Int?]
    /// Separation of each row from its cutout in arcsec; NaN without one or without positions.
    public private(set) var separation: [Float]
    /// Cutouts that belong to no row, in order.
    public private(set) var unmatchedCutouts: [Int] = []
    /// What matched, what did not, and why.
    public private(set) var report: MatchReport

    /// Matches the rows of a catalogue with cutouts.
    public init(
        rows: SkyObjects, cutouts: SkyObjects, options: Options = Options(),
        loop: ParallelLoop = ParallelLoop(threads: 1)
    ) throws {
        cutoutOfRow = Array(repeating: nil, count: rows.count)
        separation = Array(repeating: .nan, count: rows.count)
        report = MatchReport(rowCount: rows.count, cutoutCount: cutouts.count)
        var reasons = [MatchReport.Reason?](repeating: .noIdentifierNoPosition, count: rows.count)
        matchIdentifiers(rows, cutouts, options, &reasons)
        try matchPositions(rows, cutouts, options, loop, &reasons)
        finish(rows, cutouts, reasons)
    }

    /// Matches by identifier.
    private mutating func matchIdentifiers(
        _ rows: SkyObjects, _ cutouts: SkyObjects, _ options: Options, _ reasons: inout [MatchReport.Reason?]
    ) {
        guard let own = rows.identifiers, let others = cutouts.identifiers else { return }
        let index = IdentifierIndex(others)
        for row in 0..<rows.count {
            let found = index.find(own, row)
            guard let first = found.first else {
                if own.text(at: row) != nil { reasons[row] = .identifierUnknown }
                continue
            }
            var best = (cutout: first, degrees: Double.infinity)
            var isFar = false
            if let position = rows.position(row) {
                for cutout in found {
                    guard let other = cutouts.position(cutout) else { continue }
                    let degrees = position.separation(other).degrees
                    if degrees < best.degrees { best = (cutout, degrees) }
                }
                isFar = best.degrees.isFinite && best.degrees > options.identifierRadius.degrees
            }
            if isFar {
                reasons[row] = .identifierElsewhere
                continue
            }
            if found.count > 1 { report.noteAmbiguous(rows.name(row)) }
            cutoutOfRow[row] = best.cutout
            if best.degrees.isFinite { separation[row] = Float(best.degrees * 3600) }
            reasons[row] = nil
            report.matchedByIdentifier += 1
        }
    }

    /// Matches the rows that are left by position with the cutouts that are left.
    private mutating func matchPositions(
        _ rows: SkyObjects, _ cutouts: SkyObjects, _ options: Options, _ loop: ParallelLoop,
        _ reasons: inout [MatchReport.Reason?]
    ) throws {
        var taken = [Bool](repeating: false, count: cutouts.count)
        for case let cutout? in cutoutOfRow { taken[cutout] = true }
        let free = (0..<cutouts.count).filter { !taken[$0] }
        for row in 0..<rows.count where cutoutOfRow[row] == nil && rows.position(row) != nil {
            if reasons[row] != .identifierElsewhere { reasons[row] = .nothingNearby }
        }
        guard !free.isEmpty else { return }
        let index = PositionIndex(cutouts, radius: options.radius, indices: free)
        let matched = cutoutOfRow
        // Only rows with a cutout nearby are kept: a catalogue may have far more rows than there are cutouts.
        let found = try loop.mapChunks(count: rows.count, chunk: 4096) { range, _ in
            range.compactMap { row -> (row: Int, nearest: PositionIndex.Nearest)? in
                guard matched[row] == nil, let position = rows.position(row),
                    let nearest = index.nearest(to: position)
                else { return nil }
                return (row, nearest)
            }
        }
        var owner = [Int: (row: Int, nearest: PositionIndex.Nearest)]()
        for (row, nearest) in found.joined() {
            if let earlier = owner[nearest.index] {
                let isNearer = nearest.separation < earlier.nearest.separation
                reasons[isNearer ? earlier.row : row] = .cutoutTaken
                if !isNearer { continue }
            }
            owner[nearest.index] = (row, nearest)
        }
        for (cutout, pair) in owner.sorted(by: { $0.value.row < $1.value.row }) {
            cutoutOfRow[pair.row] = cutout
            separation[pair.row] = Float(pair.nearest.separation.arcseconds)
            reasons[pair.row] = nil
            report.matchedByPosition += 1
            if pair.nearest.count > 1 { report.noteAmbiguous(rows.name(pair.row)) }
        }
    }

    /// Counts what is left over.
    private mutating func finish(
        _ rows: SkyObjects, _ cutouts: SkyObjects, _ reasons: [MatchReport.Reason?]
    ) {
        for (row, reason) in reasons.enumerated() {
            if let reason { report.addUnmatched(reason, row: row, rows) }
        }
        var uses = [Int32](repeating: 0, count: cutouts.count)
        for case let cutout? in cutoutOfRow { uses[cutout] += 1 }
        for (cutout, count) in uses.enumerated() {
            if count == 0 { unmatchedCutouts.append(cutout) }
            if count > 1 { report.sharedCutouts += 1 }
        }
        report.unmatchedCutouts = unmatchedCutouts.count
        report.firstUnmatchedCutouts = unmatchedCutouts.prefix(MatchReport.shown).map { cutouts.name($0) }
    }
}
