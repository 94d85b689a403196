/// What can be wrong with a FITS file, or with reading and writing one.
public enum FITSError: Error, Sendable, Equatable {
    /// The file cannot be opened; `reason` is the system's text.
    case cannotOpen(path: String, reason: String)
    /// The path names something that is no regular file (a folder, pipe or device).
    case notRegularFile(path: String, kind: String)
    /// The bytes are something else than FITS.
    case notFITS(path: String, found: String)
    /// The file ends before what its header promises; `part` is "header", "image", "table" or "data".
    case truncated(path: String, hdu: Int, part: String, promised: Int, present: Int)
    /// The header goes on to the end of the file without an END card.
    case headerWithoutEnd(path: String, hdu: Int, bytes: Int)
    /// More of something than any real file holds, refused before memory goes.
    case tooMany(path: String, hdu: Int, what: String, limit: Int)
    /// A header card that breaks the standard.
    case malformedHeader(path: String, hdu: Int, keyword: String, reason: String)
    /// A valid file that asks for what this reader does not do.
    case unsupported(path: String, hdu: Int, feature: String)
    /// The file holds no binary table.
    case noTable(path: String)
    /// The file has no such header-data unit.
    case missingUnit(path: String, name: String)
    /// The table has no such column.
    case missingColumn(path: String, hdu: Int, column: String, available: [String])
    /// A column whose description or content breaks the standard, or has another type than asked for.
    case malformedColumn(path: String, hdu: Int, column: String, reason: String)
    /// Rows that the table does not have.
    case rowsOutOfRange(path: String, hdu: Int, rows: Range<Int>, count: Int)
    /// The system refused a read; `reason` is its text.
    case readFailed(path: String, offset: Int, reason: String)
    /// The file became shorter while it was read.
    case shrankWhileReading(path: String, offset: Int, expected: Int, got: Int)
    /// A compressed stream is broken; `reason` is the library's text.
    case decompressionFailed(path: String, reason: String)
    /// A compressed file unfolds to more than the limit.
    case decompressedTooLarge(path: String, limit: Int)
    /// cfitsio refused a tile-compressed image; `reason` is its text.
    case libraryFailed(path: String, hdu: Int, reason: String)
    /// The system refused to write; `reason` is its text.
    case writeFailed(path: String, operation: String, reason: String)
    /// Another process is writing the same file.
    case beingWritten(path: String)
    /// An unfinished file cannot be gone on with.
    case resumeRefused(path: String, reason: String)
    /// A text does not fit its fixed-width column; `row` from 0.
    case textTooWide(path: String, column: String, row: Int, width: Int, length: Int)
    /// A FITS file that is no cutout, or contradicts itself.
    case notCutout(path: String, hdu: Int, reason: String)
    /// A packed file of a format that a newer version writes.
    case newerFormat(path: String, found: Int, known: Int)
}

extension FITSError: CustomStringConvertible {
    /// One line for a user.
    public var description: String {
        switch self {
        case .cannotOpen(let path, let reason): "cannot open \(Self.quoted(path)): \(reason)"
        case .writeFailed(let path, let operation, let reason):
            "cannot \(operation) \(Self.quoted(path)): \(reason)"
        case .beingWritten(let path): "cannot write \(Self.quoted(path)): another process is writing it"
        case .resumeRefused(let path, let reason): "cannot resume \(Self.quoted(path)): \(reason)"
        case .textTooWide(let path, let column, let row, let width, let length):
            """
            cannot write \(Self.quoted(path)): column \(Self.quoted(column)), row \(row + 1): a text of \
            \(length) bytes does not fit \(width)
            """
        default: "cannot read \(Self.quoted(path)): \(fault)"
        }
    }

    /// The path (or name) of the file at fault.
    public var path: String {
        switch self {
        case .cannotOpen(let path, _), .notRegularFile(let path, _), .notFITS(let path, _),
            .truncated(let path, _, _, _, _), .headerWithoutEnd(let path, _, _),
            .tooMany(let path, _, _, _), .malformedHeader(let path, _, _, _),
            .unsupported(let path, _, _), .noTable(let path), .missingUnit(let path, _),
            .missingColumn(let path, _, _, _),
            .malformedColumn(let path, _, _, _), .rowsOutOfRange(let path, _, _, _),
            .readFailed(let path, _, _), .shrankWhileReading(let path, _, _, _),
            .decompressionFailed(let path, _), .decompressedTooLarge(let path, _),
            .libraryFailed(let path, _, _), .writeFailed(let path, _, _), .beingWritten(let path),
            .resumeRefused(let path, _), .textTooWide(let path, _, _, _, _), .notCutout(let path, _, _),
            .newerFormat(let path, _, _):
            path
        }
    }

    /// Whether the system failed (disk, permissions) rather than the file's content.
    public var isInputOutput: Bool {
        switch self {
        case .cannotOpen, .readFailed, .writeFailed, .beingWritten: true
        default: false
        }
    }

    /// What is wrong, without the path.
    public var fault: String {
        switch self {
        case .cannotOpen(_, let reason), .readFailed(_, _, let reason), .writeFailed(_, _, let reason),
            .resumeRefused(_, let reason):
            reason
        case .notRegularFile(_, let kind): "it is \(kind), not a file"
        case .notFITS(_, let found): found
        case .beingWritten: "another process is writing it"
        case .shrankWhileReading(_, let offset, let expected, let got):
            "the file shrank while it was read: \(got) of \(expected) bytes at offset \(offset)"
        case .decompressionFailed(_, let reason): "broken gzip stream: \(reason)"
        case .decompressedTooLarge(_, let limit): "unpacks to more than the limit of \(limit) bytes"
        case .noTable: "it holds no binary table"
        case .missingUnit(_, let name): "it has no HDU \(Self.quoted(name))"
        case .textTooWide(_, let column, let row, let width, let length):
            "column \(Self.quoted(column)), row \(row + 1): a text of \(length) bytes does not fit \(width)"
        case .newerFormat(_, let found, let known):
            "its format GALFMT = \(found) is newer than \(known), the newest this version reads"
        default: unitFault
        }
    }

    /// Faults inside a header-data unit.
    private var unitFault: String {
        switch self {
        case .truncated(_, let hdu, let part, let promised, let present):
            """
            file is truncated: \(part == "header" ? "the header needs" : "header promises") \(promised) \
            bytes\(part == "header" ? "" : " of \(part)"), \(present) are there (HDU \(hdu))
            """
        case .headerWithoutEnd(_, let hdu, let bytes):
            "file is truncated: the header has no END card in \(bytes) bytes (HDU \(hdu))"
        case .tooMany(_, let hdu, let what, let limit): "more than \(limit) \(what) (HDU \(hdu))"
        case .malformedHeader(_, let hdu, let keyword, let reason):
            "HDU \(hdu), \(Self.quoted(keyword)): \(reason)"
        case .unsupported(_, let hdu, let feature): "HDU \(hdu): \(feature)"
        case .missingColumn(_, let hdu, let column, let available):
            """
            the table in HDU \(hdu) has no column \(Self.quoted(column)); it has \
            \(available.prefix(20).map(Self.quoted).joined(separator: ", "))\
            \(available.count > 20 ? " and \(available.count - 20) more" : "")
            """
        case .malformedColumn(_, let hdu, let column, let reason):
            "HDU \(hdu), column \(Self.quoted(column)): \(reason)"
        case .rowsOutOfRange(_, let hdu, let rows, let count):
            "HDU \(hdu): rows \(rows.lowerBound) to \(rows.upperBound) of a table with \(count)"
        case .libraryFailed(_, let hdu, let reason): "HDU \(hdu): \(reason)"
        case .notCutout(_, let hdu, let reason): "not a usable cutout (HDU \(hdu)): \(reason)"
        default: "unknown fault"
        }
    }

    /// `text` in quotes, on one line whatever it holds.
    package static func quoted(_ text: String) -> String {
        var line = "'"
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || scalar.value == 0x7f {
                line += scalar.escaped(asASCII: true)
            } else {
                line.unicodeScalars.append(scalar)
            }
        }
        return line + "'"
    }
}
