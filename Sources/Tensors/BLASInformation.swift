internal import COpenBLAS
internal import Computing
internal import Foundation

/// The BLAS library that this process runs: for `galatea doctor`, and to set it up once.
public struct BLASInformation: Sendable, Equatable {
    /// Name and version, as in `OpenBLAS 0.3.21`.
    public var version: String
    /// The processor core whose kernels run.
    public var core: String
    /// The core that the library had chosen by itself.
    public var detectedCore: String
    /// Threads of a BLAS call: 1, since our loops spread the work.
    public var threads: Int

    /// The library, set up at the first use and before any other call to it.
    ///
    /// OpenBLAS before 0.3.22 does not know recent processors and falls back to kernels of 2004 on them. Then
    /// it is told the right core and made to choose again, unless the user set `OPENBLAS_CORETYPE`.
    public static let current: BLASInformation = {
        let detected = runningCore
        let environment = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"]
        if environment == nil,
            let better = betterCore(than: detected, instructionSet: .detected),
            setenv("OPENBLAS_CORETYPE", better, 1) == 0
        {
            _ = galatea_openblas_choose_again()  // no effect on a build for one core; `core` tells
            unsetenv("OPENBLAS_CORETYPE")  // not for child processes
        }
        openblas_set_num_threads(1)
        let configuration = openblas_get_config().map { String(cString: $0) } ?? "OpenBLAS"
        return BLASInformation(
            version: configuration.split(separator: " ").prefix(2).joined(separator: " "), core: runningCore,
            detectedCore: detected, threads: Int(openblas_get_num_threads()))
    }()

    /// The core to name instead of `core`, if that is one of the old fallbacks on a processor that has more.
    static func betterCore(than core: String, instructionSet: InstructionSet) -> String? {
        let fallbacks: Set<String> = [
            "katmai", "coppermine", "northwood", "prescott", "banias", "core2", "penryn", "dunnington",
            "nehalem", "sandybridge", "athlon", "opteron", "opteron_sse3", "barcelona", "bobcat", "atom",
            "nano", "generic",
        ]
        guard fallbacks.contains(core.lowercased()) else { return nil }
        return switch instructionSet {
        case .avx512: "SkylakeX"
        case .avx2: "Haswell"
        case .portable: nil
        }
    }

    private static var runningCore: String {
        openblas_get_corename().map { String(cString: $0) } ?? "unknown"
    }
}
