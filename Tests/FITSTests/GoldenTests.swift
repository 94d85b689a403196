import FITS
import Foundation
import TestSupport
import Testing

@Suite("Files made by astropy 8.0.2")
struct GoldenTests {
    @Test(
        "Images of every BITPIX and unsigned convention read as astropy reads them",
        arguments: ["U8", "I16", "I32", "I64", "F32", "F64", "U16", "U32", "U64", "S8"])
    func images(name: String) throws {
        let file = try FITSFile(path: RawFITS.golden("images.fits"))
        let unit = try file.unit(named: name.lowercased())
        let offset = name.hasPrefix("U") ? 0.0 : -20
        let expected = (0..<15).map { 7 * Double($0) + offset }
        #expect(try file.layout(of: unit).axes == [5, 3])
        #expect(try file.doubles(of: unit) == expected)
        #expect(try file.floats(of: unit) == expected.map { Float($0) })
        #expect(try file.floats(of: unit, in: 4..<9) == expected[4..<9].map { Float($0) })
        if name.hasPrefix("F") || name == "U64" {
            #expect(throws: FITSError.self) { try file.integers(of: unit) }
        } else {
            #expect(try file.integers(of: unit) == expected.map { Int64($0) })
        }
    }

    @Test("BSCALE, BZERO and BLANK apply")
    func scaled() throws {
        let file = try FITSFile(path: RawFITS.golden("scaled.fits"))
        let unit = try #require(file.firstImage)
        #expect(unit.index == 1)
        var expected = (0..<15).map { 100 + 0.5 * (7 * Double($0) - 20) }
        expected[7] = .nan
        expectClose(try file.doubles(of: unit), expected)
        expectClose(try file.floats(of: unit), expected.map { Float($0) })
        #expect(try file.layout(of: unit).unit == "nanomaggy")
    }

    @Test("A gzip file of two members reads like the file itself")
    func gzip() throws {
        let plain = try FITSFile(path: RawFITS.golden("images.fits"))
        let packed = try FITSFile(path: RawFITS.golden("images.fits.gz"))
        #expect(packed.units.count == 11)
        for (unit, packedUnit) in zip(plain.units, packed.units).dropFirst() {
            #expect(try plain.doubles(of: unit) == packed.doubles(of: packedUnit))
        }
        #expect(throws: FITSError.decompressedTooLarge(path: packed.path, limit: 60_479)) {
            try FITSFile(path: packed.path, limits: .init(decompressedBytes: 60_479))
        }
    }

    @Test("Tile-compressed integers are exact", arguments: ["RICE_1", "GZIP_1", "GZIP_2", "HCOMPRESS_1"])
    func compressedIntegers(method: String) throws {
        let file = try FITSFile(path: RawFITS.golden("compressed.fits.fz"))
        let unit = try file.unit(named: method)
        let expected = (0..<1200).map { index in
            let (x, y) = (index % 40, index / 40)
            return Int64(1000 + 13 * x + 7 * y + (x * y) % 11)
        }
        #expect(try file.layout(of: unit).axes == [40, 30])
        #expect(try file.integers(of: unit) == expected)
        #expect(try file.floats(of: unit, in: 75..<130) == expected[75..<130].map { Float($0) })
    }

    @Test("Tile-compressed floats are those that astropy unpacks")
    func compressedFloats() throws {
        let file = try FITSFile(path: RawFITS.golden("compressed.fits.fz"))
        let lossless = try file.floats(of: file.unit(named: "LOSSLESS"))
        let expected = (0..<1200).map { Float(sin(Double($0 % 40) / 5) + Double($0 / 40) / 10) }
        expectClose(lossless, expected, relative: 1.2e-7)
        let quantised = try file.floats(of: file.unit(named: "QUANTISED"))
        let bytes = try Data(contentsOf: RawFITS.golden.appendingPathComponent("quantised.bin"))
        let peer = stride(from: 0, to: bytes.count, by: 4).map { start in
            Float(bitPattern: bytes[start..<start + 4].reduce(0) { $0 << 8 | UInt32($1) })
        }
        expectClose(quantised, peer, absolute: 1e-6)
        #expect(quantised != expected)
    }

    @Test("Bytes from strangers never reach cfitsio")
    func untrusted() throws {
        let bytes = Array(try Data(contentsOf: RawFITS.golden.appendingPathComponent("compressed.fits.fz")))
        let file = try FITSFile(bytes: bytes, name: "upload")
        let unit = try file.unit(named: "RICE_1")
        #expect(
            throws: FITSError.unsupported(
                path: "upload", hdu: 1, feature: "tile-compressed images are read from local files only")
        ) {
            try file.floats(of: unit)
        }
    }
}

@Suite("Tables made by astropy 8.0.2")
struct GoldenTableTests {
    private let table: BinaryTable

    init() throws {
        table = try FITSFile(path: RawFITS.golden("table.fits")).table(named: "ALLTYPES")
    }

    @Test("Every scalar type is read")
    func scalars() throws {
        #expect(table.rowCount == 4)
        #expect(try table.column("flag").values == .logical([true, false, true, false]))
        #expect(try table.column("byte").values == .uint8([0, 60, 120, 180]))
        #expect(try table.column("short").values == .int16([-1500, -500, 500, 1500]))
        #expect(try table.column("INT").values == .int32([-7, 99993, 199993, 299993]))
        #expect(try table.column("long").values == .int64([0, 1, 2, 3].map { $0 + 1 << 60 }))
        #expect(try table.column("name").values == .text(["alpha", "b'c", "", "  pad"]))
        let real = try table.column("real")
        guard case .float(let values) = real.values else { return #expect(Bool(false), "real is no float") }
        expectClose(values, [1.5, -2.25, .nan, .infinity])
        #expect(real.unit == "deg")
        #expect(try table.column("double").values == .double((0..<4).map { Double($0) / 3 }))
        #expect(try table.column("cplx").values == .complexFloat([[0, 0], [1, 2], [2, 4], [3, 6]]))
        #expect(
            try table.column("dcplx").values
                == .complexDouble([[0, -0.5], [1, -0.5], [2, -0.5], [3, -0.5]]))
    }

    @Test("Bits, vectors and text vectors are read")
    func vectors() throws {
        let bits = try table.column("bits")
        #expect(bits.width == 11)
        let expectedBits: [Bool] = (0..<44).map { (($0 / 11) + ($0 % 11)).isMultiple(of: 3) }
        #expect(bits.values == .logical(expectedBits))
        let vector = try table.column("vector")
        #expect(vector.width == 3)
        let expected: [Float] = [0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]
        #expect(vector.values == .float(expected))
        #expect(try table.column("matrix").values == .int32(Array(0..<24)))
        let words = try table.column("words")
        #expect(words.width == 2)
        #expect(words.values == .text(["ab", "cdef", "", "x", "q", "rs", "t", "u"]))
    }

    @Test("Nulls, scaling and unsigned integers follow the standard")
    func conventions() throws {
        #expect(try table.column("byte").isMissing == [false, false, false, true])
        #expect(try table.column("short").isMissing == [false, true, false, false])
        #expect(try table.column("int").isMissing == [true, false, false, false])
        #expect(try table.column("long").isMissing == nil)
        #expect(try table.column("ushort").values == .int32([65530, 65531, 65532, 65533]))
        #expect(
            try table.column("uint").values
                == .int64([4_294_967_290, 4_294_967_291, 4_294_967_292, 4_294_967_293]))
        let large: [UInt64] = [5, 6, 7, 8].map { $0 + 1 << 63 }
        #expect(try table.column("ulong").values == .uint64(large))
        guard case .double(let scaled) = try table.column("scaled").values else {
            return #expect(Bool(false), "scaled is no double")
        }
        expectClose(scaled, [10, 10.25, .nan, 10.75])
    }

    @Test("Units, UCDs, long descriptions and history are read")
    func descriptions() throws {
        let column = table.columns[8]
        #expect(column.name == "double" && column.unit == "nanomaggy" && column.ucd == "phot.flux")
        #expect(
            column.description
                == "a description that is so long that it has to be continued on a second card of the header")
        #expect(table.columns[4].display == "I8")
        #expect(
            try table.header.string("LONGTEXT")
                == "it's " + String(repeating: "0123456789", count: 20) + " end")
        #expect(table.header.cards.last { $0.keyword == "HISTORY" }?.comment == "made by astropy")
    }

    @Test("Arrays of varying length are read, and refused as fixed columns")
    func variableLength() throws {
        let varied = try table.variableLengthColumn("varied")
        #expect(varied.lengths == [0, 3, 1, 2])
        #expect(varied.values == .double([0, 1.5, 3, 0, 0, 1.5]))
        let integers = try table.variableLengthColumn("variedq", rows: 2..<4)
        #expect(integers.lengths == [1, 3])
        #expect(integers.values == .int32([1, 3, 4, 5]))
        #expect(throws: FITSError.self) { try table.column("varied") }
        #expect(throws: FITSError.self) { try table.variableLengthColumn("double") }
    }

    @Test("Ranges of rows and several columns come in one pass")
    func ranges() throws {
        let columns = try table.columns(["long", "name"], rows: 1..<3)
        #expect(columns[0].values == .int64([1_152_921_504_606_846_977, 1_152_921_504_606_846_978]))
        #expect(columns[1].values == .text(["b'c", ""]))
        #expect(try table.column("long", rows: 2..<2).rowCount == 0)
        #expect(throws: FITSError.self) { try table.column("long", rows: 2..<5) }
        #expect(try table.allColumns().count == 18)
    }

    @Test("A column that is not there is named, with those that are")
    func missingColumn() throws {
        let error = #expect(throws: FITSError.self) { try table.column("redshift") }
        #expect(error?.description.contains("has no column 'redshift'; it has 'flag', 'bits'") == true)
    }
}
