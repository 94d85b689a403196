public import Foundation

/// The folder of real images and catalogues that some tests use when it is there.
public enum RealData {
    /// The folder named by `GALATEA_REAL_DATA`; `nil` without the variable.
    public static let folder: URL? = ProcessInfo.processInfo.environment["GALATEA_REAL_DATA"].map {
        URL(fileURLWithPath: $0, isDirectory: true)
    }

    /// Whether tests on real data can run; for `.enabled(if:)`, so that they show as skipped otherwise.
    public static var isAvailable: Bool { folder != nil }
}
