/// Pixels in ascending order: counts and deviations by bisection.
struct SortedPixels {
    let values: UnsafeBufferPointer<Float>

    /// How many values are at most `limit`.
    func count(upTo limit: Float) -> Int { Self.firstFalse(in: 0..<values.count) { values[$0] <= limit } }

    /// How many values lie within `limit` of `centre`.
    func count(within limit: Float, of centre: Float) -> Int {
        let split = count(upTo: centre)
        let below = split - Self.firstFalse(in: 0..<split) { abs(values[$0] - centre) > limit }
        let above =
            Self.firstFalse(in: split..<values.count) { abs(values[$0] - centre) <= limit } - split
        return below + above
    }

    /// The deviation from `centre` of 0-based `rank` among all, in ascending order.
    ///
    /// Deviations grow away from the centre on both sides, rounding included: two sorted lists, of which the
    /// first `rank + 1` are taken together.
    func deviation(from centre: Float, rank: Int) -> Float {
        precondition((0..<values.count).contains(rank), "deviation: rank \(rank) of \(values.count)")
        let split = count(upTo: centre)
        func below(_ index: Int) -> Float { abs(values[split - 1 - index] - centre) }
        func above(_ index: Int) -> Float { abs(values[split + index] - centre) }
        let (lower, upper) = (split, values.count - split)
        // Of the first `rank` deviations `taken` come from below: the smallest number for which the next one
        // above is not larger than what it would replace.
        let taken = Self.firstFalse(in: max(0, rank - upper)..<min(rank, lower)) { taken in
            below(taken) < above(rank - taken - 1)
        }
        let rest = rank - taken
        let next = (taken < lower ? below(taken) : .infinity, rest < upper ? above(rest) : .infinity)
        return min(next.0, next.1)
    }

    /// The first index of a range at which a condition that holds up to some point no longer does.
    private static func firstFalse(in range: Range<Int>, _ holds: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
