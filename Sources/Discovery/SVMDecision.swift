internal import Computing
internal import Foundation

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

    private let blocks: PointBlocks

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
        blocks = PointBlocks(supportVectors)
    }

    /// Decision values of one row, one for each pair of classes.
    public func values(_ features: [Double]) -> [Double] {
        let kernel = kernelValues(features)
        var starts = [0]
        for count in memberCounts { starts.append((starts.last ?? 0) + count) }
        let total = supportVectors.count
        var values: [Double] = []
        values.reserveCapacity(pairCount)
        for first in 0..<classCount {
            for second in first + 1..<max(first + 1, classCount) {
                var sum = 0.0
                for index in starts[first]..<starts[first + 1] {
                    sum += coefficients[(second - 1) * total + index] * kernel[index]
                }
                for index in starts[second]..<starts[second + 1] {
                    sum += coefficients[first * total + index] * kernel[index]
                }
                values.append(sum - offsets[values.count])
            }
        }
        return values
    }

    /// `exp(-gamma |x - x_s|^2)` for every support vector.
    private func kernelValues(_ features: [Double]) -> [Double] {
        var kernel: [Double] = []
        kernel.reserveCapacity(blocks.count * PointBlocks.length)
        var sums = [Double](repeating: 0, count: PointBlocks.length)
        for block in 0..<blocks.count {
            blocks.sums(block: block, from: features, metric: .euclidean, level: .detected, into: &sums)
            for sum in sums { kernel.append(exp(-gamma * sum)) }
        }
        return kernel
    }
}
