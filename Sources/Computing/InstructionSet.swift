internal import CKernels

/// The instruction-set level that kernels run at.
///
/// Results are bit-equal for one level whatever the batch size or thread count; between levels they agree
/// to about 1e-5 relative.
public enum InstructionSet: Int32, Sendable, CaseIterable, Comparable, CustomStringConvertible {
    /// Plain C, for any processor.
    case portable = 0
    /// AVX2 with fused multiply-add.
    case avx2 = 1
    /// AVX-512 F, BW, DQ and VL.
    case avx512 = 2

    /// The highest level that this processor runs.
    public static let detected =
        InstructionSet(rawValue: Int32(galatea_detected_level().rawValue)) ?? .portable

    /// Every level that this processor runs, lowest first.
    public static var available: [InstructionSet] { allCases.filter { $0 <= detected } }

    /// Lower levels come first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The level's usual name.
    public var description: String {
        switch self {
        case .portable: "portable"
        case .avx2: "AVX2"
        case .avx512: "AVX-512"
        }
    }
}
