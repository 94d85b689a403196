import Astronomy
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Reading one cutout file after the other")
struct CutoutReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Writes a cutout of `side` x `side` pixels in one band, which all hold `value`.
    private func write(_ name: String, side: Int, value: Float) throws -> String {
        let bytes = RawFITS.image(
            bitpix: -32, axes: [side, side], data: RawFITS.bytes(Array(repeating: value, count: side * side)),
            [RawFITS.card("BANDS", "'r       '")])
        let path = folder.path(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// The stored pixels of a plain cutout.
    private func pixels(_ file: CutoutFile) throws -> [Float] {
        try file.withStoredPixels { span in
            (0..<span.byteCount / 4).map { pixel in
                let stored = span.unsafeLoadUnaligned(fromByteOffset: 4 * pixel, as: UInt32.self)
                return Float(bitPattern: UInt32(bigEndian: stored))
            }
        }
    }

    @Test("Smaller and larger files follow each other, each with its own pixels")
    func sizes() throws {
        var reader = CutoutReader()
        for (value, side) in [(1, 8), (2, 3), (3, 200), (4, 8), (5, 2)] as [(Float, Int)] {
            let file = try reader.read(write("\(value).fits", side: side, value: value))
            #expect(file.isPlain && file.header.width == side && file.header.bands == ["r"])
            #expect(try pixels(file) == Array(repeating: value, count: side * side))
            #expect(try file.cutout().image.pixels == Array(repeating: value, count: side * side))
        }
    }

    @Test("A file that is kept keeps its pixels while others are read")
    func kept() throws {
        var reader = CutoutReader()
        let paths = try (0..<5).map { try write("\($0).fits", side: 6, value: Float($0)) }
        var files: [CutoutFile] = []
        for path in paths { files.append(try reader.read(path)) }
        for _ in 0..<3 { _ = try reader.read(paths[4]) }
        for (value, file) in files.enumerated() {
            #expect(try pixels(file) == Array(repeating: Float(value), count: 36))
        }
        // A copy of a reader shares its memory only until one of them reads.
        var copy = reader
        let first = try reader.read(paths[1])
        let second = try copy.read(paths[2])
        #expect(try pixels(first)[0] == 1 && pixels(second)[0] == 2)
    }

    @Test("What is wrong with one file is told with its name, and does not touch the next one")
    func broken() throws {
        var reader = CutoutReader()
        let good = try write("good.fits", side: 20, value: 7)
        let cut = folder.path("cut.fits")
        try Data(contentsOf: URL(fileURLWithPath: good)).prefix(2880 + 100)
            .write(to: URL(fileURLWithPath: cut))
        let empty = folder.path("empty.fits")
        try Data().write(to: URL(fileURLWithPath: empty))
        let pipe = folder.path("pipe.fits")
        #expect(mkfifo(pipe, 0o600) == 0)
        for _ in 0..<2 {
            // Twice, so that the next one is expected to be as long.
            for _ in 0..<2 { #expect(try pixels(reader.read(good)) == Array(repeating: 7, count: 400)) }
            #expect(throws: FITSError.notRegularFile(path: pipe, kind: "a pipe")) { try reader.read(pipe) }
            #expect(throws: FITSError.notRegularFile(path: "/dev/zero", kind: "a device")) {
                try reader.read("/dev/zero")
            }
            #expect(
                throws: FITSError.truncated(path: cut, hdu: 0, part: "image", promised: 1600, present: 100)
            ) { try reader.read(cut) }
            #expect(throws: FITSError.notFITS(path: empty, found: "file is empty")) {
                try reader.read(empty)
            }
            #expect(throws: FITSError.notRegularFile(path: folder.path("."), kind: "a folder")) {
                try reader.read(folder.path("."))
            }
            #expect(throws: FITSError.self) { try reader.read(folder.path("none.fits")) }
        }
    }
}
