public import Computing

/// A division of labelled rows into parts of about equal class fractions, groups kept whole.
///
/// Each part is held out once while the rest trains. The division depends on labels, groups and seed alone.
public struct StratifiedFolds: Sendable, Equatable {
    /// Fold in which each row is held out.
    public let foldOfRow: [Int]
    /// Number of folds.
    public let count: Int

    /// Divides rows into `count` folds.
    ///
    /// Without groups each class is shuffled and dealt out, going on with the next class where the last one
    /// ended. With groups the largest come first, each to the fold where the class fractions, each relative
    /// to its class, stay most even.
    ///
    /// - Parameter generator: Where the shuffles come from.
    public init(_ rows: LabelledRows, count: Int, generator: CounterGenerator) {
        precondition(count >= 2, "StratifiedFolds: at least 2 folds, got \(count)")
        self.count = count
        if let groups = rows.groups {
            foldOfRow = Self.dealing(groups: groups, of: rows, into: count, generator: generator)
        } else {
            foldOfRow = Self.dealing(rows, into: count, generator: generator)
        }
    }

    /// Rows that train when `fold` is held out, ascending.
    public func training(_ fold: Int) -> [Int] { foldOfRow.indices.filter { foldOfRow[$0] != fold } }

    /// Rows of `fold`, ascending.
    public func heldOut(_ fold: Int) -> [Int] { foldOfRow.indices.filter { foldOfRow[$0] == fold } }

    private static func dealing(_ rows: LabelledRows, into count: Int, generator: CounterGenerator) -> [Int] {
        var folds = [Int](repeating: 0, count: rows.count)
        var next = 0
        for label in rows.classes.indices {
            var generator = generator.split(UInt64(label))
            let members = rows.labels.indices.filter { rows.labels[$0] == label }
            for row in members.shuffled(using: &generator) {
                folds[row] = next
                next = (next + 1) % count
            }
        }
        return folds
    }

    private static func dealing(
        groups: [Int], of rows: LabelledRows, into count: Int, generator: CounterGenerator
    ) -> [Int] {
        var generator = generator
        var members: [Int: [Int]] = [:]
        for (row, group) in groups.enumerated() { members[group, default: []].append(row) }
        // Shuffled from a fixed order, then stably by size.
        let order = members.keys.sorted().shuffled(using: &generator).enumerated().sorted {
            let left = members[$0.element]?.count ?? 0
            let right = members[$1.element]?.count ?? 0
            return left != right ? left > right : $0.offset < $1.offset
        }.map(\.element)
        let totals = rows.memberCounts.map { Double(max(1, $0)) }
        var held = [[Double]](repeating: [Double](repeating: 0, count: totals.count), count: count)
        var folds = [Int](repeating: 0, count: groups.count)
        for group in order {
            var added = [Double](repeating: 0, count: totals.count)
            for row in members[group] ?? [] { added[rows.labels[row]] += 1 }
            var best = 0
            var bestCost = Double.infinity
            for fold in 0..<count {
                // Adding to a fold changes the sum of squared class fractions by (h + a)^2 - h^2.
                let cost = totals.indices.reduce(0.0) { cost, label in
                    let a = added[label] / totals[label]
                    return cost + a * (2 * held[fold][label] / totals[label] + a)
                }
                if cost < bestCost { (best, bestCost) = (fold, cost) }
            }
            for label in totals.indices { held[best][label] += added[label] }
            for row in members[group] ?? [] { folds[row] = best }
        }
        return folds
    }
}
