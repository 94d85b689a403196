import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

/// Reading text tables of many layouts.
struct TextTableTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The table that these bytes hold.
    private func read(
        _ text: String, _ options: TextTableOptions = TextTableOptions(), name: String = "t.csv"
    ) throws -> CatalogTable {
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path(name)))
        return try TextTableReader(path: folder.path(name), options: options).rest()
    }

    private func values(_ table: CatalogTable, _ name: String) -> ColumnValues? {
        table.column(name)?.values
    }

    @Test("Types follow the values: integers, numbers, truth values, text")
    func types() throws {
        let table = try read("id,z,flag,class\n9007199254740993,0.5,true,a b\n-1,1e-3,False,\"x\"\n")
        #expect(table.rowCount == 2)
        #expect(values(table, "id") == .int64([9_007_199_254_740_993, -1]))
        #expect(values(table, "z") == .double([0.5, 0.001]))
        #expect(values(table, "flag") == .logical([true, false]))
        #expect(values(table, "class") == .text(["a b", "x"]))
        #expect(values(table, "Z") == .double([0.5, 0.001]), "names are found in any case")
    }

    @Test("Integers beyond 64 bits, with leading zeros or in quotes stay text")
    func identifiersAsText() throws {
        let table = try read("a,b,c,d\n18446744073709551615,007,\"12\",9223372036854775807\n1,010,\"13\",2\n")
        #expect(values(table, "a") == .text(["18446744073709551615", "1"]))
        #expect(values(table, "b") == .text(["007", "010"]))
        #expect(values(table, "c") == .text(["12", "13"]))
        #expect(values(table, "d") == .int64([.max, 2]))
    }

    @Test("A file that quotes everything still has numbers")
    func allQuoted() throws {
        let table = try read("\"id\",\"z\"\n\"1\",\"0.25\"\n\"2\",\"0.5\"\n")
        #expect(values(table, "id") == .int64([1, 2]))
        #expect(values(table, "z") == .double([0.25, 0.5]))
    }

    @Test("A type that changes in the last row holds for the whole column")
    func lateText() throws {
        let rows = (0..<5000).map { "\($0),\($0)" }.joined(separator: "\n")
        let table = try read("a,b\n\(rows)\nlast,0.5\n")
        #expect(table.rowCount == 5001)
        guard case .text(let names)? = values(table, "a") else {
            Issue.record("a is no text")
            return
        }
        #expect(names[17] == "17" && names[5000] == "last")
        #expect(table.column("b")?.numbers?[4999] == 4999)
    }

    @Test("Missing values: empty fields and words in columns of numbers")
    func missing() throws {
        let table = try read("id,n,x,t\n1,,NaN,NA\n2,5,null,\n,6,N/A,b\n")
        #expect(table.column("id")?.isMissing == [false, false, true])
        #expect(table.column("n")?.isMissing == [true, false, false])
        #expect(table.column("n")?.numbers?[1] == 5)
        #expect(table.column("x")?.numbers?.allSatisfy { $0.isNaN } == true)
        #expect(values(table, "t") == .text(["NA", "", "b"]))
    }

    @Test(
        "Line ends, byte-order mark and a missing last newline change nothing",
        arguments: ["\n", "\r\n", "\r"])
    func lineEnds(_ end: String) throws {
        let text = "id,name\(end)1,a\(end)\(end)2,b"
        let expected = try read("id,name\n1,a\n2,b\n")
        #expect(try read(text) == expected)
        #expect(try read("\u{FEFF}" + text) == expected)
        #expect(try read(text + end) == expected)
    }

    @Test("Quoted fields hold delimiters, doubled quotes and line ends")
    func quotes() throws {
        let table = try read("id,note\r\n1,\"a, \"\"b\"\"\r\nc\"\r\n2,\"\"\r\n3,5\" wide\r\n")
        #expect(values(table, "note") == .text(["a, \"b\"\r\nc", "", "5\" wide"]))
        #expect(table.rowCount == 3)
    }

    @Test("Any delimiter is found", arguments: [",", ";", "\t", "|", " ", "   "])
    func delimiters(_ delimiter: String) throws {
        let text = [["id", "ra", "class"], ["1", "10.5", "x"], ["2", "20.5", "y"]]
            .map { $0.joined(separator: delimiter) }.joined(separator: "\n")
        let table = try read(text)
        #expect(values(table, "ra") == .double([10.5, 20.5]))
        #expect(table.names == ["id", "ra", "class"])
    }

    @Test("A header in a comment may have another delimiter than the rows")
    func commentedHeader() throws {
        let table = try read("# made by hand in 2010\n#F:MAG_U;D:Z\n22.5,0.5\n21.5,0.25\n")
        #expect(table.names == ["F:MAG_U", "D:Z"])
        #expect(values(table, "D:Z") == .double([0.5, 0.25]))
        let blanks = try read("# zs u g\n 0.5 1 2\n 0.25 3 4\n")
        #expect(blanks.names == ["zs", "u", "g"])
        #expect(values(blanks, "g") == .int64([2, 4]))
    }

    @Test("A comment that happens to have as many words does not take the header's place")
    func misleadingComment() throws {
        let table = try read("# my own table\nid,ra,dec\n1,2.5,3.5\n")
        #expect(table.names == ["id", "ra", "dec"])
        #expect(table.rowCount == 1)
    }

    @Test("Names can be given and lines passed over")
    func givenNames() throws {
        let options = TextTableOptions(
            delimiter: .blanks, header: .none, names: ["a", "b", "c"], skippedLines: 1)
        let table = try read("one two words\n1 2 3\n4 5 6\n", options)
        #expect(table.names == ["a", "b", "c"])
        #expect(values(table, "c") == .int64([3, 6]))
        let error = #expect(throws: CatalogError.self) {
            _ = try read("1 2\n", TextTableOptions(header: .none, names: ["a", "b", "c"]))
        }
        #expect(error?.description.contains("2 fields, expected 3") == true)
    }

    @Test("A ragged row is an error that names file and line")
    func ragged() throws {
        let error = #expect(throws: CatalogError.self) { _ = try read("id,z\n1,2\n\"a\nb\",3\n4,5,6\n") }
        #expect(error == .raggedRow(path: folder.path("t.csv"), line: 5, expected: 2, found: 3))
        let manyRows = "id,z\n" + (0..<200).map { "\($0),1\n" }.joined() + "7\n"
        #expect(throws: CatalogError.raggedRow(path: folder.path("t.csv"), line: 202, expected: 2, found: 1))
        {
            _ = try read(manyRows)
        }
    }

    @Test("What is no table is refused with a reason")
    func notTables() throws {
        let cases: [(String, String)] = [
            ("", "empty"), ("<!DOCTYPE html><html>", "HTML"), ("<?xml version='1.0'?><VOTABLE/>", "XML"),
            ("version https://git-lfs.github.com/spec/v1\n", "git-lfs"), ("id,z\n1,\0\n", "zero bytes"),
            ("1,2\n3,4\n", "names"), ("id,z,id\n1,2,3\n", "two columns"), ("id,z\n1,\"a\n2,b\n", "quote"),
            ("id,z\n1,\"a\"b\n", "quote"), ("#\n", "no row"),
        ]
        for (text, word) in cases {
            let error = #expect(throws: CatalogError.self) { _ = try read(text) }
            #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        }
        for path in [folder.path("absent.csv"), folder.url.path, "/dev/zero"] {
            #expect(throws: CatalogError.self) { _ = try TextTableReader(path: path) }
        }
    }

    @Test("Text that is not UTF-8 is refused with its row and column")
    func notUTF8() throws {
        let path = folder.path("latin.csv")
        try Data("id,name\n1,a\n2,".utf8 + [0xC5, 0x0A]).write(to: URL(fileURLWithPath: path))
        let error = #expect(throws: CatalogError.self) { _ = try TextTableReader(path: path).rest() }
        #expect(error?.description.contains("row 2, column 'name'") == true)
    }

    @Test("A header alone is a table without rows")
    func headerOnly() throws {
        for text in ["id,ra,dec\n", "# id ra dec\n", "id,ra,dec"] {
            let table = try read(text)
            #expect(table.names == ["id", "ra", "dec"])
            #expect(table.rowCount == 0)
        }
    }

    @Test("Blocks of any size, and of records that cross the reader's buffer, join to the same table")
    func blocks() throws {
        let rows = (0..<3000).map {
            "\($0),\"note \($0)\n\(String(repeating: "x", count: $0 % 700))\",\($0).5"
        }
        let whole = try read("id,note,x\n" + rows.joined(separator: "\n"))
        #expect(whole.rowCount == 3000)
        let reader = try TextTableReader(path: folder.path("t.csv"))
        for size in [1, 7, 1000, 2999] {
            try reader.rewind()
            var parts: [CatalogTable] = []
            while let block = try reader.next(size) { parts.append(block) }
            #expect(CatalogTable(joining: parts) == whole)
        }
    }

    @Test(
        "Numbers are read as the standard library rounds them, whatever the locale",
        .enabled(if: GermanLocale.isAvailable))
    func numbers() throws {
        #expect(GermanLocale.set())
        defer { GermanLocale.restore() }
        var texts = [
            "0.1", "-0.0", "1e22", "1e23", "8.5", "123456789012345678", "9007199254740993.0", "1E-320",
            "1e400",
            "179769313486231580793728971405301e276", "2.2250738585072011e-308", ".5", "5.", "+7.25", "1e-400",
            "0.000000000000000000000000000001", "3.4028234663852886e38", "12345678901234567890123.4", "1e+05",
        ]
        var state: UInt64 = 1
        for _ in 0..<2000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: state)
            if value.isFinite { texts.append("\(value)") }
            texts.append("\(Double(state >> 40) / 1000)")
        }
        let table = try read("x\n1.5\n" + texts.joined(separator: "\n"), name: "n.csv")
        let read = try #require(table.column("x")?.numbers)
        #expect(read.dropFirst().map(\.bitPattern) == texts.map { Double($0)!.bitPattern })
        #expect(try self.read("x,y\n1.5D+02,1\n2.5d0,1\n").column("x")?.numbers == [150, 2.5])
    }

    @Test("Gzipped tables are read as they are; a truncated one is an error")
    func gzip() throws {
        let path = folder.path("t.csv")
        try Data("id,z\n1,0.5\n".utf8).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", path]
        try process.run()
        process.waitUntilExit()
        #expect(try TextTableReader(path: path + ".gz").rest().column("z")?.numbers == [0.5])
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + ".gz"))
        try bytes.dropLast(6).write(to: URL(fileURLWithPath: folder.path("cut.gz")))
        #expect(throws: CatalogError.self) { _ = try TextTableReader(path: folder.path("cut.gz")).rest() }
    }

    @Test("A given comment mark, or none")
    func commentMarks() throws {
        let percent = try read("% a b\n1 2\n% 3 4\n5 6\n", TextTableOptions(comment: "%"))
        #expect(percent.names == ["a", "b"] && percent.rowCount == 2)
        let none = try read("id,z\n#1,2\n", TextTableOptions(comment: nil))
        #expect(values(none, "id") == .text(["#1"]))
    }
}
