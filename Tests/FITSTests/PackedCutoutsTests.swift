import Astronomy
import Computing
import FITS
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Packed cutouts")
struct PackedCutoutsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Pixel values that name object, band and place.
    private static func pixels(_ object: Int) -> [Float] {
        (0..<3 * 20).map { Float(1000 * object + $0) + 0.25 }
    }

    private static func object(_ index: Int) -> PackedObject {
        PackedObject(
            id: .integer(1 << 60 + Int64(index)), rightAscension: 10 + Double(index), declination: -5,
            pixelScale: 0.262, bands: ["g", "r", "z"], flags: index == 2 ? .padded : [],
            reddening: index == 1 ? .nan : 0.05)
    }

    private func write(
        _ name: String = "p.fits", count: Int = 5, layers: Set<PackedLayer> = Set(PackedLayer.allCases),
        cards: [HeaderCard] = []
    ) throws -> String {
        let path = folder.path(name)
        let writer = try PackedCutoutsWriter(
            path: path, bands: ["g", "r", "z"], width: 5, height: 4, pixelScale: 0.262, layers: layers,
            cards: cards)
        for index in 0..<count {
            try writer.append(
                Self.object(index), pixels: Self.pixels(index),
                inverseVariance: layers.contains(.inverseVariance) ? Self.pixels(index).map { 2 * $0 } : nil,
                maskBits: layers.contains(.maskBits) ? (0..<60).map { Int32(index * 60 + $0) } : nil)
        }
        try writer.finish()
        return path
    }

    @Test("Everything survives a round trip", arguments: [0, 1, 5])
    func roundTrip(count: Int) throws {
        let path = try write(count: count, cards: [HeaderCard("SEED", 7)])
        let packed = try PackedCutouts(path: path)
        #expect(packed.count == count && packed.bands == ["g", "r", "z"])
        #expect(packed.width == 5 && packed.height == 4 && packed.pixelScale == 0.262)
        #expect(packed.layers == Set(PackedLayer.allCases))
        #expect(packed.bytesPerObject == 240)
        #expect(try packed.header.integer("SEED") == 7)
        #expect(try packed.pixels(of: 0..<count) == (0..<count).flatMap(Self.pixels))
        #expect(try packed.inverseVariance(of: 0..<count) == (0..<count).flatMap(Self.pixels).map { 2 * $0 })
        #expect(try packed.maskBits(of: 0..<count) == (0..<60 * count).map { Int32($0) })
        let objects = try packed.objects(in: 0..<count)
        for (index, object) in objects.enumerated() {
            #expect(object.id == Self.object(index).id && object.flags == Self.object(index).flags)
            #expect(object.position == Self.object(index).position && object.bands == ["g", "r", "z"])
            expectClose([object.reddening], [count == 1 || index != 1 ? 0.05 : .nan])
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
        #expect(names == ["p.fits"])
    }

    @Test("One object becomes an image with its plane and flags")
    func image() throws {
        let packed = try PackedCutouts(path: write())
        let image = try packed.image(at: 2)
        #expect(image.flags == .padded && image.pixels == Self.pixels(2))
        let plane = try #require(image.plane)
        let center = plane.position(at: [2, 1.5])
        expectClose([center.rightAscension, center.declination], [12, -5], absolute: 1e-9)
        #expect(plane.isSkyParity && plane.positionAngle(ofAxis: [0, 1]).radians < 1e-12)
    }

    @Test("Bytes are lent into a caller's buffer, from many threads at once")
    func threads() throws {
        let packed = try PackedCutouts(path: write(count: 40, layers: [.pixels]))
        #expect(packed.layers == [.pixels])
        #expect(try packed.inverseVariance(of: 0..<1) == nil)
        let wrong = Mutex(0)
        try ParallelLoop(threads: 4).forEachChunk(count: 40, chunk: 3) { range, _ in
            var bytes = [UInt8](repeating: 0, count: range.count * packed.bytesPerObject)
            var span = bytes.mutableSpan
            var raw = span.mutableBytes
            try packed.read(of: range, into: &raw)
            if bytes != range.flatMap({ RawFITS.bytes(Self.pixels($0)) }) { wrong.withLock { $0 += 1 } }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    @Test("Text identifiers stay text; a mixture becomes text")
    func textIdentifiers() throws {
        let path = folder.path("t.fits")
        let writer = try PackedCutoutsWriter(path: path, bands: ["r"], width: 1, height: 1, pixelScale: 1)
        for (id, value) in [(CutoutIdentifier.text("J1234+56"), Float(1)), (.integer(7), 2)] {
            var object = Self.object(0)
            object.id = id
            object.reddening = .nan
            try writer.append(object, pixels: [value])
        }
        try writer.finish()
        let packed = try PackedCutouts(path: path)
        #expect(try packed.objects(in: 0..<2).map(\.id) == [.text("J1234+56"), .text("7")])
        #expect(!packed.objectTable.contains("ebv"))
        #expect(try packed.image(at: 1).pixels == [2])
    }

    @Test("The same content gives the same bytes")
    func deterministic() throws {
        let first = try Data(contentsOf: URL(fileURLWithPath: write("a.fits")))
        let second = try Data(contentsOf: URL(fileURLWithPath: write("b.fits")))
        #expect(first == second)
    }

    @Test("A newer format, contradicting rows and foreign files are refused")
    func refused() throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: write())))
        func changed(_ old: String, _ new: String) throws {
            var copy = bytes
            let start = try #require(bytes.firstRange(of: Array(old.utf8))).lowerBound
            copy.replaceSubrange(start..<start + new.utf8.count, with: new.utf8)
            _ = try PackedCutouts(FITSFile(bytes: copy, name: "p"))
        }
        #expect(throws: Never.self) { try changed("GALFMT", "GALFMT") }
        #expect(throws: FITSError.newerFormat(path: "p", found: 2, known: 1)) {
            try changed("GALFMT  =                    1", "GALFMT  =                    2")
        }
        #expect(throws: FITSError.notCutout(path: "p", hdu: 2, reason: "OBJECTS has 4 rows for 5 cutouts")) {
            try changed("NAXIS2  =                    5 / number of rows", "NAXIS2  =                    4")
        }
        #expect(throws: FITSError.self) { try changed("BANDS   = 'grz     '", "BANDS   = 'gr      '") }
        #expect(throws: FITSError.self) {
            try changed("PIXSCALE=                0.262", "PIXSCALE=               -0.262")
        }
        #expect(throws: FITSError.self) { try PackedCutouts(path: RawFITS.golden("images.fits")) }
        #expect(throws: FITSError.notCutout(path: "p", hdu: 0, reason: "it is a packed file of many cutouts"))
        {
            try LegacyCutout(FITSFile(bytes: bytes, name: "p"))
        }
    }

    @Test("A file that shrinks while it is read gives an error, not a signal")
    func shrinks() throws {
        let path = try write()
        let packed = try PackedCutouts(path: path)
        #expect(truncate(path, 2880 * 2 + 300) == 0)
        #expect(throws: FITSError.self) { try packed.pixels(of: 1..<5) }
        let error = #expect(throws: FITSError.self) { try packed.objects(in: 0..<5) }
        guard case .shrankWhileReading? = error else { return #expect(Bool(false), "\(error as Any)") }
    }
}
