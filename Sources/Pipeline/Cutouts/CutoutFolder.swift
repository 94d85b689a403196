internal import Catalogs
internal import FITS
internal import Foundation

/// A folder of FITS cutouts, one object a file, in byte order of the file names.
final class CutoutFolder: Sendable {
    /// The folder.
    let path: String
    /// Names of the cutouts.
    let names: [String]
    /// Bytes of the cutouts; `nil` for a link to nothing.
    private let sizes: [Int?]
    /// Names of files that are no cutouts by their suffix; they are told to the user.
    let otherNames: [String]
    /// What stands before the names in the paths of files.
    private let prefix: String

    /// Suffixes of cutouts, each also with `.gz` behind it.
    static let suffixes = [".fits", ".fit", ".fits.fz"]

    /// Lists a folder; subfolders and hidden files are left alone.
    ///
    /// - Throws: `PipelineError` when the folder cannot be read.
    init(path: String) throws {
        self.path = path
        prefix = Self.prefix(path)
        let entries: [String]
        do {
            entries = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw PipelineError(
                .inputOutput, "cannot read the folder '\(path)': \(error.localizedDescription)")
        }
        var files: [(name: String, size: Int?)] = []
        for name in entries where !name.hasPrefix(".") {
            // A link to nothing cannot be looked at, and is a file that cannot be read.
            var status = stat()
            guard stat(path + "/" + name, &status) == 0 else {
                files.append((name, nil))
                continue
            }
            if status.st_mode & S_IFMT != S_IFDIR { files.append((name, Int(status.st_size))) }
        }
        files.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let cutouts = files.filter { Self.stem(of: $0.name) != nil }
        names = cutouts.map(\.name)
        sizes = cutouts.map(\.size)
        otherNames = files.map(\.name).filter { Self.stem(of: $0) == nil }
    }

    /// A single cutout: its folder with nothing else in it.
    init(cutout file: String) {
        let url = URL(fileURLWithPath: file)
        path = url.deletingLastPathComponent().relativePath
        prefix = Self.prefix(path)
        names = [url.lastPathComponent]
        var status = stat()
        sizes = [stat(file, &status) == 0 ? Int(status.st_size) : nil]
        otherNames = []
    }

    /// A cutout's file name without its suffix; `nil` for other files.
    static func stem(of name: String) -> String? {
        let plain = name.lowercased().hasSuffix(".gz") ? String(name.dropLast(3)) : name
        for suffix in suffixes where plain.lowercased().hasSuffix(suffix) && plain.count > suffix.count {
            return String(plain.dropLast(suffix.count))
        }
        return nil
    }

    /// Number of cutouts, and the beginning of a hash of their names and sizes: tells a folder from itself
    /// after files were added, removed or replaced by longer or shorter ones.
    var listing: String {
        var hash = ContentHash()
        for index in names.indices {
            hash.update(text: names[index])
            hash.update(text: sizes[index].map { "\($0)" } ?? "unreadable")
        }
        return
            "\(names.count) \(names.count == 1 ? "file" : "files"), SHA-256 of names and sizes \(hash.hexadecimal().prefix(16))"
    }

    /// The path of a cutout.
    func path(_ index: Int) -> String { path(ofName: names[index]) }

    /// The path of a file in the folder.
    func path(ofName name: String) -> String { prefix + name }

    private static func prefix(_ path: String) -> String {
        path.utf8.last == UInt8(ascii: "/") ? path : path + "/"
    }
}
