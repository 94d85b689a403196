internal import Foundation

/// Memory of this process that is in the machine's memory.
public enum ResidentMemory {
    /// The most bytes since the process began, or since `restartPeak()` where that works.
    public static var peakBytes: Int {
        if let peak = statusBytes("VmHWM:") { return peak }
        var usage = rusage()
        #if os(Linux)
            getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
            return Int(usage.ru_maxrss) * 1024
        #else
            getrusage(RUSAGE_SELF, &usage)
            return Int(usage.ru_maxrss)
        #endif
    }

    /// The bytes now; `nil` where the system does not tell.
    public static var currentBytes: Int? { statusBytes("VmRSS:") }

    /// Makes the peak start again from what is resident now; false where the system cannot (Linux can).
    @discardableResult
    public static func restartPeak() -> Bool {
        let file = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        return write(file, "5", 1) == 1
    }

    /// A line of `/proc/self/status`, in bytes; `nil` where there is no such file.
    private static func statusBytes(_ key: String) -> Int? {
        guard let text = FileManager.default.contents(atPath: "/proc/self/status") else { return nil }
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") where line.hasPrefix(key) {
            let fields = line.split(whereSeparator: \.isWhitespace)
            return fields.count > 1 ? Int(fields[1]).map { $0 * 1024 } : nil
        }
        return nil
    }
}
