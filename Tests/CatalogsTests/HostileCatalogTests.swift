import Astronomy
import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Broken, hostile and very large catalogues")
struct HostileCatalogTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ bytes: [UInt8], _ name: String) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: folder.path(name)))
        return folder.path(name)
    }

    /// The input's columns written to a FITS file as they pass through an enrichment.
    private func passed(_ path: String) throws -> CatalogTable {
        let reader = try CatalogReader(path: path)
        let passing = PassThrough(input: reader.columns, ours: ["z_phot"], shared: [])
        let output = folder.path("out.fits")
        let writer = try CatalogWriter(
            outputs: [CatalogOutput(path: output)], columns: passing.entries.map(\.column))
        while let block = try reader.next(2) {
            try writer.append(CatalogTable(columns: passing.columns(of: block), rowCount: block.rowCount))
        }
        try writer.finish()
        return try CatalogTable(path: output)
    }

    @Test("Texts with newlines, quotes and letters beyond ASCII pass from CSV to FITS, escaped")
    func unusualText() throws {
        let path = try write(
            Array("id,name,note\n1,Zo\u{eb},\"a \"\"b\"\",\nc\"\n2,\u{1f30c},x\n3,plain,\n".utf8), "t.csv")
        let table = try passed(path)
        #expect(table.column("name")?.values == .text(["Zo\\u{eb}", "\\u{1f30c}", "plain"]))
        #expect(table.column("note")?.values == .text(["a \"b\",\\u{a}c", "x", ""]))
    }

    @Test("FITS texts against the standard, in UTF-8 or Latin-1, pass to FITS, escaped")
    func unusualFITSText() throws {
        let path = folder.path("t.fits")
        let writer = try FITSWriter(path: path)
        try writer.append(table: [TableColumn("name", .text(["caf@", "no@@", "plain"]))], name: "T")
        try writer.finish()
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        let first = try #require(bytes.firstRange(of: Array("caf@".utf8)))
        bytes[first.upperBound - 1] = 0xe9
        let second = try #require(bytes.firstRange(of: Array("no@@".utf8)))
        bytes.replaceSubrange(second.upperBound - 2..<second.upperBound, with: "\u{eb}".utf8)
        let table = try passed(write(bytes, "latin.fits"))
        #expect(table.column("name")?.values == .text(["caf\\u{fffd}", "no\\u{eb}", "plain"]))
    }

    @Test("What is cut off or no regular file is refused for its content, on one line whatever its name")
    func refused() throws {
        let name = "a\nb\u{1b}[31m.csv"
        let html = try write(Array("<html></html>".utf8), name)
        let error = #expect(throws: CatalogError.self) { _ = try CatalogReader(path: html) }
        #expect(error?.description.contains("\n") == false)
        #expect(error?.description.contains(#"a\nb\u{1B}[31m.csv'"#) == true)

        let writer = try GzipWriter(path: folder.path("t.csv.gz"))
        try writer.append(Array("id,z\n1,0.5\n2,0.25\n".utf8))
        try writer.finish()
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: folder.path("t.csv.gz"))))
        let cut = try write(Array(packed.dropLast(10)), "cut.csv.gz")
        #expect(throws: CatalogError.notATable(path: cut, reason: "the gzip file is truncated")) {
            _ = try CatalogReader(path: cut)
        }
        let pipe = folder.path("pipe.csv")
        #expect(mkfifo(pipe, 0o600) == 0)
        for (path, kind) in [
            (pipe, "a pipe or device"), ("/dev/zero", "a pipe or device"),
            (folder.url.path, "a folder"),
        ] {
            let reason = "it is \(kind), not a regular file"
            #expect(throws: CatalogError.notATable(path: path, reason: reason)) {
                _ = try CatalogReader(path: path)
            }
        }
    }

    @Test("A table that shrinks while it is read is an error, not the end of the rows")
    func shrinks() throws {
        // Longer than every buffer on the way.
        let rows = (0..<200_000).map { "\($0),0.5\n" }.joined()
        let path = try write(Array(("id,z\n" + rows).utf8), "t.csv")
        let reader = try CatalogReader(path: path)
        #expect(try reader.next(10)?.rowCount == 10)
        #expect(truncate(path, 1000) == 0)
        let error = #expect(throws: CatalogError.self) {
            while try reader.next(10_000) != nil {}
        }
        #expect(error?.description.contains("changed while it was read") == true)
    }

    @Test(
        "Ten million rows are read in blocks, in the memory of one block",
        .enabled(if: !AddressSanitizer.isActive))
    func tenMillionRows() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let rows = 10_000_000
            let text = folder.path("big.csv")
            let output = try #require(fopen(text, "w"))
            fputs("id,z\n", output)
            let piece = String(repeating: "7,2\n", count: 10_000)
            for _ in 0..<rows / 10_000 { fputs(piece, output) }
            #expect(fclose(output) == 0)
            // A binary table of zeros takes no disk.
            let binary = folder.path("big.fits")
            let writer = try FITSWriter(path: binary)
            let column = TableColumn("id", .int64([Int64(0)]))
            try writer.append(table: [column, TableColumn("z", .text(["abc"]))], name: "T")
            try writer.finish()
            var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: binary)))
            let count = try #require(bytes.firstRange(of: Array("NAXIS2  =                    1".utf8)))
            bytes.replaceSubrange(count, with: Array("NAXIS2  =             10000000".utf8))
            try Data(bytes).write(to: URL(fileURLWithPath: binary))
            #expect(truncate(binary, off_t(bytes.count + 11 * rows)) == 0)
            for (path, sum) in [(text, 7 * rows), (binary, 0)] {
                let reader = try CatalogReader(path: path)
                #expect(reader.rowCount == rows)
                var total = 0
                while let block = try reader.next(8192) {
                    total += try #require(block.column("id")?.values.integers).reduce(0) { $0 + Int($1) }
                }
                #expect(total == sum && reader.rowsRead == rows)
            }
            // The peak of this process; the numbers alone would take 160 MB.
            #if os(Linux)
                let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
                let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
                let kilobytes = try #require(line.split(separator: " ").compactMap { Int($0) }.first)
                #expect(kilobytes < 120_000, "\(line)")
            #endif
        }
    }

    @Test("A rate of zero has no logarithm: refused in its row, in either scale; an error of zero stays")
    func zeroRate() throws {
        func catalog(_ rates: [Double], _ scale: LabelCatalogConfiguration) throws -> LabelCatalog {
            try LabelCatalog(
                table: CatalogTable(columns: [
                    TableColumn("id", .int64([1, 2, 3])), TableColumn("logsfr", .double(rates)),
                    TableColumn("logsfr_err", .double([0, 0, 0.5])),
                ]), path: "c", configuration: scale)
        }
        let linear = try catalog(
            [1, 0, 10],
            LabelCatalogConfiguration(starFormationRateScale: .linear, starFormationRateTime: .year))
        expectClose(linear.log10StarFormationRate?.values ?? [], [0, .nan, 1], absolute: 1e-6)
        #expect(linear.log10StarFormationRate?.sigma?[0] == 0)
        #expect(linear.report.column(.starFormationRate)?.firstRefused.map(\.row) == [2])
        #expect(linear.flags == [[], .refusedInput, []])
        let logarithmic = try catalog([0, -.infinity, 1], LabelCatalogConfiguration())
        expectClose(logarithmic.log10StarFormationRate?.values ?? [], [0, .nan, 1])
        #expect(logarithmic.flags == [[], .refusedInput, []])
    }
}
