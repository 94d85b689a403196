import Foundation

/// The date that a reproducible build may put into its files.
public enum SourceDate {
    /// SOURCE_DATE_EPOCH of this process, seconds since 1970; `nil` without it.
    public static var environment: String? { ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"] }
}
