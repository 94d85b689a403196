import FITS
import Foundation
import TestSupport
import Testing

@Suite("Broken and hostile tables")
struct HostileTableTests {
    /// A table of `rows` rows of `rowLength` bytes, and a heap.
    private func table(
        _ forms: [String], rowLength: Int, rows: Int, data: [UInt8], _ extra: [String] = [], heap: Int = 0
    ) throws -> BinaryTable {
        var cards = [
            RawFITS.card("XTENSION", "'BINTABLE'"), RawFITS.card("BITPIX", "8"), RawFITS.card("NAXIS", "2"),
            RawFITS.card("NAXIS1", "\(rowLength)"), RawFITS.card("NAXIS2", "\(rows)"),
            RawFITS.card("PCOUNT", "\(heap)"), RawFITS.card("GCOUNT", "1"),
            RawFITS.card("TFIELDS", "\(forms.count)"),
        ]
        for (index, form) in forms.enumerated() {
            cards.append(RawFITS.card("TFORM\(index + 1)", "'\(form)'"))
        }
        let bytes = RawFITS.emptyPrimary + RawFITS.header(cards + extra) + RawFITS.padded(data)
        return try FITSFile(bytes: bytes, name: "t").table()
    }

    @Test(
        "Columns that do not fit their row are refused",
        arguments: [
            "3J", "99999999999999999999J", "Z", "", "-1J", "2147483648J", "1J(", "2PJ", "PZ", "PJ(3", "J3X9",
        ])
    func badForms(form: String) {
        // A trailing remark after the letter is allowed by the standard, so the last fits as J.
        if form == "J3X9" {
            #expect(throws: Never.self) { try table([form], rowLength: 4, rows: 1, data: [0, 0, 0, 1]) }
        } else {
            #expect(throws: FITSError.self) {
                try table([form], rowLength: 5, rows: 1, data: [0, 0, 0, 1, 2])
            }
        }
    }

    @Test("Columns without names are numbered, names match in any case")
    func names() throws {
        let table = try table(
            ["J", "1A"], rowLength: 5, rows: 1, data: [0, 0, 0, 9, 0x41], [RawFITS.card("TTYPE2", "'Name'")])
        #expect(table.columns.map(\.name) == ["col1", "Name"])
        #expect(try table.column("NAME").values == .text(["A"]))
        #expect(try table.column("col1").values == .int32([9]))
    }

    @Test("Zero rows, zero widths and rows of nothing are harmless")
    func empty() throws {
        #expect(try table(["J"], rowLength: 4, rows: 0, data: []).column("col1").rowCount == 0)
        let zero = try table(["0J", "J"], rowLength: 4, rows: 1, data: [0, 0, 0, 1])
        #expect(try zero.column("col1").values == .int32([]))
        #expect(try zero.column("col2").values == .int32([1]))
        #expect(
            try table(["0A"], rowLength: 0, rows: 3, data: []).column("col1").values == .text(["", "", ""]))
        #expect(throws: FITSError.self) { try table(["0A"], rowLength: 0, rows: 1 << 62, data: []) }
    }

    @Test("Logical values are T, F or missing; texts end at a zero byte")
    func values() throws {
        let table = try table(
            ["L", "4A"], rowLength: 5, rows: 3, data: Array("Tab \0F\0bcd\0xyzt".utf8))
        #expect(try table.column("col1").isMissing == [false, false, true])
        #expect(try table.column("col2").values == .text(["ab", "", "xyzt"]))
    }

    @Test("Signed bytes, and scaled integers with a null")
    func conventions() throws {
        let bytes = try table(
            ["B"], rowLength: 1, rows: 3, data: [0, 128, 255], [RawFITS.card("TZERO1", "-128")])
        #expect(try bytes.column("col1").values == .int16([-128, 0, 127]))
        #expect(throws: FITSError.self) {
            try table(["I"], rowLength: 2, rows: 1, data: [0, 1], [RawFITS.card("TSCAL1", "0.0")])
        }
        #expect(throws: FITSError.self) {
            try table(["I"], rowLength: 2, rows: 1, data: [0, 1], [RawFITS.card("TDIM1", "'(3,4)'")])
        }
    }

    @Test("Arrays outside the heap are refused with their row")
    func heap() throws {
        func descriptor(_ count: UInt8, _ offset: UInt8) -> [UInt8] { [0, 0, 0, count, 0, 0, 0, offset] }
        let good = try table(
            ["PI(2)"], rowLength: 8, rows: 2, data: descriptor(2, 0) + descriptor(1, 2) + [0, 1, 0, 2],
            heap: 4)
        let column = try good.variableLengthColumn("col1")
        #expect(column.lengths == [2, 1] && column.values == .int16([1, 2, 2]))
        let beyond = try table(
            ["PI(2)"], rowLength: 8, rows: 2, data: descriptor(2, 0) + descriptor(2, 2) + [0, 1, 0, 2],
            heap: 4)
        let error = #expect(throws: FITSError.self) { try beyond.variableLengthColumn("col1") }
        #expect(error?.description.contains("row 1: 2 values at 2 of a heap of 4 bytes") == true)
        let negative = try table(
            ["PI"], rowLength: 8, rows: 1, data: [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0] + [0, 0], heap: 2)
        #expect(throws: FITSError.self) { try negative.variableLengthColumn("col1") }
        let huge = try table(
            ["QD"], rowLength: 16, rows: 1, data: [0x7f] + Array(repeating: 0xff, count: 15) + [0, 0], heap: 2
        )
        #expect(throws: FITSError.self) { try huge.variableLengthColumn("col1") }
    }

    @Test("Texts that are no ASCII know the room that they take when they are written again")
    func textWidths() throws {
        // "caf\u{e9}" in UTF-8, the same in Latin-1 (one byte that is no UTF-8), ASCII with zeros behind.
        let rows: [[UInt8]] = [
            Array("caf\u{e9}".utf8) + [0], [0x63, 0x61, 0x66, 0xe9, 0, 0], [0x61, 0, 0, 0, 0, 0],
        ]
        let odd = try table(["6A", "1B"], rowLength: 7, rows: 3, data: rows.flatMap { $0 + [0xff] })
        // \u{e9} and \u{fffd} as six and eight characters behind three of ASCII.
        #expect(try odd.storedTextWidths(at: [0]) == [11])
        let plain = try table(["6A"], rowLength: 6, rows: 1, data: rows[2])
        #expect(try plain.storedTextWidths(at: [0]) == [6])
        #expect(try plain.storedTextWidths(at: []) == [])
        let column = try odd.columns(at: [0])[0]
        let description = ColumnDescription(
            column.name, .text, textWidth: try odd.storedTextWidths(at: [0])[0])
        let folder = try TemporaryFolder()
        let writer = try BinaryTableWriter(path: folder.path("t.fits"), columns: [description], name: "T")
        try writer.append([column])
        try writer.finish()
        #expect(
            try FITSFile(path: folder.path("t.fits")).table().column(column.name).values
                == .text(["caf\\u{e9}", "caf\\u{fffd}", "a"]))
    }
}
