import Computing
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Files written in part")
struct PartFileTests {
    @Test("Bytes appended in any sizes, read back and written over in between, stand in their order")
    func appends() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("file")
        let file = try PartFile(path: path)
        var generator = CounterGenerator(seed: 3)
        var expected: [UInt8] = []
        // Around the length of a piece, 2 MiB, and several of them at once.
        for count in [1, 2_000_000, 97_151, 0, 1, 2 << 20, 5_000_000, 3, 1_485_148, 7] {
            let word = generator.next()
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: word &+ UInt64($0) &* 31) }
            try file.append(bytes)
            expected += bytes
            #expect(file.length == expected.count)
            let patch = [UInt8](repeating: UInt8(truncatingIfNeeded: word), count: min(5, expected.count))
            let place = (expected.count - patch.count) / 2
            try file.overwrite(patch, at: place)
            expected.replaceSubrange(place..<place + patch.count, with: patch)
            let seen = try file.read(at: place, count: expected.count - place)
            #expect(seen == Array(expected[place...]))
        }
        try file.finish()
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(expected))
    }
}
