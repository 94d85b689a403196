import Foundation
import ImageFiles
import TestSupport
import Testing

@Suite("PNG files")
struct PNGFileTests {
    /// A picture whose samples all differ from their neighbours.
    static func picture(_ layout: RasterImage.Layout, width: Int, height: Int) -> RasterImage {
        let samples = (0..<width * height * layout.samplesPerPixel).map {
            UInt8(truncatingIfNeeded: $0 * 37 + 11)
        }
        return RasterImage(width: width, height: height, layout: layout, samples: samples)
    }

    @Test(
        "What was written is read back, for every layout",
        arguments: [RasterImage.Layout.grey, .rgb, .rgba], [(1, 1), (3, 5), (70, 33)])
    func roundTrip(layout: RasterImage.Layout, size: (width: Int, height: Int)) throws {
        let folder = try TemporaryFolder()
        let picture = Self.picture(layout, width: size.width, height: size.height)
        try PNGFile.write(picture, to: folder.path("a.png"))
        #expect(try PNGFile.read(folder.path("a.png")) == picture)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["a.png"])
    }

    @Test("The same picture gives the same bytes")
    func sameBytes() throws {
        let picture = Self.picture(.rgb, width: 40, height: 30)
        #expect(try PNGFile.encode(picture) == PNGFile.encode(picture))
    }

    @Test("A two-colour palette file made by hand is read as colours")
    func palette() throws {
        // 2 x 1 pixels, 1 bit deep, palette red and blue; zlib stream of 00 40 stored uncompressed.
        let file = PNGBuilder.file([
            ("IHDR", [0, 0, 0, 2, 0, 0, 0, 1, 1, 3, 0, 0, 0]),
            ("PLTE", [255, 0, 0, 0, 0, 255]),
            ("IDAT", PNGBuilder.stored([0x00, 0x40])),
            ("IEND", []),
        ])
        let picture = try PNGFile.decode(file)
        #expect(picture == RasterImage(width: 2, height: 1, layout: .rgb, samples: [255, 0, 0, 0, 0, 255]))
    }

    @Test("Sixteen-bit grey keeps its high byte")
    func sixteenBits() throws {
        let file = PNGBuilder.file([
            ("IHDR", [0, 0, 0, 2, 0, 0, 0, 1, 16, 0, 0, 0, 0]),
            ("IDAT", PNGBuilder.stored([0, 0x12, 0x34, 0xFE, 0xDC])),
            ("IEND", []),
        ])
        #expect(
            try PNGFile.decode(file)
                == RasterImage(width: 2, height: 1, layout: .grey, samples: [0x12, 0xFE]))
    }

    @Test("Every truncation and every flipped byte of a file is refused or gives a picture, never a crash")
    func damaged() throws {
        let picture = Self.picture(.rgb, width: 9, height: 7)
        let bytes = try PNGFile.encode(picture)
        // The last four bytes are the end mark's checksum; a picture without it is still whole.
        for length in 0..<bytes.count - 4 {
            #expect(throws: ImageFileError.self) { try PNGFile.decode(Array(bytes[..<length])) }
        }
        for index in bytes.indices {
            var damaged = bytes
            damaged[index] ^= 0x41
            // Nothing in these files is outside a checksum: no flipped byte may pass.
            #expect(throws: ImageFileError.self, "byte \(index)") { try PNGFile.decode(damaged) }
        }
    }

    @Test("A file that claims a huge picture is refused before memory is taken")
    func bomb() {
        let file = PNGBuilder.file([
            ("IHDR", [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 8, 2, 0, 0, 0]),
            ("IDAT", PNGBuilder.stored([0])), ("IEND", []),
        ])
        #expect(throws: ImageFileError.self) { try PNGFile.decode(file) }
        let wide = PNGBuilder.file([
            ("IHDR", [0, 0, 0x7F, 0xFF, 0, 0, 0x7F, 0xFF, 8, 2, 0, 0, 0]),
            ("IDAT", PNGBuilder.stored([0])), ("IEND", []),
        ])
        #expect(
            throws: ImageFileError.imageTooLarge(
                path: "picture", width: 0x7FFF, height: 0x7FFF, limits: ImageLimits())
        ) { try PNGFile.decode(wide) }
        #expect(throws: ImageFileError.fileTooLarge(path: "picture", bytes: 5, limit: 4)) {
            try PNGFile.decode([1, 2, 3, 4, 5], limits: ImageLimits(fileBytes: 4))
        }
    }

    @Test("No file, a folder, a FIFO and HTML named .png each give one clear line")
    func notPictures() throws {
        let folder = try TemporaryFolder()
        func message(_ path: String) -> String {
            do {
                _ = try PNGFile.read(path)
                return "read"
            } catch { return "\(error)" }
        }
        let absent = folder.path("absent.png")
        #expect(message(absent) == "cannot read '\(absent)': No such file or directory")
        #expect(message(folder.url.path) == "cannot read '\(folder.url.path)': not a regular file")
        let pipe = folder.path("pipe.png")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(message(pipe) == "cannot read '\(pipe)': not a regular file")
        let page = folder.path("page.png")
        try Data("<html></html>".utf8).write(to: URL(fileURLWithPath: page))
        #expect(message(page).hasPrefix("cannot read '\(page)': not a valid PNG file: "))
    }

    @Test("A folder that does not exist is said, and an earlier file survives a failed write")
    func cannotWrite() throws {
        let folder = try TemporaryFolder()
        let picture = Self.picture(.grey, width: 2, height: 2)
        let path = folder.path("none/a.png")
        #expect(throws: ImageFileError.cannotWrite(path: path, reason: "No such file or directory")) {
            try PNGFile.write(picture, to: path)
        }
        // The target is a folder, so the rename fails after the draft was written.
        try FileManager.default.createDirectory(
            atPath: folder.path("b.png"), withIntermediateDirectories: false)
        #expect(throws: ImageFileError.self) { try PNGFile.write(picture, to: folder.path("b.png")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["b.png"])
    }
}

/// Makes PNG files byte by byte.
enum PNGBuilder {
    /// A file of these chunks, checksums right.
    static func file(_ chunks: [(name: String, data: [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        for chunk in chunks {
            let body = Array(chunk.name.utf8) + chunk.data
            bytes += bigEndian(UInt32(chunk.data.count)) + body + bigEndian(checksum(body))
        }
        return bytes
    }

    /// A zlib stream that holds `data` uncompressed.
    static func stored(_ data: [UInt8]) -> [UInt8] {
        var a: UInt32 = 1
        var b: UInt32 = 0
        for byte in data {
            a = (a + UInt32(byte)) % 65521
            b = (b + a) % 65521
        }
        let count = UInt16(data.count)
        return [
            0x78, 0x01, 0x01, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF),
            UInt8(~count >> 8),
        ]
            + data + bigEndian(b << 16 | a)
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// CRC-32 as PNG's appendix D defines it.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var register: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1 }
        }
        return ~register
    }
}
