import FITS
import Foundation
import TestSupport
import Testing

/// A small table with one column of each kind that a catalogue has.
enum TableSample {
    /// Rows of 48 bytes.
    static let schema = [
        ColumnDescription("id", .int64, ucd: "meta.id;meta.main"),
        ColumnDescription("z", .float, unit: "nanomaggy"),
        ColumnDescription("name", .text, textWidth: 12),
        ColumnDescription("nn", .int64, width: 3),
    ]

    /// Values of a range of rows.
    static func columns(_ rows: Range<Int>) -> [TableColumn] {
        [
            TableColumn("id", .int64(rows.map { 1 << 60 + Int64($0) })),
            TableColumn("z", .float(rows.map { $0 == 3 ? .nan : Float($0) / 7 })),
            TableColumn("name", .text(rows.map { "galaxy \($0)" })),
            TableColumn("nn", .int64(rows.flatMap { [Int64($0), -1, 5] }), width: 3),
        ]
    }
}

@Suite("Runs that end early")
struct ResumeTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test("A killed run is gone on with to the same bytes", arguments: [0, 1, 47, 48 * 10 + 13])
    func resume(cut: Int) throws {
        let whole = folder.path("whole.fits")
        let writer = try BinaryTableWriter(path: whole, columns: TableSample.schema, name: "T")
        try writer.append(TableSample.columns(0..<50))
        try writer.finish()
        let path = folder.path("killed.fits")
        do {
            let killed = try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T")
            try killed.append(TableSample.columns(0..<30))
            try killed.synchronize()
        }
        let handle = try #require(FileHandle(forUpdatingAtPath: path + ".part"))
        try handle.truncate(atOffset: handle.seekToEnd() - UInt64(cut))
        try handle.close()
        let resumed = try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T", resume: true)
        #expect(resumed.rowCount == 30 - (cut + 47) / 48)
        try resumed.append(TableSample.columns(resumed.rowCount..<50))
        try resumed.finish()
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: path)) == Data(contentsOf: URL(fileURLWithPath: whole)))
    }

    @Test("A part file of another run is refused, and without resume replaced")
    func resumeRefused() throws {
        let path = folder.path("t.fits")
        do {
            let first = try BinaryTableWriter(
                path: path, columns: TableSample.schema, name: "T", cards: [HeaderCard("MODEL", "a")])
            try first.append(TableSample.columns(0..<3))
            try first.synchronize()
            #expect(throws: FITSError.beingWritten(path: path)) {
                try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T", resume: true)
            }
        }
        #expect(throws: FITSError.self) {
            try BinaryTableWriter(
                path: path, columns: TableSample.schema, name: "T", cards: [HeaderCard("MODEL", "b")],
                resume: true)
        }
        let fresh = try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T")
        #expect(fresh.rowCount == 0)
        fresh.discard()
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
    }

    @Test("A run killed while it finished, or before its header was out, is gone on with", arguments: 0..<4)
    func killedAtTheEnds(step: Int) throws {
        let path = folder.path("t.fits")
        let writer = try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T")
        try writer.append(TableSample.columns(0..<30))
        try writer.finish()
        let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let rowsEnd = 2 * 2880 + 30 * 48
        // With the count in the header and all, some or none of the padding; or with half a header.
        let cut = [whole.count, rowsEnd + 700, rowsEnd, 3000][step]
        try Data(whole[..<cut]).write(to: URL(fileURLWithPath: path + ".part"))
        let resumed = try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T", resume: true)
        #expect(resumed.rowCount == (step < 3 ? 30 : 0))
        try resumed.append(TableSample.columns(resumed.rowCount..<30))
        try resumed.finish()
        #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == whole)
        // Rows that the header counts and the file lacks are a fault, not a shorter table.
        try Data(whole[..<(rowsEnd - 1)]).write(to: URL(fileURLWithPath: path + ".part"))
        #expect(throws: FITSError.self) {
            try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T", resume: true)
        }
    }

    @Test("A full disk is an error with the system's words, and leaves no file behind")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
            #if canImport(Glibc)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #else
                setrlimit(RLIMIT_FSIZE, &limit)
            #endif
            signal(SIGXFSZ, SIG_IGN)
            let folder = try TemporaryFolder()
            let path = folder.path("full.fits")
            let writer = try FITSWriter(path: path)
            let error = #expect(throws: FITSError.self) {
                try writer.append(image: [Float](repeating: 1, count: 1 << 20), axes: [1 << 20], name: "I")
            }
            #expect(
                error == .writeFailed(path: path + ".part", operation: "write", reason: "File too large"))
            writer.discard()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
        }
    }

    @Test("A folder that may not be written is an error with the system's words, whoever asks")
    func readOnlyFolder() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            #expect(chmod(folder.url.path, 0o555) == 0)
            // Nothing is read-only for the administrator.
            let isAdministrator = geteuid() == 0
            if isAdministrator { #expect(seteuid(65534) == 0) }
            let path = folder.path("x.fits")
            #expect(
                throws: FITSError.writeFailed(
                    path: path + ".part", operation: "create", reason: "Permission denied")
            ) { try FITSWriter(path: path) }
            if isAdministrator { #expect(seteuid(0) == 0) }
            #expect(chmod(folder.url.path, 0o755) == 0)
        }
    }
}
