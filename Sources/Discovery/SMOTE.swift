package import Computing

/// Synthetic minority over-sampling, with random under-sampling of large classes (Chawla et al. 2002, JAIR 16).
///
/// A synthetic row lies on the line between a member of the class and one of its `neighbors` nearest
/// members: `x + u (x_n - x)`, `u` uniform in [0, 1), one `u` a row. Features must be scaled before. Only
/// `ClassifierModel.fit` calls it, on the training part of a fold or of the whole: rows held out are never
/// parents of a synthetic row.
public struct SMOTE: Sendable, Equatable {
    /// Nearest members that a member may be joined with; fewer where the class is smaller.
    public var neighbors: Int
    /// Size to which smaller classes are raised, as a part of the largest class (after under-sampling).
    public var ratio: Double
    /// Size to which larger classes are cut by drawing without replacement; `nil` keeps all.
    public var largestClass: Int?

    /// A way to even out class sizes; `ratio` in [0, 1], 0 makes no synthetic rows.
    public init(neighbors: Int = 5, ratio: Double = 1, largestClass: Int? = nil) {
        precondition(neighbors >= 1, "SMOTE: at least 1 neighbour, got \(neighbors)")
        precondition((0...1).contains(ratio), "SMOTE: ratio must be in 0...1, got \(ratio)")
        precondition(largestClass ?? 1 >= 1, "SMOTE: largest class of \(largestClass ?? 0) rows")
        self.neighbors = neighbors
        self.ratio = ratio
        self.largestClass = largestClass
    }

    /// The two rows that a synthetic one lies between.
    package struct Parents: Sendable, Equatable {
        package var first: Int
        package var second: Int
    }

    /// Rows with evened classes.
    package struct Result: Sendable, Equatable {
        /// Rows kept, class by class, then synthetic ones; classes as before.
        package var rows: LabelledRows
        /// Rows of the input that were kept, in the order of the first of `rows`.
        package var kept: [Int]
        /// Rows of the input that each synthetic row lies between, in order.
        package var parents: [Parents]
    }

    /// Evens the classes of `training`.
    ///
    /// - Throws: `DiscoveryError.tooFewMembers` for a class with a single member that would have to grow.
    package func balanced(_ training: LabelledRows, generator: CounterGenerator) throws -> Result {
        let members = training.classes.indices.map { label in
            undersampled(
                training.labels.indices.filter { training.labels[$0] == label },
                generator: generator.split(UInt64(2 * label)))
        }
        let target = Int((ratio * Double(members.map(\.count).max() ?? 0)).rounded(.up))
        let kept = members.flatMap { $0 }
        var features = training.features.rows(kept)
        var labels = kept.map { training.labels[$0] }
        var parents: [Parents] = []
        for label in training.classes.indices where (1..<target).contains(members[label].count) {
            guard members[label].count >= 2 else {
                throw DiscoveryError.tooFewMembers(
                    name: training.classes[label], count: 1, needed: 2, purpose: "SMOTE")
            }
            try append(
                target - members[label].count, of: members[label], training: training,
                generator: generator.split(UInt64(2 * label + 1)), to: &features, parents: &parents)
            labels += [Int](repeating: label, count: target - members[label].count)
        }
        let rows = LabelledRows(features: features, classes: training.classes, labels: labels)
        return Result(rows: rows, kept: kept, parents: parents)
    }

    /// `largestClass` of the members drawn without replacement, ascending; all when there are fewer.
    private func undersampled(_ members: [Int], generator: CounterGenerator) -> [Int] {
        guard let largestClass, members.count > largestClass else { return members }
        var generator = generator
        return members.shuffled(using: &generator).prefix(largestClass).sorted()
    }

    /// Makes `count` synthetic rows of one class: every member in turn, the last round at random.
    private func append(
        _ count: Int, of members: [Int], training: LabelledRows, generator: CounterGenerator,
        to features: inout FeatureMatrix, parents: inout [Parents]
    ) throws {
        var generator = generator
        let search = try NeighborSearch(training.features.rows(members))
        let lists = try search.neighbors(
            ofRows: Array(members.indices), k: min(neighbors, members.count - 1),
            loop: ParallelLoop(threads: 1))
        let rounds = count / members.count
        let last = Array(members.indices).shuffled(using: &generator).prefix(count % members.count).sorted()
        for member in (0..<rounds).flatMap({ _ in Array(members.indices) }) + last {
            let list = lists[member]
            let other = list[Int.random(in: 0..<list.count, using: &generator)].row
            let fraction = generator.uniform()
            let from = training.features.row(members[member])
            let to = training.features.row(members[other])
            features.append(zip(from, to).map { $0 + fraction * ($1 - $0) })
            parents.append(Parents(first: members[member], second: members[other]))
        }
    }
}
