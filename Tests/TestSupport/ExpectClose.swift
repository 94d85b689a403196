public import Testing

/// Expects two lists of numbers to agree: first their counts, then each value within the tolerances.
///
/// A value passes when `|actual - expected| <= absolute + relative * |expected|`, or both are NaN. The
/// message names the worst index.
public func expectClose<Number: BinaryFloatingPoint>(
    _ actual: [Number], _ expected: [Number], absolute: Number = 0, relative: Number = 0,
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    let prefix = comment.map { "\($0.rawValue): " } ?? ""
    guard actual.count == expected.count else {
        Issue.record(
            "\(prefix)\(actual.count) values, expected \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    var worst: (index: Int, excess: Number)?
    for (index, (value, target)) in zip(actual, expected).enumerated() {
        if value == target || (value.isNaN && target.isNaN) { continue }
        let difference = (value - target).magnitude
        let allowed = absolute + relative * target.magnitude
        let excess = difference.isNaN ? .infinity : (allowed > 0 ? difference / allowed : .infinity)
        if excess > 1, excess > (worst?.excess ?? 0) || worst == nil { worst = (index, excess) }
    }
    if let worst {
        Issue.record(
            """
            \(prefix)index \(worst.index) of \(actual.count): \(actual[worst.index]), \
            expected \(expected[worst.index]), \(worst.excess) times the tolerance
            """, sourceLocation: sourceLocation)
    }
}
