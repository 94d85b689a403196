import FITS
import Foundation
import TestSupport
import Testing

@Suite("Paths of FITS files")
struct PathTests {
    private let folder: TemporaryFolder
    private let bytes = RawFITS.image(bitpix: 8, axes: [2, 2], data: [1, 2, 3, 4])

    init() throws { folder = try TemporaryFolder() }

    @Test(
        "Names with the marks of extended file names are plain names",
        arguments: [
            "a[1].fits", "a|b.fits", "!a.fits", "a..b.fits", "a\nb.fits", "a b(c).fits", "~a.fits", "http:a",
            "é.fits",
        ])
    func names(name: String) throws {
        let path = folder.url.path + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let file = try FITSFile(path: path)
        #expect(try file.floats(of: file.units[0]) == [1, 2, 3, 4])
    }

    @Test("Symbolic links and relative parts lead to the file")
    func links() throws {
        let path = folder.path("a.fits")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        try FileManager.default.createSymbolicLink(
            atPath: folder.path("link.fits"), withDestinationPath: path)
        #expect(try FITSFile(path: folder.path("link.fits")).units.count == 1)
        #expect(
            try FITSFile(path: folder.url.path + "/../" + folder.url.lastPathComponent + "/a.fits").units
                .count == 1)
    }

    @Test("Pipes, folders and devices are refused at once")
    func notFiles() throws {
        let pipe = folder.path("pipe.fits")
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(throws: FITSError.notRegularFile(path: pipe, kind: "a pipe")) { try FITSFile(path: pipe) }
        #expect(throws: FITSError.notRegularFile(path: folder.url.path, kind: "a folder")) {
            try FITSFile(path: folder.url.path)
        }
        #expect(throws: FITSError.notRegularFile(path: "/dev/zero", kind: "a device")) {
            try FITSFile(path: "/dev/zero")
        }
        let missing = folder.path("none.fits")
        #expect(throws: FITSError.cannotOpen(path: missing, reason: "No such file or directory")) {
            try FITSFile(path: missing)
        }
    }

    @Test("An output takes no folder's, pipe's or device's place, and says so before any work")
    func outputsOntoOtherThings() throws {
        let pipe = folder.path("pipe.fits")
        #expect(mkfifo(pipe, 0o600) == 0)
        let device = folder.path("device.fits")
        try FileManager.default.createSymbolicLink(atPath: device, withDestinationPath: "/dev/null")
        let inner = folder.path("folder.fits")
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: false)
        for (path, kind) in [(pipe, "a pipe"), (device, "a device"), (inner, "a folder")] {
            #expect(
                throws: FITSError.writeFailed(
                    path: path, operation: "write", reason: "it is \(kind), not a file")
            ) { try FITSWriter(path: path) }
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(Set(left) == ["pipe.fits", "device.fits", "folder.fits"])
    }

    @Test("Messages stay on one line whatever the name")
    func messages() {
        let error = FITSError.notFITS(path: "a\nb\u{1b}[31m.fits", found: "file is empty")
        #expect(error.description == #"cannot read 'a\nb\u{1B}[31m.fits': file is empty"#)
    }

    @Test("A gzip file that ends early or is garbage behind its magic is refused")
    func gzip() throws {
        let packed = Array(try Data(contentsOf: URL(fileURLWithPath: RawFITS.golden("images.fits.gz"))))
        for bytes in [
            Array(packed.dropLast(9)), Array(packed[..<20]), [0x1f, 0x8b],
            [0x1f, 0x8b, 8, 0] + Array(repeating: 0xff, count: 50),
        ] {
            let error = #expect(throws: FITSError.self) { try FITSFile(bytes: bytes, name: "x.gz") }
            guard case .decompressionFailed? = error else {
                #expect(Bool(false), "\(error as Any)"); continue
            }
        }
        #expect(try FITSFile(bytes: packed + [0, 0, 0], name: "x.gz").units.count == 11)
    }

    @Test(
        "Gzip files of any size survive a round trip, the same bytes each time",
        arguments: [0, 1, 1 << 20, 3_000_017])
    func gzipWriter(size: Int) throws {
        // Hard to compress, so that the output buffer fills in the middle.
        var state: UInt32 = 1
        let noise = (0..<size).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
        let content = RawFITS.image(bitpix: 8, axes: [max(1, size)], data: size == 0 ? [7] : noise)
        let plain = folder.path("plain.fits")
        try Data(content).write(to: URL(fileURLWithPath: plain))
        try GzipWriter.compress(plain, to: folder.path("a.fits.gz"))
        let writer = try GzipWriter(path: folder.path("b.fits.gz"))
        try writer.append(content)
        try writer.finish()
        let file = try FITSFile(path: folder.path("a.fits.gz"))
        #expect(try file.integers(of: file.units[0]) == (size == 0 ? [7] : noise).map { Int64($0) })
        #expect(
            try Data(contentsOf: URL(fileURLWithPath: folder.path("a.fits.gz")))
                == Data(contentsOf: URL(fileURLWithPath: folder.path("b.fits.gz"))))
    }

    @Test("A broken tile-compressed file gives cfitsio's words or a typed error", arguments: [0, 1])
    func brokenCompression(kind: Int) throws {
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: RawFITS.golden("compressed.fits.fz"))))
        if kind == 0 {
            let name = try #require(bytes.firstRange(of: Array("ZCMPTYPE= 'RICE_1".utf8)))
            bytes.replaceSubrange(name.upperBound - 6..<name.upperBound, with: Array("NICE_1".utf8))
        } else {
            // GZIP_1 data of the second compressed unit: behind the third header.
            let start = try #require(bytes.firstRange(of: [0x1f, 0x8b, 0x08]))
            for index in start.upperBound..<start.upperBound + 40 { bytes[index] = 0xff }
        }
        let path = folder.path("broken.fits.fz")
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let file = try FITSFile(path: path)
        let error = #expect(throws: FITSError.self) {
            for unit in file.units.dropFirst() { _ = try file.floats(of: unit) }
        }
        switch error {
        case .malformedHeader(_, 1, "ZCMPTYPE", _)? where kind == 0: break
        case .libraryFailed(_, _, let reason)? where kind == 1: #expect(reason.hasPrefix("cfitsio: "))
        default: #expect(Bool(false), "\(error as Any)")
        }
    }
}
