import Computing
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Files written in part")
struct PartFileTests {
    private static let piece = 2 << 20

    private static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: seed &+ UInt64($0) &* 31 &+ UInt64($0 >> 8)) }
    }

    @Test("Bytes appended in any sizes go to disk in whole pieces and stand in their order")
    func appends() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        let file = try PartFile(path: path)
        var generator = CounterGenerator(seed: 3)
        var expected: [UInt8] = []
        // The fourth ends at a piece's end, the fifth is a piece, the sixth several.
        for count in [1, 2_000_000, 97_150, 1, Self.piece, 5_000_000, 3, 1_291_453, 7] {
            let bytes = Self.bytes(count, seed: generator.next())
            try file.append(bytes)
            expected += bytes
            #expect(file.length == expected.count)
            let attributes = try FileManager.default.attributesOfItem(atPath: file.partPath)
            let written = expected.count / Self.piece * Self.piece
            #expect((attributes[.size] as? Int) == written, "after \(count)")
        }
        try file.finish()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(expected))
    }

    @Test("What is still in memory is read and written over like the rest")
    func inBetween() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        let file = try PartFile(path: path)
        var generator = CounterGenerator(seed: 4)
        var expected: [UInt8] = []
        for count in [10, Self.piece, 3_000_000, 2, 70_000] {
            let bytes = Self.bytes(count, seed: generator.next())
            try file.append(bytes)
            expected += bytes
            let patch = Self.bytes(5, seed: generator.next())
            for place in [expected.count - 5, expected.count / 2 - 5] where place >= 0 {
                try file.overwrite(patch, at: place)
                expected.replaceSubrange(place..<place + 5, with: patch)
            }
            try file.append([7, 8])
            expected += [7, 8]
            #expect(try file.read(at: expected.count - 7, count: 7) == Array(expected.suffix(7)))
        }
        try file.finish()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(expected))
    }
}
