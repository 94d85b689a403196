/// Recall against false-positive rate as the threshold on a score falls.
public struct ROCCurve: Sendable, Equatable {
    /// One threshold: what is flagged has a score of at least it.
    public struct Point: Sendable, Equatable {
        /// The lowest score that is flagged; infinity flags nothing.
        public var threshold: Double
        /// Members flagged.
        public var truePositives: Int
        /// Others flagged.
        public var falsePositives: Int
    }

    /// Points from nothing flagged to everything, one for each distinct score.
    public let points: [Point]
    /// Members of the class.
    public let members: Int
    /// Rows of other classes.
    public let others: Int

    /// The curve of these scores, larger ones speaking for the class.
    ///
    /// - Throws: `DiscoveryError.notFinite` for a NaN score; `.noRows` without members or without others.
    public init(scores: [Double], isMember: [Bool]) throws {
        precondition(
            scores.count == isMember.count, "ROCCurve: \(scores.count) scores, \(isMember.count) labels")
        if let row = scores.firstIndex(where: \.isNaN) {
            throw DiscoveryError.notFinite(row: row, column: 0, value: scores[row])
        }
        members = isMember.count { $0 }
        others = scores.count - members
        guard members > 0, others > 0 else {
            throw DiscoveryError.noRows(purpose: members == 0 ? "the class of a ROC curve" : "its contrast")
        }
        var points = [Point(threshold: .infinity, truePositives: 0, falsePositives: 0)]
        for row in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
            // Equal scores are flagged together: no order among them can be had.
            if points[points.count - 1].threshold != scores[row] || points.count == 1 {
                var point = points[points.count - 1]
                point.threshold = scores[row]
                points.append(point)
            }
            if isMember[row] {
                points[points.count - 1].truePositives += 1
            } else {
                points[points.count - 1].falsePositives += 1
            }
        }
        self.points = points
    }

    /// Area under the curve: the probability that a member scores above another, equal scores counted half.
    public var area: Double {
        var sum = 0.0
        for (left, right) in zip(points, points.dropFirst()) {
            sum +=
                Double(right.falsePositives - left.falsePositives)
                * Double(left.truePositives + right.truePositives) / 2
        }
        return sum / Double(members) / Double(others)
    }

    /// The threshold of highest recall whose false-positive rate is at most `maximum`.
    ///
    /// Among points of equal recall the one with fewest false positives counts. Its counts hold for every
    /// threshold down to the next lower score; the middle of that interval is taken, so that a new member
    /// that scores slightly lower than all known ones is found too.
    ///
    /// - Returns: The point reached; its threshold is infinity when even the first score exceeds the limit.
    public func bestPoint(falsePositiveRate maximum: Double) -> Point {
        let allowed = points.filter { Double($0.falsePositives) <= maximum * Double(others) }
        var best = points[0]
        for point in allowed where point.truePositives > best.truePositives { best = point }
        guard best.threshold.isFinite, let index = points.firstIndex(of: best), index + 1 < points.count
        else {
            return best
        }
        let next = points[index + 1].threshold
        let middle = next + (best.threshold - next) / 2
        if middle > next, middle.isFinite { best.threshold = middle }
        return best
    }
}
