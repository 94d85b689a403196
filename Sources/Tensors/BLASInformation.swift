internal import COpenBLAS
package import Computing
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
    public static let current = setUp(userChoice: ProcessInfo.processInfo.environment[variable])

    /// The variable by which OpenBLAS is told a core.
    private static let variable = "OPENBLAS_CORETYPE"

    /// Makes the library run the right kernels on one thread.
    ///
    /// OpenBLAS before 0.3.22 does not know recent processors and falls back to kernels of 2004 on them. Then
    /// it is told the right core and made to choose again, unless the user named one.
    package static func setUp(userChoice: String?) -> BLASInformation {
        let detected = runningCore
        if userChoice == nil, let better = betterCore(than: detected, instructionSet: .detected) {
            choose(core: better)
        }
        openblas_set_num_threads(1)
        let configuration = openblas_get_config().map { String(cString: $0) } ?? "OpenBLAS"
        return BLASInformation(
            version: configuration.split(separator: " ").prefix(2).joined(separator: " "), core: runningCore,
            detectedCore: detected, threads: Int(openblas_get_num_threads()))
    }

    /// Makes the library choose the kernels of a core; no effect on a build for one core.
    ///
    /// Not while another thread is inside the library.
    package static func choose(core: String) {
        let before = ProcessInfo.processInfo.environment[variable]
        guard setenv(variable, core, 1) == 0 else { return }
        _ = galatea_openblas_choose_again()
        // Child processes get what the user set, not our choice.
        if let before { setenv(variable, before, 1) } else { unsetenv(variable) }
    }

    /// The core to name instead of `core`, if that is one of the old fallbacks on a processor that has more.
    package static func betterCore(than core: String, instructionSet: InstructionSet) -> String? {
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

    /// The core whose kernels run now.
    package static var runningCore: String {
        openblas_get_corename().map { String(cString: $0) } ?? "unknown"
    }
}
