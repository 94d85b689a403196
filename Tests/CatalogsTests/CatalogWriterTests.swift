import Astronomy
import Catalogs
import FITS
import Foundation
import TestSupport
import Testing

/// Writing enriched catalogues in every format, and reading them back.
struct CatalogWriterTests {
    let folder: TemporaryFolder
    let sample = SampleCatalog()

    init() throws { folder = try TemporaryFolder() }

    private func outputs(_ names: [String]) throws -> [CatalogOutput] {
        try names.map { try CatalogOutput(path: folder.path($0)) }
    }

    private func bytes(_ name: String) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder.path(name)))
    }

    /// Writes the sample, in blocks of `size` rows.
    private func write(_ names: [String], block size: Int = 3, resume: Bool = false) throws {
        let writer = try CatalogWriter(
            outputs: outputs(names), columns: sample.columns, provenance: sample.provenance,
            tableName: "ENRICHED", resume: resume)
        while writer.rowCount < sample.rowCount {
            let end = min(sample.rowCount, writer.rowCount + size)
            try writer.append(sample.table(writer.rowCount..<end))
        }
        try writer.finish()
    }

    private let all = ["e.fits", "e.csv", "e.ecsv", "e.fits.gz", "e.csv.gz", "e.ecsv.gz"]

    @Test("All formats in one pass; the same bytes whatever the blocks; no part file is left")
    func sameBytes() throws {
        try write(all, block: 3)
        let first = try all.map(bytes)
        try write(all, block: 1)
        #expect(try all.map(bytes) == first)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == all.sorted())
    }

    @Test(
        "FITS and ECSV give back every value, unit, UCD and description",
        arguments: ["e.fits", "e.ecsv", "e.ecsv.gz"])
    func roundTrip(_ name: String) throws {
        try write([name])
        let reader = try CatalogReader(path: folder.path(name))
        #expect(reader.rowCount == sample.rowCount)
        let expected = sample.table(0..<sample.rowCount)
        let table = try reader.rest()
        #expect(table.names == expected.names)
        for (read, column) in zip(table.columns, expected.columns) {
            #expect(read.unit == column.unit && read.ucd == column.ucd, "\(column.name)")
            #expect(read.description == column.description, "\(column.name)")
            #expect(
                read.values.element == column.values.element && read.width == column.width, "\(column.name)")
            for place in 0..<column.values.count {
                #expect(read.isMissing(at: place) == column.isMissing(at: place), "\(column.name) \(place)")
            }
            if let numbers = column.numbers { expectClose(read.numbers ?? [], numbers, "\(column.name)") }
            if let texts = column.values.texts, name != "e.fits" { #expect(read.values.texts == texts) }
        }
    }

    @Test("CSV has one line of names, empty fields for NaN, and shortest numbers")
    func csv() throws {
        try write(["e.csv"])
        let text = try #require(String(data: try bytes("e.csv"), encoding: .utf8))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines[0].hasPrefix(
                "id,ra,dec,z_phot,z_phot_std,z_phot_l68,z_phot_u68,z_phot_l95,z_phot_u95,logmstar"))
        #expect(lines[1].hasPrefix("9007199254740993,150.1,2.2,0.0,0.01,-0.1,0.1,-0.2,0.2,"))
        #expect(lines[1].contains(",\"[1152921504606846976,2,3]\",\"[0.1,0.2,0.3]\","))
        #expect(text.contains("\n9007199254740996,150.5285714285714,1.2000000000000002,,,,,,"))
        #expect(text.contains("\"a, \"\"b\"\"\"") && text.contains("\"007\"") && !text.contains("nan"))
        let table = try CatalogTable(path: folder.path("e.csv"))
        #expect(table.rowCount == sample.rowCount && table.names == sample.columns.map(\.name))
        #expect(table.column("note")?.values.texts == sample.input.column("note")?.values.texts)
        expectClose(
            table.column("posang")?.numbers ?? [],
            [
                0, 19.098593, 38.197186, .nan, 76.39437, 95.492966, 0,
            ], absolute: 2e-5)
    }

    @Test(
        "Input columns pass through; clashing names become in_NAME and say so; shared ones are not repeated")
    func passThrough() throws {
        let names = sample.passThrough.entries.map(\.column.name)
        #expect(names == ["in_flag", "redshift", "n_obs", "is_good", "note", "shape"])
        let flag = sample.passThrough.entries[0].column
        #expect(flag.description == "Column 'flag' of the input catalogue: Their flag")
        let awkward = ["Z_PHOT", "in_z_phot", "a", "A", "id", "ra"].map { ColumnDescription($0, .double) }
        let passing = PassThrough(input: awkward, ours: ["id", "ra", "z_phot"], shared: ["ra"])
        #expect(
            passing.entries.map(\.column.name) == ["in_Z_PHOT", "in_in_z_phot", "a", "in_A", "in_id"])
    }

    @Test("Columns without a source are absent")
    func absent() {
        let bare = EnrichedSchema(identifiers: .texts(width: 5), hasPositions: false, hasExtinction: false)
        #expect(
            bare.columns.map(\.name).filter { !$0.hasPrefix("z_") && !$0.hasPrefix("log") }
                == ["id", "posang", "posang_std", "flag", "model_id"])
        let none = EnrichedSchema(
            identifiers: .texts(width: 5),
            properties: [.init(.redshift, hasDeviation: false, hasIntervals: false)])
        #expect(none.columns.map(\.name) == ["id", "ra", "dec", "z_phot", "ebv", "flag", "model_id"])
    }

    @Test("Position angles come out in degrees, [0, 180)")
    func angles() {
        let degrees = sample.table(0..<7).column("posang")?.numbers ?? []
        #expect(degrees.allSatisfy { $0.isNaN || (0..<180).contains($0) })
        #expect(degrees[6] == 0)
    }

    @Test(
        "A killed run is gone on with: the common rows are kept, the bytes are those of one run",
        arguments: 0..<6)
    func resume(_ cut: Int) throws {
        let names = ["e.fits", "e.csv", "e.ecsv.gz"]
        try write(names)
        let expected = try names.map(bytes)
        do {
            let writer = try CatalogWriter(
                outputs: outputs(names), columns: sample.columns, provenance: sample.provenance,
                tableName: "ENRICHED")
            try writer.append(sample.table(0..<5))
            try writer.synchronize()
        }
        // What a kill leaves: each part file cut somewhere else.
        let parts = ["e.fits.part", "e.csv.part", "e.ecsv.gz.unpacked.part"]
        for (index, part) in parts.enumerated() {
            let url = URL(fileURLWithPath: folder.path(part))
            let data = try Data(contentsOf: url)
            let lost = [0, 1, 200, 900, 10, 1500][cut] * (index == cut % 3 ? 1 : 0)
            try data.dropLast(lost).write(to: url)
        }
        let writer = try CatalogWriter(
            outputs: outputs(names), columns: sample.columns, provenance: sample.provenance,
            tableName: "ENRICHED", resume: true)
        #expect(writer.rowCount == (cut == 0 ? 5 : writer.rowCount))
        #expect(cut == 0 || writer.rowCount < 5)
        while writer.rowCount < sample.rowCount {
            try writer.append(sample.table(writer.rowCount..<writer.rowCount + 1))
        }
        try writer.finish()
        #expect(try names.map(bytes) == expected)
    }

    @Test("A kill between two renames, or while a finished file is packed, is gone on with", arguments: 1...5)
    func killedWhileFinishing(_ step: Int) throws {
        let names = ["e.fits", "e.csv", "e.ecsv.gz"]
        try write(names)
        let expected = try names.map(bytes)
        try write(["e.ecsv"])
        let unpacked = try bytes("e.ecsv")
        for name in names + ["e.ecsv"] { try FileManager.default.removeItem(atPath: folder.path(name)) }
        do {
            let writer = try CatalogWriter(
                outputs: outputs(names), columns: sample.columns, provenance: sample.provenance,
                tableName: "ENRICHED")
            try writer.append(sample.table(0..<sample.rowCount))
            try writer.synchronize()
        }
        func become(_ name: String, _ data: Data, insteadOf part: String) throws {
            try data.write(to: URL(fileURLWithPath: folder.path(name)))
            try FileManager.default.removeItem(atPath: folder.path(part))
        }
        // One step of finishing after the other.
        if step >= 1 { try become("e.fits", expected[0], insteadOf: "e.fits.part") }
        if step >= 2 { try become("e.csv", expected[1], insteadOf: "e.csv.part") }
        if step >= 3 { try become("e.ecsv.gz.unpacked", unpacked, insteadOf: "e.ecsv.gz.unpacked.part") }
        if step == 4 {
            try expected[2].prefix(99).write(to: URL(fileURLWithPath: folder.path("e.ecsv.gz.part")))
        }
        if step == 5 { try expected[2].write(to: URL(fileURLWithPath: folder.path("e.ecsv.gz"))) }
        try write(names, resume: true)
        #expect(try names.map(bytes) == expected)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted() == names.sorted())
    }

    @Test("A full disk leaves no file under its name, and what was written can be gone on with")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let outputs = try ["e.csv", "e.csv.gz"].map { try CatalogOutput(path: folder.path($0)) }
            let columns = [ColumnDescription("x", .int64)]
            let block = CatalogTable(columns: [TableColumn("x", .int64(Array(0..<300_000)))])
            var old = rlimit()
            #if canImport(Glibc)
                let fileSize = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            #else
                let fileSize = RLIMIT_FSIZE
            #endif
            getrlimit(fileSize, &old)
            var full = rlimit(rlim_cur: 1_500_000, rlim_max: old.rlim_max)
            setrlimit(fileSize, &full)
            signal(SIGXFSZ, SIG_IGN)
            let error = #expect(throws: CatalogError.self) {
                let writer = try CatalogWriter(outputs: outputs, columns: columns)
                try writer.append(block)
                try writer.finish()
            }
            #expect(error?.description.contains("File too large") == true)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
            #expect(!left.isEmpty && left.allSatisfy { $0.hasSuffix(".part") })
            setrlimit(fileSize, &old)
            let writer = try CatalogWriter(outputs: outputs, columns: columns, resume: true)
            let kept = writer.rowCount
            #expect(kept < block.rowCount)
            try writer.append(block.rows(kept..<block.rowCount))
            try writer.finish()
            for output in outputs {
                #expect(try CatalogTable(path: output.path).column("x")?.values == block.columns[0].values)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 2)
        }
    }

    @Test("An output in the place of a folder is refused before any row is made, packed or not")
    func outputOntoFolder() throws {
        for name in ["d.csv", "d.csv.gz", "d.fits.gz"] {
            try FileManager.default.createDirectory(
                atPath: folder.path(name), withIntermediateDirectories: false)
            let error = #expect(throws: CatalogError.self) {
                _ = try CatalogWriter(outputs: outputs([name]), columns: sample.columns)
            }
            #expect(error?.description == "cannot write '\(folder.path(name))': it is a folder, not a file")
        }
    }

    @Test("A part file of another run is refused; without resume it is replaced")
    func foreignPart() throws {
        for name in ["e.fits", "e.csv", "e.ecsv"] {
            let other = try CatalogWriter(
                outputs: outputs([name]), columns: [ColumnDescription("x", .double)])
            try other.append(CatalogTable(columns: [TableColumn("x", .double([1]))]))
            try other.synchronize()
        }
        for name in ["e.fits", "e.csv", "e.ecsv"] {
            let error = #expect(throws: CatalogError.self) { try write([name], resume: true) }
            #expect(error?.description.contains("cannot resume") == true)
            try write([name])
        }
    }

    @Test("A part file cut inside a CSV header starts anew")
    func cutHeader() throws {
        try write(["e.ecsv"])
        let expected = try bytes("e.ecsv")
        try expected.prefix(500).write(to: URL(fileURLWithPath: folder.path("e.ecsv.part")))
        try write(["e.ecsv"], resume: true)
        #expect(try bytes("e.ecsv") == expected)
    }

    @Test("No row, one column, and an only empty field are still tables")
    func small() throws {
        let empty = try CatalogWriter(outputs: outputs(all), columns: sample.columns)
        try empty.finish()
        for name in all { #expect(try CatalogTable(path: folder.path(name)).rowCount == 0) }
        let columns = [ColumnDescription("t", .text, textWidth: 3)]
        let writer = try CatalogWriter(outputs: outputs(["t.csv"]), columns: columns)
        try writer.append(CatalogTable(columns: [TableColumn("t", .text(["a", "", "b"]))]))
        try writer.finish()
        #expect(try CatalogTable(path: folder.path("t.csv")).column("t")?.values.texts == ["a", "", "b"])
    }

    @Test(
        "Numbers do not depend on the locale",
        .enabled(if: GermanLocale.isAvailable))
    func locale() throws {
        #expect(GermanLocale.set())
        defer { GermanLocale.restore() }
        try write(["e.csv"])
        #expect(String(decoding: try bytes("e.csv"), as: UTF8.self).contains("150.1,2.2,"))
    }

    @Test("The suffix names the format, upper case and .gz included; another one is an error")
    func formats() throws {
        let cases: [(String, CatalogOutput.Format, Bool)] = [
            ("a.fits", .fits, false), ("a.FIT", .fits, false), ("a.csv.gz", .csv, true),
            ("a.ecsv", .ecsv, false),
            ("a.ECSV.GZ", .ecsv, true),
        ]
        for (path, format, isGzipped) in cases {
            let output = try CatalogOutput(path: path)
            #expect(output.format == format && output.isGzipped == isGzipped, "\(path)")
        }
        #expect(throws: CatalogError.unknownFormat(path: "a.txt")) { _ = try CatalogOutput(path: "a.txt") }
        #expect(try CatalogOutput(path: "a.txt", format: .csv).format == .csv)
        #expect(throws: CatalogError.self) {
            _ = try CatalogWriter(outputs: outputs(["a.csv", "a.csv"]), columns: sample.columns)
        }
        #expect(throws: CatalogError.self) {
            _ = try CatalogWriter(
                outputs: outputs(["no/such/folder.csv"]), columns: sample.columns)
        }
    }

    @Test("Provenance stands in the FITS header and in the ECSV meta")
    func provenance() throws {
        try write(["e.fits", "e.ecsv"])
        let header = try FITSFile(path: folder.path("e.fits")).table().header
        #expect(try header.string("GALMODEL") == String(repeating: "0123456789abcdef", count: 4))
        let fits = String(decoding: try bytes("e.fits"), as: UTF8.self)
        #expect(fits.contains("HISTORY flag 4096 = no extinction given"))
        let text = String(decoding: try bytes("e.ecsv"), as: UTF8.self)
        #expect(text.contains("# - {\"galatea version\": \"1.0.0\"}"))
    }

    @Test(
        "An enriched catalogue is read back for a neighbour search",
        arguments: ["e.fits", "e.csv", "e.ecsv.gz"])
    func readBack(_ name: String) throws {
        try write([name])
        let path = folder.path(name)
        let catalog = try EnrichedCatalog(path: path)
        #expect(catalog.rowCount == 7 && catalog.latentCount == 2)
        #expect(catalog.identifiers.text(at: 0) == "9007199254740993")
        expectClose(catalog.latents, [0, 0, 0.1, -1, 0.2, -2, .nan, .nan, 0.4, -4, 0.5, -5, 0.6, -6])
        #expect((0..<7).map(catalog.hasLatents) == [true, true, true, false, true, true, true])
        #expect(catalog.predictedClasses?[1] == "green_pea" && catalog.predictedClasses?[3] == "")
        #expect(catalog.modelIdentifiers.count == 1)
        #expect(try EnrichedCatalog.rows(path: path, column: "class_pred", equals: "green_pea") == [1, 4])
        #expect(try EnrichedCatalog.rows(path: path, column: "ID", equals: "9007199254740994") == [1])
        #expect(try EnrichedCatalog.rows(path: path, column: "z_phot_std", equals: "0.02") == [1])
        #expect(try EnrichedCatalog.rows(path: path, column: "is_good", equals: "false") == [1, 3, 5])
        #expect(try EnrichedCatalog.rows(path: path, column: "n_obs", equals: "0") == [0])
        #expect(throws: CatalogError.self) { try EnrichedCatalog.rows(path: path, column: "no", equals: "1") }
        #expect(throws: CatalogError.self) {
            try EnrichedCatalog.rows(path: path, column: "flag", equals: "x")
        }
    }

    @Test("A catalogue without latent variables or rows is refused")
    func notEnriched() throws {
        let path = folder.path("c.csv")
        try Data("id,ra\n1,2\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: CatalogError.self) { _ = try EnrichedCatalog(path: path) }
        try Data("id,latent_0\n".utf8).write(to: URL(fileURLWithPath: path))
        #expect(throws: CatalogError.noRows(path: path)) { _ = try EnrichedCatalog(path: path) }
    }

    @Test(
        "The sample is left for the check with astropy (Golden/verify_with_astropy.py)",
        .enabled(if: ProcessInfo.processInfo.environment["GALATEA_CATALOG_SAMPLE"] != nil))
    func leaveSample() throws {
        let target = try #require(ProcessInfo.processInfo.environment["GALATEA_CATALOG_SAMPLE"])
        let writer = try CatalogWriter(
            outputs: try all.map { try CatalogOutput(path: "\(target)/\($0)") }, columns: sample.columns,
            provenance: sample.provenance, tableName: "ENRICHED")
        try writer.append(sample.table(0..<sample.rowCount))
        try writer.finish()
        let input = try FITSWriter(path: "\(target)/input.fits")
        let columns = sample.input.columns.map { column in
            var column = column
            column.name = column.name == "ID" ? "id" : column.name
            return column
        }
        try input.append(table: columns, name: "INPUT")
        try input.finish()
    }
}
