import Astronomy
import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

/// Labels from catalogues: units, missing values, and what is refused.
struct LabelCatalogTests {
    /// A table of float64 columns beside identifiers from 1.
    private func table(_ columns: [(String, [Double], String?)], positions: Bool = true) -> CatalogTable {
        let rows = columns.first?.1.count ?? 0
        var all = [TableColumn("id", .int64((0..<rows).map { Int64($0 + 1) }))]
        if positions {
            all.append(TableColumn("ra", .double((0..<rows).map { 150 + Double($0) / 100 })))
            all.append(TableColumn("dec", .double((0..<rows).map { 2 + Double($0) / 100 })))
        }
        all += columns.map { TableColumn($0.0, .double($0.1), unit: $0.2) }
        return CatalogTable(columns: all, rowCount: rows)
    }

    private func labels(
        _ columns: [(String, [Double], String?)],
        _ configuration: LabelCatalogConfiguration = LabelCatalogConfiguration()
    ) throws -> LabelCatalog {
        try LabelCatalog(table: table(columns), path: "c.fits", configuration: configuration)
    }

    private func reason(_ catalog: LabelCatalog, _ label: LabelColumn) -> String? {
        if case .refused(let reason)? = catalog.report.column(label)?.state { reason } else { nil }
    }

    @Test("Values, errors and missing marks of the mock catalogue's columns")
    func plain() throws {
        let catalog = try labels([
            ("redshift", [0.1, -99, 0.3, .nan], nil), ("redshift_err", [0.001, 0.001, -99, 0.001], nil),
            ("logmstar", [10.5, 99, -9.9, -9999], nil), ("logsfr", [-0.5, 0.5, 1.5, -99], nil),
            ("posang", [190, -30, 99, 359], "deg"), ("ebv", [0.02, -1, 0.04, 0.05], "mag"),
        ])
        expectClose(catalog.redshift?.values ?? [], [0.1, .nan, 0.3, .nan])
        expectClose(catalog.redshift?.sigma ?? [], [0.001, 0.001, .nan, 0.001])
        expectClose(catalog.log10StellarMass?.values ?? [], [10.5, .nan, .nan, .nan])
        #expect(catalog.log10StellarMass?.sigma == nil)
        expectClose(catalog.log10StarFormationRate?.values ?? [], [-0.5, 0.5, 1.5, .nan])
        let degrees = catalog.positionAngle?.values.map { $0 * 180 / .pi } ?? []
        expectClose(degrees, [10, 150, 99, 179], absolute: 1e-4)
        expectClose(catalog.extinction ?? [], [0.02, .nan, 0.04, 0.05])
        #expect(catalog.report.column(.redshift)?.missing == 2)
        #expect(catalog.report.column(.stellarMass)?.missing == 3)
        #expect(catalog.flags.allSatisfy { $0.isEmpty })
        #expect(catalog.report.column(.classification)?.state == .absent)
    }

    @Test("99 degrees is a right ascension and an angle, -99 an angle where others are negative")
    func ninetyNine() throws {
        let table = CatalogTable(columns: [
            TableColumn("id", .int64([1, 2, 3])), TableColumn("ra", .double([99, 9, 1])),
            TableColumn("dec", .double([-9.9, -9, 1])), TableColumn("posang", .double([99, -99, -45])),
        ])
        let catalog = try LabelCatalog(table: table, path: "c")
        #expect(catalog.rightAscension == [99, 9, 1] && catalog.declination == [-9.9, -9, 1])
        expectClose(
            catalog.positionAngle?.values.map { $0 * 180 / .pi } ?? [], [99, 81, 135], absolute: 1e-4)
        let positive = try labels([("posang", [10, -99, 170], nil)])
        #expect(positive.positionAngle?.values[1].isNaN == true)
    }

    @Test("A single value out of bounds is refused with its row and reason")
    func refusedValues() throws {
        let catalog = try labels([
            ("redshift", [0.1, 12, 0.3, -0.5, -0.005], nil), ("logmstar", [10, 11, 3e10, 9, 9], nil),
            ("logsfr_err", [0.1, 0.1, 0.1, 0.1, 0.1], nil), ("logmstar_err", [0.1, -0.2, 0, 0.1, 0.1], nil),
        ])
        expectClose(catalog.redshift?.values ?? [], [0.1, .nan, 0.3, .nan, -0.005])
        #expect(catalog.report.column(.redshift)?.refused == 2)
        #expect(catalog.report.column(.redshift)?.firstRefused.map(\.row) == [2, 4])
        #expect(catalog.flags == [[], .refusedInput, .refusedInput, .refusedInput, []])
        #expect(catalog.log10StellarMass?.values[2].isNaN == true)
        expectClose(catalog.log10StellarMass?.sigma ?? [], [0.1, .nan, 0, 0.1, 0.1])
        #expect(reason(catalog, .starFormationRateSigma)?.contains("absent") == true)
        #expect(catalog.report.lines.contains { $0.contains("row 2: 12.0 is outside -0.01 to 10") })
    }

    @Test("Linear masses and rates, per year or per Gyr, come out as log10 with errors in dex")
    func linear() throws {
        let catalog = try labels(
            [
                ("logmstar", [1e10, 2e11, 0], nil), ("logmstar_err", [1e9, 2e10, 1], nil),
                ("logsfr", [99, 1, -99], nil),
            ],
            LabelCatalogConfiguration(
                stellarMassScale: .linear, starFormationRateScale: .linear, starFormationRateTime: .year))
        expectClose(catalog.log10StellarMass?.values ?? [], [10, 11.30103, .nan], absolute: 1e-5)
        // 10 % of a value is 0.1 / ln 10 dex.
        expectClose(catalog.log10StellarMass?.sigma ?? [], [0.0434294, 0.0434294, .nan], absolute: 1e-6)
        expectClose(catalog.log10StarFormationRate?.values ?? [], [1.9956352, 0, .nan], absolute: 1e-6)
        #expect(catalog.report.column(.stellarMass)?.refused == 1)
        #expect(catalog.report.column(.starFormationRate)?.missing == 1)

        let perGyr = try labels(
            [("logsfr", [9.5, 8.5], nil)], LabelCatalogConfiguration(starFormationRateTime: .gigayear))
        expectClose(perGyr.log10StarFormationRate?.values ?? [], [0.5, -0.5])
        let byUnit = try labels([("logsfr", [9.5, 8.5], "Msun/Gyr")])
        expectClose(byUnit.log10StarFormationRate?.values ?? [], [0.5, -0.5])
        #expect(byUnit.report.column(.starFormationRate)?.understoodAs == "log10 Msun per Gyr")
    }

    @Test("Angles and coordinates in radians and hours")
    func angles() throws {
        let table = CatalogTable(columns: [
            TableColumn("id", .int64([1, 2])), TableColumn("ra", .double([12, 23.5]), unit: "h"),
            TableColumn("dec", .double([-45, 45])),
            TableColumn("posang", .double([-.pi / 4, 1]), unit: "rad"),
            TableColumn("posang_err", .double([0.1, 0.2]), unit: "rad"),
        ])
        let catalog = try LabelCatalog(table: table, path: "c")
        expectClose(catalog.rightAscension ?? [], [180, 352.5])
        expectClose(catalog.positionAngle?.values ?? [], [0.75 * .pi, 1], absolute: 1e-6)
        expectClose(catalog.positionAngle?.sigma ?? [], [0.1, 0.2])
        let radians = try LabelCatalog(
            table: CatalogTable(columns: [
                TableColumn("id", .int64([1])), TableColumn("ra", .double([.pi])),
                TableColumn("dec", .double([-.pi / 6])),
            ]), path: "c", configuration: LabelCatalogConfiguration(coordinateUnit: .radians))
        expectClose(radians.rightAscension ?? [], [180], relative: 1e-15)
        expectClose(radians.declination ?? [], [-30], relative: 1e-14)
    }

    @Test("A redshift column that equals the declination is refused")
    func redshiftIsDeclination() throws {
        let declinations = (0..<50).map { 2 + Double($0) / 100 }
        let catalog = try labels([("redshift", declinations, nil)])
        #expect(catalog.redshift == nil)
        #expect(reason(catalog, .redshift)?.contains("equals the column 'dec' in 50 of 50 rows") == true)
        let error = #expect(throws: CatalogError.self) { try catalog.require([.redshift]) }
        #expect(error?.description.contains("'c.fits': column 'redshift' equals") == true)
        try catalog.require([.identifier])
        #expect(throws: CatalogError.self) { try catalog.require([.stellarMass]) }
    }

    @Test("Whole columns in the wrong unit or scale are refused with what they look like")
    func wrongUnits() throws {
        let spread = (0..<40).map { Double($0) / 39 }
        let cases: [(String, LabelColumn, [Double], LabelCatalogConfiguration, String)] = [
            ("redshift", .redshift, spread.map { 20 + 100 * $0 }, .init(), "redshifts lie between"),
            ("logmstar", .stellarMass, spread.map { 1e10 * (1 + $0) }, .init(), "looks linear"),
            (
                "logmstar", .stellarMass, spread.map { 9 + $0 }, .init(stellarMassScale: .linear),
                "looks like log10"
            ),
            ("logsfr", .starFormationRate, spread.map { 8 + 2 * $0 }, .init(), "log10 Msun/Gyr"),
            (
                "logsfr", .starFormationRate, spread.map { 2 * $0 - 1 },
                .init(starFormationRateTime: .gigayear), "log10 Msun/yr"
            ),
            ("logsfr", .starFormationRate, spread.map { 8 * $0 * $0 }, .init(), "looks linear"),
            ("posang", .positionAngle, spread.map { 3 * $0 }, .init(), "looks like radians"),
            (
                "posang", .positionAngle, spread.map { 170 * $0 }, .init(positionAngleUnit: .radians),
                "looks like degrees"
            ),
        ]
        for (name, label, values, configuration, words) in cases {
            let catalog = try labels([(name, values, nil)], configuration)
            #expect(reason(catalog, label)?.contains(words) == true, "\(name): \(catalog.report.lines)")
        }
        // The same columns, rightly understood, are read.
        #expect(try labels([("logsfr", spread.map { 3 * $0 - 1 }, nil)]).log10StarFormationRate != nil)
        #expect(try labels([("posang", spread.map { 170 * $0 }, nil)]).positionAngle != nil)
    }

    @Test("Right ascension 360 and -0.1 fold, NaN and beyond a pole are left out, poles are good")
    func coordinates() throws {
        let table = CatalogTable(columns: [
            TableColumn("id", .int64([1, 2, 3, 4, 5, 6, 7])),
            TableColumn("ra", .double([360, -0.1, .nan, 10, 10, 10, -99])),
            TableColumn("dec", .double([0, 0, 0, 90, -90, 91, -99])),
        ])
        let catalog = try LabelCatalog(table: table, path: "c")
        expectClose(catalog.rightAscension ?? [], [0, 359.9, .nan, 10, 10, .nan, .nan], absolute: 1e-12)
        expectClose(catalog.declination ?? [], [0, 0, .nan, 90, -90, .nan, .nan])
        #expect(catalog.report.column(.declination)?.firstRefused.first?.row == 6)
        #expect(catalog.flags.map(\.rawValue) == [0, 0, 0, 0, 0, 2048, 0])
        let swapped = try LabelCatalog(
            table: CatalogTable(columns: [
                TableColumn("id", .int64([1, 2])), TableColumn("ra", .double([1, 2])),
                TableColumn("dec", .double([150, 160])),
            ]), path: "c")
        #expect(swapped.rightAscension == nil && reason(swapped, .declination)?.contains("pole") == true)
    }

    @Test("Missing columns, no rows, and a configured name that is not there are errors")
    func missingColumns() throws {
        let none = CatalogTable(columns: [TableColumn("x", .double([1]))])
        #expect(throws: CatalogError.self) { _ = try LabelCatalog(table: none, path: "c") }
        let noDeclination = CatalogTable(columns: [TableColumn("ra", .double([1]))])
        #expect(throws: CatalogError.self) { _ = try LabelCatalog(table: noDeclination, path: "c") }
        let empty = CatalogTable(columns: [TableColumn("id", .int64([]))])
        #expect(throws: CatalogError.noRows(path: "c")) { _ = try LabelCatalog(table: empty, path: "c") }
        let configuration = LabelCatalogConfiguration(names: [.redshift: "zspec"])
        let error = #expect(throws: CatalogError.self) {
            _ = try LabelCatalog(table: table([("z", [1], nil)]), path: "c", configuration: configuration)
        }
        #expect(error?.description.contains("no column 'zspec' among id, ra, dec, z") == true)
        let onlyPositions = CatalogTable(columns: [
            TableColumn("RA", .double([1])), TableColumn("DEC", .double([1])),
        ])
        let catalog = try LabelCatalog(table: onlyPositions, path: "c")
        #expect(catalog.identifiers == nil && catalog.position(0)?.rightAscension == 1)
    }

    @Test("Identifiers: duplicates are counted, text stays text, lost digits are refused")
    func identifiers() throws {
        let texts = CatalogTable(columns: [TableColumn("id", .text(["a", "007", "a", "7", "a"]))])
        let catalog = try LabelCatalog(table: texts, path: "c")
        #expect(catalog.report.duplicateRows == [2, 4] && catalog.report.firstDuplicates == ["a", "a"])
        #expect(catalog.identifiers?.text(at: 1) == "007" && catalog.identifiers?.integer(at: 1) == 7)
        let large = CatalogTable(columns: [
            TableColumn("id", .int64([9_007_199_254_740_993, 9_007_199_254_740_992]))
        ])
        #expect(try LabelCatalog(table: large, path: "c").report.duplicateRows.isEmpty)
        let whole = CatalogTable(columns: [TableColumn("id", .double([1, 2, .nan]))])
        #expect(try LabelCatalog(table: whole, path: "c").identifiers?.text(at: 1) == "2")
        #expect(try LabelCatalog(table: whole, path: "c").identifiers?.text(at: 2) == nil)
        for lost in [
            ColumnValues.double([1e17]), .double([1.5]), .float([Float(587_725_073_921_409_255 as Int64)]),
        ] {
            let table = CatalogTable(columns: [TableColumn("id", lost)])
            #expect(throws: CatalogError.self) { _ = try LabelCatalog(table: table, path: "c") }
        }
    }

    @Test("Classes: names, numbers through the configuration, unknown words refused")
    func classes() throws {
        let table = CatalogTable(columns: [
            TableColumn("id", .int64([1, 2, 3, 4])), TableColumn("class", .text(["star", "", "x", "star"])),
            TableColumn("code", .int32([0, 1, 2, 0])),
        ])
        #expect(try LabelCatalog(table: table, path: "c").classes == ["star", "", "x", "star"])
        let configuration = LabelCatalogConfiguration(
            names: [.classification: "code"], classNames: ["0": "normal", "1": "merger"])
        let coded = try LabelCatalog(table: table, path: "c", configuration: configuration)
        #expect(coded.classes == ["normal", "merger", "", "normal"])
        #expect(coded.flags[2] == .refusedInput)
    }

    @Test("Numbers stored as text are read, words among them refused, columns of words refused")
    func textNumbers() throws {
        let table = CatalogTable(columns: [
            TableColumn("id", .int64([1, 2, 3])), TableColumn("redshift", .text(["0.5", "", "bad"])),
            TableColumn("logmstar", .text(["a", "b", "c"])),
        ])
        let catalog = try LabelCatalog(table: table, path: "c")
        expectClose(catalog.redshift?.values ?? [], [0.5, .nan, .nan])
        #expect(catalog.report.column(.redshift)?.refused == 1)
        #expect(catalog.report.column(.redshift)?.missing == 1)
        #expect(reason(catalog, .stellarMass)?.contains("is text") == true)
    }

    @Test("The same labels come from a CSV and from a FITS file")
    func files() throws {
        let folder = try TemporaryFolder()
        let csv = folder.path("c.csv")
        try Data("ID;RA;DEC;Z\n1;10;20;0.5\n2;11;21;-1\n".utf8).write(to: URL(fileURLWithPath: csv))
        let configuration = LabelCatalogConfiguration(names: [.redshift: "Z"])
        let fromText = try LabelCatalog(path: csv, configuration: configuration)
        let writer = try FITSWriter(path: folder.path("c.fits"))
        try writer.append(table: try CatalogTable(path: csv).columns, name: "CAT")
        try writer.finish()
        let fromFITS = try LabelCatalog(path: folder.path("c.fits"), configuration: configuration)
        #expect(fromText.rightAscension == fromFITS.rightAscension)
        expectClose(fromText.redshift?.values ?? [], [0.5, .nan])
        expectClose(fromFITS.redshift?.values ?? [], [0.5, .nan])
        #expect(fromText.identifiers == fromFITS.identifiers)
    }

    @Test("A published catalogue of masses and rates", .enabled(if: RealData.isAvailable))
    func emissionLines() throws {
        let folder = try #require(RealData.folder).appendingPathComponent("images/catalogues")
        let table = try CatalogTable(path: folder.appendingPathComponent("emission_line_mass.csv").path)
        let identified = CatalogTable(
            columns: [TableColumn("id", .int64((0..<Int64(table.rowCount)).map { $0 }))] + table.columns)
        let catalog = try LabelCatalog(
            table: identified, path: "emission_line_mass.csv",
            configuration: LabelCatalogConfiguration(names: [.stellarMass: "mass", .starFormationRate: "sfr"])
        )
        #expect(catalog.report.column(.stellarMass)?.refused == 0)
        let rates = try #require(catalog.report.column(.starFormationRate))
        #expect(rates.missing == 295, "\(rates)")
        #expect(rates.state == .read)
    }

    @Test("A published catalogue of Green Peas and one of quasars", .enabled(if: RealData.isAvailable))
    func published() throws {
        let folder = try #require(RealData.folder).appendingPathComponent("images/catalogues")
        let peas = try LabelCatalog(
            path: folder.appendingPathComponent("green_peas/2009_PEAFLAGS_ccardamone.csv").path,
            configuration: LabelCatalogConfiguration(
                names: [.identifier: "objid", .redshift: "z", .redshiftSigma: "zerr"]))
        #expect(peas.rowCount == 251 && peas.report.column(.redshift)?.values == 251)
        #expect(peas.identifiers?.text(at: 0) == "587725073921409255")
        let quasars = try LabelCatalog(
            path: folder.appendingPathComponent("quasars_galex_sdss.csv").path)
        #expect(quasars.identifiers == nil)
        #expect(quasars.report.column(.redshift)?.state == .read)
        let boss = try LabelCatalog(
            table: CatalogTable(
                columns: [TableColumn("id", .int64(Array(0..<6000)))]
                    + CatalogTable(path: folder.appendingPathComponent("boss_dr10_0.csv").path).columns),
            path: "boss", configuration: LabelCatalogConfiguration(names: [.redshift: "D:Z"]))
        #expect(boss.report.column(.redshift)?.values ?? 0 > 5900)
    }
}
