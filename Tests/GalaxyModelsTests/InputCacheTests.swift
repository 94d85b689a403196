import Foundation
import GalaxyModels
import TestSupport
import Testing

@Suite("Input cache")
struct InputCacheTests {
    @Test("Records come back as written, in any order")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("inputs")
        let writer = try InputCacheWriter(path: path, key: "k", count: 3, recordLength: 2)
        for record in [2, 0, 1] { try writer.write([Float(record), .nan], record: record) }
        #expect(!FileManager.default.fileExists(atPath: path))
        try writer.finish()
        let cache = try InputCache(path: path, key: "k", count: 3, recordLength: 2)
        for record in 0..<3 {
            expectClose(try cache.values(of: record), [Float(record), .nan])
        }
    }

    @Test("A cache of other inputs, a truncated and a foreign file are refused")
    func refused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("inputs")
        let writer = try InputCacheWriter(path: path, key: "k", count: 2, recordLength: 2)
        for record in 0..<2 { try writer.write([1, 2], record: record) }
        try writer.finish()
        let mismatch = InputCache.CacheError.mismatch(path: path)
        #expect(throws: mismatch) { try InputCache(path: path, key: "other", count: 2, recordLength: 2) }
        #expect(throws: mismatch) { try InputCache(path: path, key: "k", count: 3, recordLength: 2) }
        #expect(throws: mismatch) { try InputCache(path: path, key: "k", count: 2, recordLength: 1) }
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        for length in [0, 10, 64, whole.count - 1] {
            try whole.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(throws: mismatch) { try InputCache(path: path, key: "k", count: 2, recordLength: 2) }
        }
        #expect(throws: InputCache.CacheError.self) {
            try InputCache(path: folder.path("none"), key: "k", count: 2, recordLength: 2)
        }
    }
}
