internal import Foundation

/// The system's words for its error numbers.
enum SystemText {
    /// The message of an error number, in English whatever the locale of the process.
    static func message(_ code: Int32) -> String {
        switch code {
        case ENOENT: "no such file"
        case EACCES, EPERM: "permission denied"
        case EISDIR: "it is a folder"
        case ENOSPC: "no space left on the device"
        case EROFS: "the file system is read-only"
        default: String(cString: strerror(code))
        }
    }
}
