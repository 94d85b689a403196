public import Computing

/// The decision functions of a trained support vector classifier, as plain numbers.
///
/// For the pair of classes (i, j), i before j: `f = sum_s c_s exp(-gamma |x - x_s|^2) - rho`, over the
/// support vectors of both; above 0 speaks for i (Hsu & Lin 2002, one against one). Pairs are ordered
/// (0,1), (0,2) ... (1,2) ... Sums run in a fixed order, so the values of a row do not depend on others.
public struct SVMDecision: Sendable, Equatable {
    /// Width of the kernel.
    public let gamma: Double
    /// Support vectors, class by class, shape `[S, dimension]`.
    public let supportVectors: FeatureMatrix
    /// Number of support vectors of each class.
    public let memberCounts: [Int]
    /// Coefficients, shape `[K - 1, S]`: in the pair (i, j), vectors of i use row j - 1, those of j row i.
    public let coefficients: [Double]
    /// rho of each pair, shape `[K (K - 1) / 2]`.
    public let offsets: [Double]
    /// What each class is called outside: index into the caller's classes, ascending.
    public let labels: [Int]

    /// The same numbers as the kernel reads them.
    let packed: PackedMachine

    /// Number of classes.
    public var classCount: Int { labels.count }
    /// Number of pairs of classes.
    public var pairCount: Int { offsets.count }

    /// A machine of these numbers, whose counts must fit each other.
    public init(
        gamma: Double, supportVectors: FeatureMatrix, memberCounts: [Int], coefficients: [Double],
        offsets: [Double], labels: [Int]
    ) {
        let classes = labels.count
        precondition(
            classes >= 2 && memberCounts.count == classes && offsets.count == classes * (classes - 1) / 2
                && memberCounts.reduce(0, +) == supportVectors.count
                && coefficients.count == (classes - 1) * supportVectors.count,
            """
            SVMDecision: \(classes) classes, \(memberCounts) members, \(supportVectors.count) vectors, \
            \(coefficients.count) coefficients, \(offsets.count) offsets
            """)
        self.gamma = gamma
        self.supportVectors = supportVectors
        self.memberCounts = memberCounts
        self.coefficients = coefficients
        self.offsets = offsets
        self.labels = labels
        packed = PackedMachine(
            gamma: gamma, supportVectors: supportVectors, memberCounts: memberCounts,
            coefficients: coefficients,
            offsets: offsets)
    }

    /// Decision values of one row, one for each pair of classes.
    public func values(_ features: [Double]) -> [Double] {
        values(for: FeatureMatrix(dimension: supportVectors.dimension, values: features))
    }

    /// Decision values of each row, shape `[N, K (K - 1) / 2]`; NaN for a row with a feature that is NaN.
    ///
    /// They differ from libsvm's by less than `1e-14 sum_s |c_s|`: the order of the sums and the rounding of
    /// the exponential are all that is different.
    ///
    /// - Parameter level: Instruction set of the kernel.
    public func values(for rows: FeatureMatrix, level: InstructionSet = .detected) -> [Double] {
        precondition(
            rows.dimension == supportVectors.dimension,
            "SVMDecision: rows of \(rows.dimension) features, expected \(supportVectors.dimension)")
        var values = [Double](repeating: 0, count: rows.count * pairCount)
        var workspace = [Double](repeating: 0, count: packed.workspaceCount)
        packed.decide(rows.values, level: level, into: &values, workspace: &workspace)
        return values
    }
}
