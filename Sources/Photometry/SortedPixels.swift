internal import CKernels
internal import Computing

/// Pixels whose order statistics are asked for: counts and deviations by bisection, as in a sorted list, of which only
/// those parts are put in order that an answer needs.
struct SortedPixels {
    private var ordered = galatea_ordered_values()
    /// Number of pixels.
    let count: Int

    /// Puts pixels in order.
    ///
    /// - Parameters:
    ///   - values: Finite pixels; overwritten and in use as long as this value is.
    ///   - scratch: Memory for as many; the same.
    init(_ values: UnsafeMutableBufferPointer<Float>, scratch: UnsafeMutableBufferPointer<Float>) {
        count = values.count
        galatea_order_values(
            galatea_level(UInt32(InstructionSet.detected.rawValue)), values.baseAddress, count,
            scratch.baseAddress, &ordered)
    }

    /// The pixel of a 0-based rank.
    mutating func value(_ rank: Int) -> Float { galatea_value_of_rank(&ordered, rank) }

    /// How many values are at most `limit`.
    mutating func count(upTo limit: Float) -> Int {
        firstFalse(in: ranks(near: limit, of: 0..<count)) { $0.value($1) <= limit }
    }

    /// How many values lie within `limit` of `centre`.
    mutating func count(within limit: Float, of centre: Float) -> Int {
        let split = count(upTo: centre)
        let lower = ranks(near: centre - limit, of: 0..<split)
        let upper = ranks(near: centre + limit, of: split..<count)
        let below = firstFalse(in: lower) { abs($0.value($1) - centre) > limit }
        let above = firstFalse(in: upper) { abs($0.value($1) - centre) <= limit }
        return above - below
    }

    /// The deviation from `centre` of 0-based `rank` among all, in ascending order.
    ///
    /// Deviations grow away from the centre on both sides, rounding included: two sorted lists, of which the
    /// first `rank + 1` are taken together.
    mutating func deviation(from centre: Float, rank: Int) -> Float {
        precondition((0..<count).contains(rank), "deviation: rank \(rank) of \(count)")
        let split = count(upTo: centre)
        func below(_ pixels: inout SortedPixels, _ index: Int) -> Float {
            abs(pixels.value(split - 1 - index) - centre)
        }
        func above(_ pixels: inout SortedPixels, _ index: Int) -> Float {
            abs(pixels.value(split + index) - centre)
        }
        let (lower, upper) = (split, count - split)
        // Of the first `rank` deviations `taken` come from below: the smallest number for which the next one
        // above is not larger than what it would replace.
        let taken = firstFalse(in: max(0, rank - upper)..<min(rank, lower)) {
            below(&$0, $1) < above(&$0, rank - $1 - 1)
        }
        let rest = rank - taken
        let next = (
            taken < lower ? below(&self, taken) : .infinity, rest < upper ? above(&self, rest) : .infinity
        )
        return min(next.0, next.1)
    }

    /// The ranks of a range whose pixels may lie on either side of a limit.
    private mutating func ranks(near limit: Float, of range: Range<Int>) -> Range<Int> {
        guard limit.isFinite else { return range }
        let near = galatea_ranks_near(&ordered, limit)
        let low = min(max(near.first, range.lowerBound), range.upperBound)
        return low..<max(low, min(near.end, range.upperBound))
    }

    /// The first rank of a range at which a condition that holds up to some point no longer does.
    private mutating func firstFalse(
        in range: Range<Int>, _ holds: (inout SortedPixels, Int) -> Bool
    ) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = low + (high - low) / 2
            if holds(&self, middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
