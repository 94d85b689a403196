import Computing
import FITS
import Foundation
import TestSupport
import Testing

@Suite("Mapped files")
struct FileMappingTests {
    private let folder: TemporaryFolder
    private let path: String
    /// Pages of the file and what stands in them.
    private static let size = 64 * 4096
    private static func byte(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 &+ index >> 12) }

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path("bytes")
        try Data((0..<Self.size).map(Self.byte)).write(to: URL(fileURLWithPath: path))
    }

    /// Whether a range holds what was written.
    private func isRight(_ source: ByteSource, _ offset: Int, _ count: Int) throws(FITSError) -> Bool {
        try source.withBytes(at: offset, count: count) { bytes in
            bytes.indices.reduce(bytes.count == count) { $0 && bytes[$1] == Self.byte(offset + $1) }
        }
    }

    @Test("Mapped, read and held in memory lend the same bytes; what lies beyond the end is an error")
    func bytes() throws {
        let sources = [
            try ByteSource(path: path, isMapped: true), try ByteSource(path: path),
            ByteSource(bytes: (0..<Self.size).map(Self.byte), name: "memory"),
        ]
        for source in sources {
            #expect(try isRight(source, 0, Self.size) && isRight(source, 4097, 5000) && isRight(source, 9, 0))
            source.release(at: 100, count: 50_000)
            #expect(try isRight(source, 0, Self.size))
            for (offset, count) in [(Self.size - 3, 4), (-1, 1), (0, Self.size + 1), (0, -1)] {
                #expect(throws: FITSError.self, "\(offset), \(count)") {
                    try isRight(source, offset, count)
                }
            }
        }
    }

    @Test("Long stretches that are expected: right, given back and come again, and lost when the file is cut")
    func longStretch() throws {
        let size = 3 << 20 + 100
        try Data((0..<size).map(Self.byte)).write(to: URL(fileURLWithPath: path))
        let source = try ByteSource(path: path, isMapped: true)
        for range in [0..<size, 1_000_000..<2_500_000] {
            source.expect(at: range.lowerBound, count: range.count)
            #expect(try isRight(source, range.lowerBound, range.count))
            source.release(at: range.lowerBound, count: range.count)
        }
        #expect(try isRight(source, 0, size))
        #expect(truncate(path, 1 << 20) == 0)
        source.expect(at: 0, count: size)
        #expect(throws: FITSError.self) { try isRight(source, 1_000_000, 1_000_000) }
        #expect(try isRight(source, 0, 1 << 20))
    }

    @Test("A file cut while it is mapped gives an error where bytes are lost, and the rest as before")
    func cut() throws {
        let source = try ByteSource(path: path, isMapped: true)
        #expect(try isRight(source, 0, Self.size))
        #expect(truncate(path, off_t(Self.size / 2 + 100)) == 0)
        let error = #expect(throws: FITSError.self) { try isRight(source, Self.size / 2 - 50, 20_000) }
        guard case .shrankWhileReading? = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(try isRight(source, 0, Self.size / 2 + 100))
        // Nothing faults here: the lost bytes share the last page.
        #expect(throws: FITSError.self) { try isRight(source, Self.size / 2 - 50, 151) }
        #expect(throws: FITSError.self) { try isRight(source, Self.size - 4096, 4096) }
    }

    @Test("A file cut in the middle of being read is noticed; what was made of it is thrown away")
    func cutInside() throws {
        let source = try ByteSource(path: path, isMapped: true)
        var calls = 0
        let error = #expect(throws: FITSError.self) {
            try source.withBytes(at: 0, count: Self.size) { bytes -> Int in
                calls += 1
                _ = truncate(path, 4096)
                return bytes.reduce(0) { $0 + Int($1) }
            }
        }
        guard case .shrankWhileReading? = error else { return #expect(Bool(false), "\(error as Any)") }
        #expect(calls == 1)
    }

    @Test("Many threads see right bytes or an error while the file is cut, never zeros in their place")
    func manyThreads() throws {
        let source = try ByteSource(path: path, isMapped: true)
        let outcomes = try ParallelLoop(threads: 4).mapChunks(count: 400, chunk: 1) { range, _ -> String in
            if range.lowerBound == 200 { _ = truncate(path, off_t(Self.size / 3)) }
            do {
                return try isRight(source, range.lowerBound * 640, 6000) ? "right" : "wrong"
            } catch is FITSError {
                return "refused"
            }
        }
        let (right, wrong) = (outcomes.count { $0 == "right" }, outcomes.count { $0 == "wrong" })
        #expect(wrong == 0 && right > 0 && right < 400, "\(right) right, \(wrong) wrong of \(outcomes.count)")
    }
}
