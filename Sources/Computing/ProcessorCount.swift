internal import Foundation

/// How many processor cores this process may use.
public enum ProcessorCount {
    /// Cores in the process's affinity mask, as Slurm and containers set it.
    public static let active = max(1, ProcessInfo.processInfo.activeProcessorCount)
}
