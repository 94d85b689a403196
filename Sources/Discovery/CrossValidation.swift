internal import Computing

/// Training and judging on folds: each row is judged by a machine that saw neither it nor its group.
struct CrossValidation: Sendable {
    /// One fold ready to train: scaled with, and evened from, its training part alone.
    private struct Part: Sendable {
        var training: LabelledRows
        var heldOut: [Int]
        var features: FeatureMatrix
    }

    private let rows: LabelledRows
    private let parts: [Part]

    /// Divides `rows` and prepares each fold.
    init(_ rows: LabelledRows, options: ClassifierOptions, loop: ParallelLoop) throws {
        let generator = CounterGenerator(seed: options.seed, stream: 1)
        let folds = StratifiedFolds(rows, count: options.folds, generator: generator)
        self.rows = rows
        try Self.requireTraining(of: rows, folds)
        parts = try loop.mapChunks(count: folds.count, chunk: 1) { range, _ in
            let fold = range.lowerBound
            let training = rows.rows(folds.training(fold))
            let heldOut = folds.heldOut(fold)
            let preparation = try TrainingPreparation(
                training, oversampling: options.oversampling, generator: generator.split(UInt64(fold)))
            return Part(
                training: preparation.rows, heldOut: heldOut,
                features: preparation.scaler.scaled(rows.features.rows(heldOut)))
        }
    }

    /// Every fold's training part needs members of every class, which groups can prevent.
    private static func requireTraining(of rows: LabelledRows, _ folds: StratifiedFolds) throws {
        for label in rows.classes.indices {
            let members = rows.labels.indices.filter { rows.labels[$0] == label }
            for fold in 0..<folds.count where !members.contains(where: { folds.foldOfRow[$0] != fold }) {
                let groups = rows.groups.map { groups in Set(members.map { groups[$0] }).count }
                throw DiscoveryError.tooFewGroups(
                    name: rows.classes[label], groups: groups ?? members.count, needed: 2)
            }
        }
    }

    /// Decision values of every row, shape `[N][K (K - 1) / 2]`, by the machine of its fold.
    func decisionValues(_ parameters: SVMParameters, loop: ParallelLoop) throws -> [[Double]] {
        let results = try loop.mapChunks(count: parts.count, chunk: 1) { range, _ in
            try Self.decisionValues(parts[range.lowerBound], parameters)
        }
        var values = [[Double]](repeating: [], count: rows.count)
        for (part, result) in zip(parts, results) {
            for (row, value) in zip(part.heldOut, result) { values[row] = value }
        }
        return values
    }

    private static func decisionValues(_ part: Part, _ parameters: SVMParameters) throws -> [[Double]] {
        let decision = try SupportVectorMachine(training: part.training, parameters: parameters).decision
        return (0..<part.features.count).map { decision.values(part.features.row($0)) }
    }

    /// The best of `candidates` by balanced accuracy of the vote; the first of equal ones.
    func best(of candidates: [SVMParameters], loop: ParallelLoop) throws -> (index: Int, scores: [Double]) {
        let count = parts.count
        let votes = try loop.mapChunks(count: candidates.count * count, chunk: 1) { range, _ in
            let task = range.lowerBound
            return try Self.decisionValues(parts[task % count], candidates[task / count]).map {
                Self.vote($0, classes: rows.classes.count)
            }
        }
        let scores = candidates.indices.map { candidate in
            var predicted = [Int](repeating: 0, count: rows.count)
            for (fold, part) in parts.enumerated() {
                for (row, label) in zip(part.heldOut, votes[candidate * count + fold]) {
                    predicted[row] = label
                }
            }
            return ConfusionMatrix(classes: rows.classes, truth: rows.labels, predicted: predicted)
                .balancedAccuracy
        }
        let best = scores.indices.reduce(0) { scores[$1] > scores[$0] ? $1 : $0 }
        return (best, scores)
    }

    /// The class that wins most pairs, the first of equal ones.
    static func vote(_ values: [Double], classes: Int) -> Int {
        var votes = [Int](repeating: 0, count: classes)
        var next = 0
        for first in 0..<classes {
            for second in first + 1..<max(first + 1, classes) {
                votes[values[next] > 0 ? first : second] += 1
                next += 1
            }
        }
        return votes.indices.reduce(0) { votes[$1] > votes[$0] ? $1 : $0 }
    }

    /// Which classes held-out rows of these decision values are taken for, by vote.
    func confusion(_ values: [[Double]]) -> ConfusionMatrix {
        ConfusionMatrix(
            classes: rows.classes, truth: rows.labels,
            predicted: values.map { Self.vote($0, classes: rows.classes.count) })
    }

    /// The sigmoid of each pair of classes, fitted on the decision values of held-out rows of the two.
    func sigmoids(_ values: [[Double]]) -> [PlattScaling] {
        var sigmoids: [PlattScaling] = []
        for first in rows.classes.indices {
            for second in rows.classes.indices where second > first {
                let members = rows.labels.indices.filter { [first, second].contains(rows.labels[$0]) }
                sigmoids.append(
                    PlattScaling(
                        fitting: members.map { values[$0][sigmoids.count] },
                        isMember: members.map { rows.labels[$0] == first }))
            }
        }
        return sigmoids
    }
}

/// The one way from training rows to what a machine is trained on: scale, then even the classes.
struct TrainingPreparation: Sendable {
    /// Scale of the rows given, synthetic ones apart.
    let scaler: FeatureScaler
    /// Rows scaled and evened.
    let rows: LabelledRows

    init(_ training: LabelledRows, oversampling: SMOTE?, generator: CounterGenerator) throws {
        scaler = try FeatureScaler(fitting: training.features)
        let scaled = LabelledRows(
            features: scaler.scaled(training.features), classes: training.classes, labels: training.labels)
        rows = try oversampling?.balanced(scaled, generator: generator).rows ?? scaled
    }
}
