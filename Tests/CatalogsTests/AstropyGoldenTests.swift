import Astronomy
import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

/// Tables that astropy wrote (Golden/make_goldens.py) are read as astropy means them.
struct AstropyGoldenTests {
    private func path(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
            .path
    }

    @Test(
        "ECSV: types, units, UCDs, descriptions, vectors",
        arguments: ["astropy_blanks.ecsv", "astropy_commas.ecsv"])
    func ecsv(_ name: String) throws {
        let table = try CatalogTable(path: path(name))
        #expect(table.names == ["id", "ra", "flux", "n", "good", "name", "spectrum", "grid", "long", "word"])
        let ra = try #require(table.column("ra"))
        #expect(ra.unit == "deg" && ra.ucd == "pos.eq.ra;meta.main")
        #expect(ra.description == "Right ascension: it's \"J2000\", {curly}, [square]; # hash")
        #expect(ra.values == .double([10.25, 359.9999999999, 0.1]))
        #expect(table.column("id")?.values == .int64([9_007_199_254_740_993, -5, 12]))
        #expect(table.column("id")?.description == "Identifier")
        expectClose(table.column("flux")?.numbers ?? [], [Double(Float(1.1)), .nan, Double(Float(1e-30))])
        #expect(table.column("flux")?.values.element == .float)
        #expect(table.column("n")?.isMissing == [false, true, false])
        #expect(table.column("n")?.values.element == .int16)
        #expect(table.column("good")?.values == .logical([true, false, true]))
        #expect(table.column("name")?.values == .text(["a b", "say \"x\"", "comma, here"]))
        #expect(table.column("spectrum")?.width == 2)
        #expect(table.column("spectrum")?.values == .double([0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))
        #expect(table.column("grid")?.width == 4)
        #expect(table.column("grid")?.values == .int32((0..<12).map { Int32($0) }))
        #expect(table.column("long")?.values == .uint8([1, 2, 3]))
        #expect(
            table.column("long")?.description?.filter { $0 != " " }
                == ("A description " + String(repeating: "that goes on and on ", count: 12)).filter {
                    $0 != " "
                })
        #expect(table.column("word")?.values == .text(["true", "7", "x"]), "text by declaration")
        #expect(table.column("word")?.description == "Ångström – naïve")
    }

    @Test("CSV and a header in a comment")
    func plain() throws {
        let csv = try CatalogTable(path: path("astropy_plain.csv"))
        let commented = try CatalogTable(path: path("astropy_header.txt"))
        for table in [csv, commented] {
            #expect(table.column("id")?.values == .int64([9_007_199_254_740_993, -5, 12]))
            #expect(table.column("name")?.values == .text(["a b", "say \"x\"", "comma, here"]))
            expectClose(
                table.column("flux")?.numbers ?? [], [1.100000023841858, .nan, 1.0000000031710769e-30])
        }
    }

    @Test("An ECSV cell of the wrong type is an error with row and column; so is an unknown type")
    func badCells() throws {
        let folder = try TemporaryFolder()
        func read(_ text: String) throws -> CatalogTable {
            try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path("t.ecsv")))
            return try CatalogTable(path: folder.path("t.ecsv"))
        }
        let head = "# %ECSV 1.0\n# ---\n# datatype:\n"
        let cases: [(String, String)] = [
            (head + "# - {name: a, datatype: int32}\na\n1\nx\n", "row 2, column 'a': 'x' is not an integer"),
            (head + "# - {name: a, datatype: uint8}\na\n256\n", "row 1"),
            (head + "# - {name: a, datatype: float64}\na\n1.5.5\n", "is not a number"),
            (head + "# - {name: a, datatype: string, subtype: 'float64[2]'}\na\n[1]\n", "a list of 2"),
            (head + "# - {name: a, datatype: quaternion}\na\n1\n", "quaternion"),
            (head + "# - {name: a}\na\n1\n", "not understood"),
            (
                head + "# - {name: a, datatype: int32}\n# - {name: a, datatype: int32}\na a\n1 1\n",
                "two columns"
            ),
            (head + "# - {name: a, datatype: int32}\nb\n1\n", "are not those of the ECSV header"),
            ("# %ECSV 1.0\n# ---\n# meta: {}\na\n1\n", "no datatype"),
            ("# %ECSV 7.0\n# ---\n# datatype:\n# - {name: a, datatype: int32}\na\n1\n", "version"),
        ]
        for (text, words) in cases {
            let error = #expect(throws: CatalogError.self) { _ = try read(text) }
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
        }
        let block =
            head
            + "# - name: a\n#   unit: 'm'\n#   datatype: string\n#   subtype: int64[2]\na\n\"[1,null]\"\n"
        #expect(try read(block).column("a")?.isMissing == [false, true])
    }

    private struct Matches: Decodable {
        var targets: [[Double]]
        var queries: [[Double]]
        var nearest: [Int]
        var arcsec: [Double]
    }

    @Test("The nearest positions and separations are astropy's")
    func nearest() throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path("astropy_match.json")))
        let golden = try JSONDecoder().decode(Matches.self, from: data)
        let targets = SkyObjects(
            identifiers: nil, rightAscension: golden.targets[0], declination: golden.targets[1])
        let index = PositionIndex(targets, radius: Angle(arcseconds: 1))
        for query in golden.nearest.indices {
            let position = try #require(
                SkyPosition(
                    rightAscension: golden.queries[0][query], declination: golden.queries[1][query]))
            let found = index.nearest(to: position)
            if golden.arcsec[query] <= 1 {
                #expect(found?.index == golden.nearest[query])
                expectClose([found?.separation.arcseconds ?? 0], [golden.arcsec[query]], absolute: 1e-8)
            } else {
                #expect(found == nil)
            }
        }
        #expect(golden.arcsec.contains { $0 > 1 } && golden.arcsec.contains { $0 < 1 })
    }
}
