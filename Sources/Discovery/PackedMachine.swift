internal import CKernels
internal import Computing

/// A machine's support vectors and coefficients in blocks of 16, as the decision kernel reads them.
///
/// Each class fills whole blocks; what is left of its last one is padded with zero coefficients.
struct PackedMachine: Sendable, Equatable {
    /// Support vectors in a block.
    private static let length = Int(GALATEA_RBF_BLOCK)

    private let dimension: Int
    private let gamma: Double
    /// First block of each class, and the number of blocks, shape `[K + 1]`.
    private var firstBlock = [0]
    /// Shape `[block, dimension, 16]`.
    private let vectors: AlignedArray<Double>
    /// Shape `[block, K - 1, 16]`: against the other classes in order.
    private let coefficients: AlignedArray<Double>
    private let offsets: [Double]

    /// Number of classes.
    private var classCount: Int { firstBlock.count - 1 }
    /// Doubles of scratch memory that a call needs.
    let workspaceCount: Int

    /// Packs the parts of an `SVMDecision`, whose shapes it has checked.
    init(
        gamma: Double, supportVectors: FeatureMatrix, memberCounts: [Int], coefficients: [Double],
        offsets: [Double]
    ) {
        dimension = supportVectors.dimension
        self.gamma = gamma
        self.offsets = offsets
        let others = memberCounts.count - 1
        let total = supportVectors.count
        var start = 0
        var packedVectors: [Double] = []
        var packedCoefficients: [Double] = []
        for members in memberCounts {
            for first in stride(from: start, to: start + members, by: Self.length) {
                let lanes = min(Self.length, start + members - first)
                for column in 0..<dimension {
                    for lane in 0..<Self.length {
                        // Padding repeats the last vector; its coefficients are zero.
                        let row = first + min(lane, lanes - 1)
                        packedVectors.append(supportVectors.values[row * dimension + column])
                    }
                }
                for other in 0..<others {
                    for lane in 0..<Self.length {
                        packedCoefficients.append(
                            lane < lanes ? coefficients[other * total + first + lane] : 0)
                    }
                }
            }
            start += members
            firstBlock.append(packedVectors.count / (Self.length * dimension))
        }
        vectors = AlignedArray(packedVectors)
        self.coefficients = AlignedArray(packedCoefficients)
        workspaceCount = 7 + offsets.count * Int(GALATEA_RBF_ROWS) * Self.length
    }

    /// Writes the decision values of `rows`, shape `[N, dimension]`, into the first `N * pairs` of `values`.
    ///
    /// - Parameter workspace: At least `workspaceCount` numbers, whatever they are.
    func decide(
        _ rows: [Double], level: InstructionSet, into values: inout [Double], workspace: inout [Double]
    ) {
        let count = rows.count / dimension
        precondition(
            rows.count == count * dimension && values.count >= count * offsets.count
                && workspace.count >= workspaceCount,
            """
            PackedMachine: \(rows.count) numbers for rows of \(dimension); room for \(values.count) values of \
            \(offsets.count) pairs; workspace of \(workspace.count), expected \(workspaceCount)
            """)
        firstBlock.withUnsafeBufferPointer { firstBlock in
            offsets.withUnsafeBufferPointer { offsets in
                vectors.withSpan { vectors in
                    coefficients.withSpan { coefficients in
                        vectors.withUnsafeBufferPointer { vectors in
                            coefficients.withUnsafeBufferPointer { coefficients in
                                var machine = galatea_rbf_machine(
                                    dimension: dimension, classes: classCount,
                                    first_block: firstBlock.baseAddress, vectors: vectors.baseAddress,
                                    coefficients: coefficients.baseAddress, offsets: offsets.baseAddress,
                                    gamma: gamma)
                                galatea_rbf_decision(
                                    galatea_level(rawValue: UInt32(level.rawValue)), &machine, count, rows,
                                    &values, &workspace)
                            }
                        }
                    }
                }
            }
        }
    }
}
