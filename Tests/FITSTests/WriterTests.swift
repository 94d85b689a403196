import FITS
import Foundation
import TestSupport
import Testing

@Suite("FITS writers")
struct WriterTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The ones' complement sum of all 32-bit words from `start` on, written anew from the standard.
    private func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        var total: UInt64 = 0
        for (index, byte) in bytes.enumerated() { total += UInt64(byte) << (8 * UInt64(3 - index % 4)) }
        while total > 0xffff_ffff { total = (total & 0xffff_ffff) + (total >> 32) }
        return UInt32(total)
    }

    @Test("Every column type survives a round trip")
    func roundTrip() throws {
        let path = folder.path("all.fits")
        let columns = [
            TableColumn("l", .logical([true, false, true]), isMissing: [false, false, true]),
            TableColumn("b", .uint8([0, 255, 7]), isMissing: [false, false, true]),
            TableColumn("i", .int16([.min, .max, 0]), isMissing: [false, false, true]),
            TableColumn("j", .int32([1, 2, 3]), unit: "m"),
            TableColumn("k", .int64([.min, .max, -1])),
            TableColumn("u", .uint64([0, .max, 1 << 63]), isMissing: [false, false, true]),
            TableColumn("e", .float([.leastNonzeroMagnitude, -.infinity, 3.5])),
            TableColumn("d", .double([.pi, -0.0, 1e300])),
            TableColumn("c", .complexFloat([[1, 2], [3, 4], [5, 6]])),
            TableColumn("m", .complexDouble([[1, 2], [3, 4], [5, 6]])),
            TableColumn("a", .text(["", "x", "long text"]), ucd: "meta.id", description: "a text"),
            TableColumn("av", .text(["a", "bc", "", "d", "e", "f"]), width: 2),
            TableColumn("dv", .double([1, 2, 3, 4, 5, 6]), width: 2),
        ]
        let writer = try FITSWriter(path: path)
        try writer.append(table: columns, name: "T")
        try writer.finish()
        let table = try FITSFile(path: path).table()
        let back = try table.allColumns()
        #expect(table.name == "T")
        for (column, copy) in zip(columns, back) {
            #expect(column.name == copy.name && column.width == copy.width && column.unit == copy.unit)
            #expect(column.ucd == copy.ucd && column.description == copy.description)
            #expect(column.isMissing == copy.isMissing)
            guard let missing = column.isMissing else {
                #expect(column.values == copy.values)
                continue
            }
            // Only what is not missing has a value to keep.
            for index in missing.indices where !missing[index] {
                #expect(column.values[index..<index + 1] == copy.values[index..<index + 1])
            }
        }
    }

    @Test("Images of every type survive a round trip")
    func images() throws {
        let path = folder.path("images.fits")
        let writer = try FITSWriter(path: path, primary: [HeaderCard("ORIGIN", "test")])
        let floats: [Float] = [1.5, .nan, -.infinity, .leastNonzeroMagnitude, 1e30, -0.0]
        try writer.append(image: floats, axes: [3, 2], name: "F", cards: [HeaderCard("BUNIT", "nanomaggy")])
        try writer.append(image: floats.map(Double.init), axes: [2, 3], name: "D")
        try writer.append(image: [0, 128, 255] as [UInt8], axes: [3, 1], name: "B")
        try writer.append(image: [Int16.min, 0, .max], axes: [1, 3], name: "I")
        try writer.append(image: [Int32.min, 0, .max], axes: [1, 3], name: "J")
        try writer.append(image: [Int64.min, 0, .max], axes: [1, 3], name: "K")
        try writer.finish()
        let file = try FITSFile(path: path)
        #expect(try file.units[0].header.string("ORIGIN") == "test")
        expectClose(try file.floats(of: file.unit(named: "F")), floats)
        expectClose(try file.doubles(of: file.unit(named: "D")), floats.map(Double.init))
        #expect(try file.integers(of: file.unit(named: "B")) == [0, 128, 255])
        #expect(try file.integers(of: file.unit(named: "I")) == [-32768, 0, 32767])
        #expect(try file.integers(of: file.unit(named: "J")) == [Int64(Int32.min), 0, Int64(Int32.max)])
        #expect(try file.integers(of: file.unit(named: "K")) == [.min, 0, .max])
        #expect(!FileManager.default.fileExists(atPath: path + ".part"))
    }

    @Test("Chunk sizes change no byte, and checksums are those of the standard")
    func chunks() throws {
        var files: [[UInt8]] = []
        for chunk in [1, 7, 100] {
            let path = folder.path("chunk\(chunk).fits")
            let writer = try BinaryTableWriter(path: path, columns: TableSample.schema, name: "T")
            for start in stride(from: 0, to: 100, by: chunk) {
                try writer.append(TableSample.columns(start..<min(100, start + chunk)))
            }
            #expect(writer.rowCount == 100)
            try writer.finish()
            files.append(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
        }
        #expect(files[0] == files[1] && files[1] == files[2])
        #expect(files[0].count.isMultiple(of: 2880))
        let file = try FITSFile(path: folder.path("chunk1.fits"))
        #expect(sum(files[0][..<2880]) == .max)
        #expect(sum(files[0][2880...]) == .max)
        let data = files[0][(files[0].count - 2 * 2880)...]
        #expect(try file.table().header.string("DATASUM") == "\(sum(data))")
        #expect(try file.table().column("id", rows: 99..<100).values == .int64([1_152_921_504_606_847_075]))
    }

    @Test("Cubes grow plane by plane and resume")
    func cubes() throws {
        let path = folder.path("cube.fits")
        do {
            let writer = try ImageCubeWriter(path: path, planeAxes: [3, 2], name: "CUBE")
            try writer.append((0..<24).map { Float($0) })
            try writer.synchronize()
        }
        let writer = try ImageCubeWriter(path: path, planeAxes: [3, 2], name: "CUBE", resume: true)
        #expect(writer.planeCount == 4)
        try writer.append((24..<30).map { Float($0) })
        try writer.finish()
        let file = try FITSFile(path: path)
        let unit = try file.unit(named: "CUBE")
        #expect(unit.axes == [3, 2, 5])
        #expect(try file.floats(of: unit) == (0..<30).map { Float($0) })
    }

    @Test("A text that does not fit its column is named, and nothing of its chunk is written")
    func wideText() throws {
        let path = folder.path("wide.fits")
        let writer = try BinaryTableWriter(
            path: path, columns: [ColumnDescription("a", .text, textWidth: 3)], name: "T")
        try writer.append([TableColumn("a", .text(["abc", "d"]))])
        #expect(
            throws: FITSError.textTooWide(path: path, column: "a", row: 3, width: 3, length: 4)
        ) {
            try writer.append([TableColumn("a", .text(["x", "wide"]))])
        }
        #expect(writer.rowCount == 2)
        try writer.finish()
        #expect(try FITSFile(path: path).table().column("a").values == .text(["abc", "d"]))
    }

    @Test("Text beyond ASCII is escaped, never dropped")
    func unicode() throws {
        let path = folder.path("unicode.fits")
        let writer = try FITSWriter(path: path, primary: [HeaderCard("INPUT", "caf\u{e9}\n.fits")])
        try writer.append(table: [TableColumn("a", .text(["\u{3b1} Cen"]))], name: "T")
        try writer.finish()
        let file = try FITSFile(path: path)
        #expect(try file.units[0].header.string("INPUT") == #"caf\u{e9}\u{a}.fits"#)
        #expect(try file.table().column("a").values == .text([#"\u{3b1} Cen"#]))
    }

    @Test("Header cards read back as written")
    func cards() throws {
        let path = folder.path("cards.fits")
        let texts = [
            "", "'", String(repeating: "'", count: 80), String(repeating: "ab ", count: 100) + "&", "x&",
        ]
        var cards = texts.enumerated().map {
            HeaderCard("TEXT\($0.offset)", .string($0.element), comment: "c")
        }
        let reals = [0.262, -1e-5, 1e300, .leastNonzeroMagnitude, 100_000, -7.27777777777778e-05]
        cards += reals.enumerated().map { HeaderCard("REAL\($0.offset)", .real($0.element), comment: "c") }
        cards += [
            HeaderCard("LOW", .integer(.min)), HeaderCard("YES", true), HeaderCard("NAN", .real(.nan)),
            .history(String(repeating: "h", count: 150)), .comment("a comment"),
        ]
        let writer = try FITSWriter(path: path, primary: cards, sourceDate: nil)
        try writer.finish()
        let header = try FITSFile(path: path).units[0].header
        for (index, text) in texts.enumerated() { #expect(try header.string("TEXT\(index)") == text) }
        for (index, real) in reals.enumerated() { #expect(try header.real("REAL\(index)") == real) }
        #expect(try header.integer("LOW") == .min)
        #expect(try header.logical("YES") == true)
        #expect(try header.value("NAN") == .undefined)
        #expect(header.cards.filter { $0.keyword == "HISTORY" }.map(\.comment.count) == [72, 72, 6])
        #expect(!header.contains("DATE"))
    }

    @Test("DATE is that of SOURCE_DATE_EPOCH, never the clock")
    func date() throws {
        let path = folder.path("date.fits")
        try FITSWriter(path: path, sourceDate: "1700000000").finish()
        #expect(try FITSFile(path: path).units[0].header.string("DATE") == "2023-11-14T22:13:20")
    }

    @Test("A folder that is not there and a name with a zero byte give the system's words")
    func failures() throws {
        let missing = folder.path("none/x.fits")
        #expect(
            throws: FITSError.writeFailed(
                path: missing + ".part", operation: "create", reason: "No such file or directory")
        ) {
            try FITSWriter(path: missing)
        }
        let error = #expect(throws: FITSError.self) { try FITSWriter(path: folder.url.path + "/a\0b") }
        #expect(error?.isInputOutput == true)
    }
}
