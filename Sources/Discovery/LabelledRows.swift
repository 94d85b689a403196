/// Feature vectors with their classes, and optionally groups that belong together.
public struct LabelledRows: Sendable, Equatable {
    /// The features, shape `[count, dimension]`.
    public let features: FeatureMatrix
    /// Names of the classes.
    public let classes: [String]
    /// Index into `classes` of each row.
    public let labels: [Int]
    /// Group of each row (one object in two cutouts, cutouts that share pixels): never split over folds.
    public let groups: [Int]?

    /// Number of rows.
    public var count: Int { labels.count }

    /// Rows whose labels are indices into `classes`.
    public init(features: FeatureMatrix, classes: [String], labels: [Int], groups: [Int]? = nil) {
        precondition(
            labels.count == features.count && groups?.count ?? labels.count == labels.count,
            "LabelledRows: \(features.count) rows, \(labels.count) labels, \(groups?.count ?? 0) groups")
        precondition(
            labels.allSatisfy(classes.indices.contains), "LabelledRows: a label outside the classes")
        precondition(Set(classes).count == classes.count, "LabelledRows: a class named twice in \(classes)")
        self.features = features
        self.classes = classes
        self.labels = labels
        self.groups = groups
    }

    /// Rows with the name of each one's class; `classes` are the names in the byte order of UTF-8.
    public init(features: FeatureMatrix, classOfRow names: [String], groups: [Int]? = nil) {
        let classes = Set(names).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let index = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
        self.init(features: features, classes: classes, labels: names.map { index[$0] ?? 0 }, groups: groups)
    }

    /// The rows at these indices, in their order.
    public func rows(_ rows: [Int]) -> LabelledRows {
        LabelledRows(
            features: features.rows(rows), classes: classes, labels: rows.map { labels[$0] },
            groups: groups.map { groups in rows.map { groups[$0] } })
    }

    /// Number of rows of each class.
    public var memberCounts: [Int] {
        var counts = [Int](repeating: 0, count: classes.count)
        for label in labels { counts[label] += 1 }
        return counts
    }

    /// Checks that there are two classes or more, each with at least `members` rows, and finite features.
    ///
    /// - Parameter purpose: What needs them, for the message.
    func requireClasses(members: Int, purpose: String) throws {
        guard count > 0 else { throw DiscoveryError.noRows(purpose: purpose) }
        let counts = memberCounts
        let present = counts.indices.filter { counts[$0] > 0 }
        if present.count == 1 {
            throw DiscoveryError.oneClassOnly(name: classes[present[0]], rows: count)
        }
        for (name, found) in zip(classes, counts) where found < members {
            throw DiscoveryError.tooFewMembers(name: name, count: found, needed: members, purpose: purpose)
        }
        try features.requireFinite()
    }
}
