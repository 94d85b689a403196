/// Where a score stands among those of a reference sample.
public struct PercentileRank: Sendable, Equatable {
    /// The reference scores, ascending.
    public let reference: [Double]

    /// Ranks against these scores.
    ///
    /// - Throws: `DiscoveryError.noRows` without scores, `.notFinite` for a NaN.
    public init(reference: [Double]) throws {
        guard !reference.isEmpty else { throw DiscoveryError.noRows(purpose: "percentile ranks") }
        if let row = reference.firstIndex(where: \.isNaN) {
            throw DiscoveryError.notFinite(row: row, column: 0, value: reference[row])
        }
        self.reference = reference.sorted()
    }

    /// Percent of the reference below `score`, equal ones counted half; NaN for NaN.
    public func percentile(_ score: Double) -> Double {
        if score.isNaN { return .nan }
        let below = Self.count(reference) { $0 < score }
        let upTo = Self.count(reference) { $0 <= score }
        return 50 * Double(below + upTo) / Double(reference.count)
    }

    /// How many of the ascending values hold `isBefore`, which those at the front do.
    private static func count(_ values: [Double], _ isBefore: (Double) -> Bool) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(values[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
