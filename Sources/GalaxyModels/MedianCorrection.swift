/// A shift of an estimate that brings its median error to zero wherever it stands, fitted on validation rows.
///
/// A network that minimises a squared error gives means; where the posterior is skewed, as a redshift's is
/// between degenerate solutions, half of the galaxies do not lie on either side of it.
public struct MedianCorrection: Sendable, Equatable, Codable {
    /// Estimates at which the shift is known, ascending.
    public let knots: [Double]
    /// What is added there; linear in between, constant beyond the ends.
    public let shifts: [Double]

    /// Rows behind each knot, at least: the median of fewer is too uncertain to act on.
    public static let rowsPerKnot = 150
    /// Most knots.
    public static let largestKnotCount = 10

    /// The correction of estimates whose true values are known.
    ///
    /// - Returns: `nil` with rows for less than one knot, or when the corrected estimates would not keep their
    ///   order.
    public init?(estimates: [Double], truths: [Double]) {
        precondition(estimates.count == truths.count, "MedianCorrection: \(estimates.count), \(truths.count)")
        let pairs = zip(estimates, truths).filter { $0.isFinite && $1.isFinite }.sorted { $0.0 < $1.0 }
        let count = min(Self.largestKnotCount, pairs.count / Self.rowsPerKnot)
        guard count >= 1 else { return nil }
        var knots: [Double] = []
        var shifts: [Double] = []
        for part in 0..<count {
            let rows = pairs[pairs.count * part / count..<pairs.count * (part + 1) / count]
            knots.append(OrderStatistics(rows.map(\.0)).median)
            shifts.append(OrderStatistics(rows.map { $0.1 - $0.0 }).median)
        }
        let corrected = zip(knots, shifts).map { $0 + $1 }
        guard zip(knots, knots.dropFirst()).allSatisfy({ $0 < $1 }),
            zip(corrected, corrected.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        self.knots = knots
        self.shifts = shifts
    }

    /// What makes a stored correction impossible; `nil` when nothing does.
    public var fault: String? {
        let isSound =
            !knots.isEmpty && knots.count == shifts.count && (knots + shifts).allSatisfy(\.isFinite)
            && zip(knots, knots.dropFirst()).allSatisfy { $0 < $1 }
        return isSound ? nil : "a correction needs as many finite shifts as ascending knots"
    }

    /// The corrected estimate.
    public func corrected(_ estimate: Double) -> Double {
        guard let upper = knots.firstIndex(where: { $0 >= estimate }) else {
            return estimate + (shifts.last ?? 0)
        }
        guard upper > 0 else { return estimate + shifts[0] }
        let share = (estimate - knots[upper - 1]) / (knots[upper] - knots[upper - 1])
        return estimate + shifts[upper - 1] + share * (shifts[upper] - shifts[upper - 1])
    }
}
