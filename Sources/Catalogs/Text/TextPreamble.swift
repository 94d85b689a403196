/// The beginning of a text file: what says that it is no table at all, and the comment lines before the rows.
struct TextPreamble {
    /// The comment lines before the first record, without their mark.
    private(set) var comments: [String] = []

    /// Bytes looked at; more comments than that are no header.
    private static let size = 1 << 20

    /// Reads the beginning of a file.
    init(input: TextInput, options: TextTableOptions) throws(CatalogError) {
        var head = [UInt8](repeating: 0, count: Self.size)
        try input.rewind()
        var failure: CatalogError?
        let count = head.withUnsafeMutableBytes { buffer in
            do throws(CatalogError) { return try input.read(into: buffer) } catch {
                failure = error
                return 0
            }
        }
        if let failure { throw failure }
        head.removeLast(head.count - count)
        if head.starts(with: [0xEF, 0xBB, 0xBF]) { head.removeFirst(3) }
        try Self.check(head, path: input.path)
        guard let mark = options.comment, !mark.isEmpty else { return }
        let lines = head.split(
            maxSplits: 10_000, omittingEmptySubsequences: false,
            whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        for line in lines.dropFirst(options.skippedLines) {
            let text = line.drop(while: { $0 == 0x20 || $0 == 0x09 })
            if text.isEmpty { continue }
            guard text.starts(with: mark.utf8) else { break }
            comments.append(String(decoding: text.dropFirst(mark.utf8.count), as: UTF8.self))
        }
    }

    /// Refuses what is known to be something else.
    private static func check(_ head: [UInt8], path: String) throws(CatalogError) {
        func refuse(_ reason: String) -> CatalogError { .notATable(path: path, reason: reason) }
        if head.isEmpty { throw refuse("the file is empty") }
        let start = String(decoding: head.prefix(512), as: UTF8.self)
            .drop(while: \.isWhitespace).lowercased()
        if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
            throw refuse("it is an HTML page, perhaps the error message of a download")
        }
        if start.hasPrefix("<?xml") || start.hasPrefix("<votable") {
            throw refuse("it is XML, not a text table")
        }
        if start.hasPrefix("version https://git-lfs") {
            throw refuse("it is a git-lfs pointer, not the file itself")
        }
        if head.contains(0) { throw refuse("it holds zero bytes: binary data or UTF-16 text") }
    }
}
