import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

/// Real published tables, read without any option.
@Suite(.enabled(if: RealData.isAvailable))
struct RealTextTableTests {
    private func reader(
        _ name: String, _ options: TextTableOptions = TextTableOptions()
    ) throws -> TextTableReader {
        let folder = try #require(RealData.folder)
        return try TextTableReader(
            path: folder.appendingPathComponent("images/catalogues/\(name)").path, options: options)
    }

    @Test(
        "Rows and columns are those of the files",
        arguments: [
            ("boss_dr10_0.csv", 6000, 11), ("boss_dr10_1.csv", 6000, 11),
            ("boss_dr10_colorCuts.csv", 10000, 11),
            ("emission_line_mass.csv", 21046, 12),
            ("quasars_galex_sdss.csv", 5380, 11), ("hdfn_fs99_eazy.cat", 1067, 16),
            ("green_peas/2009_PEAFLAGS_ccardamone.csv", 251, 41), ("green_peas/2009_SB_data.txt", 80, 12),
        ])
    func sizes(_ name: String, _ rows: Int, _ columns: Int) throws {
        let reader = try reader(name)
        #expect(reader.rowCount == rows)
        #expect(reader.columns.count == columns)
        #expect(try reader.rest().rowCount == rows)
    }

    @Test("Values of known rows: a header with semicolons over rows with commas")
    func boss() throws {
        let table = try reader("boss_dr10_0.csv").rest()
        #expect(table.names.first == "F:MAG_U" && table.names.last == "D:Z")
        #expect(table.column("D:Z")?.numbers?[1] == 0.247556)
        #expect(table.column("F:MAGERR_Z")?.numbers?[0] == 0.211591)
    }

    @Test("Values of known rows: a header in a comment over blanks")
    func blanks() throws {
        let hubble = try reader("hdfn_fs99_eazy.cat").rest()
        #expect(hubble.names[1] == "f_f300w", "the first of two header lines")
        #expect(hubble.column("id")?.numbers?[1] == 2)
        #expect(hubble.column("z_spec")?.numbers?[0] == -1)
    }

    @Test("A header that lacks a name is refused, and the table read with given names")
    func missingName() throws {
        let error = #expect(throws: CatalogError.self) { _ = try reader("SDSS_MGS.train") }
        #expect(error?.description.contains("names the 19 columns") == true)
        let names =
            "zs u g r i z u-g g-r r-i i-z eu eg er ei ez eu-g eg-r er-i ei-z".split(separator: " ").map(
                String.init)
        let table = try reader("SDSS_MGS.train", TextTableOptions(names: names)).rest()
        #expect(table.rowCount == 5000)
        #expect(table.column("zs")?.numbers?[2] == 0.129352)
        #expect(table.column("ei-z")?.numbers?[0] == 0.014098)
    }

    @Test("Identifiers of 18 digits stay exact")
    func identifiers() throws {
        let peas = try reader("green_peas/2009_PEAFLAGS_ccardamone.csv").rest()
        guard case .int64(let ids)? = peas.column("objid")?.values else {
            Issue.record("objid is not int64")
            return
        }
        #expect(ids[0] == 587_725_073_921_409_255)
        #expect(Set(ids).count == 251)
    }

    @Test("A header with a blank inside a name is refused, and read with given names")
    func blankInName() throws {
        let name = "green_peas/2009_peas_eldata.txt"
        let error = #expect(throws: CatalogError.self) { _ = try reader(name) }
        #expect(error?.description.contains("fields, expected") == true)
        let names = (1...15).map { "c\($0)" }
        let table = try reader(name, TextTableOptions(header: .none, names: names, skippedLines: 1)).rest()
        #expect(table.rowCount == 80)
        #expect(table.column("c3")?.values.element == .text)
    }
}
