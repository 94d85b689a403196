import Foundation

/// A locale whose decimal mark is a comma, for tests that numbers do not depend on the locale.
///
/// Few machines have it installed, and setting one that is not there quietly changes nothing: it is
/// compiled from the system's sources where these are present.
public enum GermanLocale {
    private static let folder = try? TemporaryFolder()

    /// Whether the locale can be set; for `.enabled(if:)`, so that tests show as skipped otherwise.
    public static let isAvailable: Bool = {
        guard !set() else { return restore() }
        guard let folder, compile(to: folder.path("de_DE.UTF-8")) else { return false }
        setenv("LOCPATH", folder.url.path, 1)
        return set() && restore()
    }()

    /// Makes the comma the decimal mark of the process; false when it did not become that.
    public static func set() -> Bool {
        guard setlocale(LC_ALL, "de_DE.UTF-8") != nil, let mark = localeconv()?.pointee.decimal_point
        else { return false }
        return String(cString: mark) == ","
    }

    /// Goes back to the locale that programs start with.
    @discardableResult
    public static func restore() -> Bool { setlocale(LC_ALL, "C") != nil }

    private static func compile(to path: String) -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["localedef", "-i", "de_DE", "-f", "UTF-8", path]
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
