import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Reading some columns of a catalogue whole")
struct CatalogReaderTests {
    @Test(
        "Columns joined block by block are those of the file, in the order asked for",
        arguments: [0, 1, 100_000, 250_001])
    func someColumns(rows: Int) throws {
        let folder = try TemporaryFolder()
        let ids = TableColumn("id", .int64((0..<rows).map { Int64($0) << 33 }))
        let names = TableColumn("name", .text((0..<rows).map { "n\($0 % 7)" }))
        let pairs = TableColumn("pair", .float((0..<2 * rows).map(Float.init)), width: 2)
        let counts = TableColumn(
            "count", .int32((0..<rows).map { Int32($0) }), isMissing: (0..<rows).map { $0 == rows - 1 })
        let writer = try FITSWriter(path: folder.path("c.fits"))
        try writer.append(table: [ids, names, pairs, counts], name: "CATALOG")
        try writer.finish()
        let reader = try CatalogReader(path: folder.path("c.fits"))
        let table = try reader.rest(of: ["COUNT", "pair", "absent", "id"])
        #expect(table.names == ["count", "pair", "id"] && table.rowCount == rows)
        #expect(table.column("id")?.values == ids.values)
        #expect(table.column("pair")?.values == pairs.values && table.column("pair")?.width == 2)
        let missing = table.column("count")?.isMissing ?? []
        #expect(missing.indices.filter { missing[$0] } == (rows > 0 ? [rows - 1] : []))
        #expect(try reader.rest(of: ["id"]).rowCount == 0)
        try reader.rewind()
        try reader.skip(rows / 2)
        #expect(try reader.rest(of: ["id"]).column("id")?.values == ids.values[rows / 2..<rows])
    }

    @Test(
        "Rows in a file that is being written are read back, in every format",
        arguments: ["fits", "csv", "ecsv"])
    func writtenRows(suffix: String) throws {
        let folder = try TemporaryFolder()
        let output = try CatalogOutput(path: folder.path("c.\(suffix)"))
        func table(_ rows: Range<Int>) -> CatalogTable {
            CatalogTable(columns: [
                TableColumn("id", .text(rows.map { "a,\"\($0)" })),
                TableColumn("z", .float(rows.map { $0 % 3 == 0 ? .nan : Float($0) / 7 })),
                TableColumn("flag", .int32(rows.map { Int32($0) })),
            ])
        }
        let columns = [
            ColumnDescription("id", .text, textWidth: 8), ColumnDescription("z", .float),
            ColumnDescription("flag", .int32),
        ]
        // More rows than a block that is read back.
        let writer = try CatalogWriter(outputs: [output], columns: columns)
        try writer.append(table(0..<5000))
        var flags: [Int64] = []
        var values: [Float] = []
        try writer.forEachWrittenBlock(of: ["flag", "z"]) { block in
            flags += block.column("flag")?.values.integers ?? []
            values += (block.column("z")?.numbers ?? []).map(Float.init)
        }
        #expect(flags == (0..<5000).map { Int64($0) })
        #expect(values.count == 5000)
        #expect((0..<5000).allSatisfy { $0 % 3 == 0 ? values[$0].isNaN : values[$0] == Float($0) / 7 })
        // Reading back leaves the writing where it was.
        try writer.append(table(5000..<5003))
        try writer.finish()
        let whole = try CatalogTable(path: output.path)
        #expect(whole.rowCount == 5003)
        #expect(whole.column("id")?.values.texts == (0..<5003).map { "a,\"\($0)" })
    }
}
