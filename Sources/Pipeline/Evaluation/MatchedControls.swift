internal import Discovery

/// Members of a class, each beside a galaxy of another kind at the same redshift and magnitude.
///
/// A class that is near and bright is easily told from a flux-limited sample by that alone. Against controls
/// that share redshift and magnitude only what makes the class counts.
struct MatchedControls {
    /// Rows of the members that found a control.
    let members: [Int]
    /// Rows of the controls, one a member, none twice.
    let controls: [Int]

    /// Largest difference of redshift.
    static let redshiftLimit = 0.02
    /// Largest difference of magnitude.
    static let magnitudeLimit = 0.5

    /// Pairs the nearest first, in units of the limits; equal distances by row.
    ///
    /// - Parameters:
    ///   - members: Rows of the class.
    ///   - candidates: Rows that may be controls.
    ///   - redshifts: Of every row; NaN takes no part.
    ///   - magnitudes: Of every row; NaN takes no part.
    init(members: [Int], candidates: [Int], redshifts: [Double], magnitudes: [Double]) {
        struct Pair {
            var distance: Double
            var member: Int
            var control: Int
        }
        var pairs: [Pair] = []
        for member in members {
            for control in candidates {
                let step = (redshifts[member] - redshifts[control]) / Self.redshiftLimit
                let rise = (magnitudes[member] - magnitudes[control]) / Self.magnitudeLimit
                guard abs(step) <= 1, abs(rise) <= 1 else { continue }
                pairs.append(Pair(distance: step * step + rise * rise, member: member, control: control))
            }
        }
        pairs.sort { ($0.distance, $0.member, $0.control) < ($1.distance, $1.member, $1.control) }
        var taken = Set<Int>()
        var matched: [(member: Int, control: Int)] = []
        for pair in pairs where !taken.contains(pair.member) && !taken.contains(pair.control) {
            taken.formUnion([pair.member, pair.control])
            matched.append((pair.member, pair.control))
        }
        self.members = matched.map(\.member)
        controls = matched.map(\.control)
    }

    /// Counts of rows that are flagged.
    func counts(isFlagged: (Int) -> Bool) -> ConfusionCounts {
        let found = members.count(where: isFlagged)
        let wrong = controls.count(where: isFlagged)
        return ConfusionCounts(
            truePositives: found, falseNegatives: members.count - found, falsePositives: wrong,
            trueNegatives: controls.count - wrong)
    }
}
