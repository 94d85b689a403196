import Computing
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite("Hostile safetensors files")
struct HostileSafetensorsTests {
    /// A file of this header and that many bytes of data.
    static func file(_ header: String, data: Int, length: UInt64? = nil) -> [UInt8] {
        let text = Array(header.utf8)
        let prefix = withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { Array($0) }
        return prefix + text + Array(repeating: 0, count: data)
    }

    static func tensor(_ name: String, _ type: String, _ shape: String, _ offsets: String) -> String {
        "\"\(name)\":{\"dtype\":\"\(type)\",\"shape\":\(shape),\"data_offsets\":\(offsets)}"
    }

    static func fault(_ bytes: [UInt8]) -> SafetensorsError? {
        do throws(SafetensorsError) {
            _ = try SafetensorsFile(decoding: bytes, path: "f")
            return nil
        } catch { return error }
    }

    @Test("Every truncation of a file is refused, in memory and on disk")
    func truncation() throws {
        let bytes = try SafetensorsFileTests.example.encoded()
        let folder = try TemporaryFolder()
        let path = folder.path("cut.safetensors")
        for count in 0..<bytes.count {
            let cut = Array(bytes.prefix(count))
            let error = try #require(Self.fault(cut))
            switch error {
            case .noHeaderLength where count < 8: break
            case .headerTruncated where count >= 8: break
            case .outOfRange where count >= 8: break
            default: Issue.record("\(count) bytes: \(error)")
            }
            try Data(cut).write(to: URL(fileURLWithPath: path))
            let onDisk = #expect(throws: SafetensorsError.self) { try SafetensorsFile(contentsOf: path) }
            #expect(onDisk?.path == path)
        }
        #expect(Self.fault(bytes) == nil && Self.fault(bytes + [0]) != nil)
        let promised = Int(bytes[0]) | Int(bytes[1]) << 8
        #expect(
            Self.fault(Array(bytes.prefix(30)))?.description == """
                cannot read 'f': file is truncated: \(promised) bytes of header promised, 22 are there
                """)
    }

    @Test("A lying header length is refused before memory is taken")
    func lyingLength() {
        let header = "{}      "
        #expect(
            Self.fault(Self.file(header, data: 0, length: .max))
                == .headerTooLong(path: "f", length: .max, limit: 100_000_000))
        #expect(
            Self.fault(Self.file(header, data: 0, length: 100_000_000))
                == .headerTruncated(path: "f", promised: 100_000_000, found: 8))
        #expect(Self.fault(Self.file(header, data: 0, length: 9)) != nil)
        #expect(Self.fault(Self.file(header, data: 0, length: 1)) != nil)
        #expect(Self.fault(Self.file(header, data: 0, length: 0)) == .headerNotAnObject(path: "f"))
        #expect(Self.fault(Self.file(" {}", data: 0)) == .headerNotAnObject(path: "f"))
        #expect(Self.fault(Array("<!DOCTYPE html><html>".utf8)) != nil)
        #expect(Self.fault(Array("version https://git-lfs.github.com/spec/v1".utf8)) != nil)
    }

    @Test("Holes, overlaps and bytes beyond the end are refused")
    func tiling() {
        let a = Self.tensor("a", "U8", "[4]", "[0,4]")
        func second(_ offsets: String, data: Int) -> SafetensorsError? {
            Self.fault(Self.file("{\(a),\(Self.tensor("b", "U8", "[4]", offsets))}", data: data))
        }
        #expect(second("[4,8]", data: 8) == nil)
        #expect(second("[5,9]", data: 9) == .hole(path: "f", start: 4, end: 5))
        #expect(second("[3,7]", data: 7) == .overlap(path: "f", first: "a", second: "b"))
        #expect(second("[0,4]", data: 4) == .overlap(path: "f", first: "a", second: "b"))
        #expect(second("[4,8]", data: 9) == .hole(path: "f", start: 8, end: 9))
        #expect(second("[4,8]", data: 7) == .outOfRange(path: "f", tensor: "b", end: 8, data: 7))
        #expect(Self.fault(Self.file("{}", data: 1)) == .hole(path: "f", start: 0, end: 1))
        // Order in the header does not matter, and an empty tensor may sit on a border.
        let b = Self.tensor("b", "U8", "[4]", "[4,8]")
        let empty = Self.tensor("c", "F32", "[0]", "[4,4]")
        #expect(Self.fault(Self.file("{\(b),\(empty),\(a)}", data: 8)) == nil)
        let inside = Self.tensor("c", "F32", "[0]", "[2,2]")
        #expect(Self.fault(Self.file("{\(a),\(inside)}", data: 4)) != nil)
    }

    @Test("Shapes that do not fit their bytes, or 64 bits, are refused")
    func shapes() {
        func fault(_ type: String, _ shape: String, _ offsets: String) -> SafetensorsError? {
            Self.fault(Self.file("{\(Self.tensor("a", type, shape, offsets))}", data: 8))
        }
        #expect(fault("F32", "[2]", "[0,8]") == nil && fault("F64", "[]", "[0,8]") == nil)
        #expect(
            fault("F32", "[3]", "[0,8]") == .sizeMismatch(path: "f", tensor: "a", expected: 12, found: 8))
        #expect(
            fault("U8", "[4294967296,4294967296]", "[0,8]")
                == .sizeOverflow(path: "f", tensor: "a", shape: [4_294_967_296, 4_294_967_296]))
        // 2^61 doubles: the count fits, the bytes do not (and would wrap to 0).
        #expect(fault("F64", "[2305843009213693952]", "[0,0]") != nil)
        #expect(
            fault("F64", "[2305843009213693952]", "[0,8]")
                == .sizeOverflow(path: "f", tensor: "a", shape: [2_305_843_009_213_693_952]))
        for shape in ["[-2]", "[2.0]", "[2e0]", "[9223372036854775808]", "[\"2\"]", "2", "null", "[[2]]"] {
            #expect(fault("F32", shape, "[0,8]") != nil, "shape \(shape)")
        }
        for offsets in ["[8,0]", "[0]", "[0,8,8]", "[-1,7]", "[0,18446744073709551615]", "8", "[]"] {
            #expect(fault("U8", "[8]", offsets) != nil, "offsets \(offsets)")
        }
        #expect(fault("F8_E4M3", "[8]", "[0,8]") == .unknownType(path: "f", tensor: "a", type: "F8_E4M3"))
        #expect(fault("f32", "[2]", "[0,8]") != nil)
    }

    @Test("Duplicate, missing, unknown and misplaced fields are refused")
    func fields() {
        let good = Self.tensor("a", "U8", "[8]", "[0,8]")
        func fault(_ header: String) -> SafetensorsError? { Self.fault(Self.file(header, data: 8)) }
        #expect(fault("{\(good)}  ") == nil)
        guard case .headerNotJSON(_, let duplicate)? = fault("{\(good),\(good)}") else {
            Issue.record("a tensor twice was taken")
            return
        }
        #expect(duplicate.reason == .duplicateKey("a"))
        let twice = "{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"shape\":[8]}}"
        #expect(fault(twice) != nil)
        #expect(fault("{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}}") != nil)
        #expect(fault("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,8]}}") != nil)
        #expect(fault("{\"a\":{\"shape\":[8],\"data_offsets\":[0,8]}}") != nil)
        #expect(fault("{\"a\":{\"dtype\":3,\"shape\":[8],\"data_offsets\":[0,8]}}") != nil)
        #expect(fault("{\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8],\"x\":1}}") != nil)
        #expect(fault("{\"a\":7,\(good)}") != nil && fault("{\(good)}{}") != nil)
        #expect(fault("{\(good),\"__metadata__\":{\"v\":\"1\"}}") == nil)
        #expect(fault("{\(good),\"__metadata__\":{\"v\":1}}") != nil)
        #expect(fault("{\(good),\"__metadata__\":[]}") != nil)
        #expect(fault("{\(good),\"__metadata__\":{\"v\":\"1\",\"v\":\"2\"}}") != nil)
        #expect(fault("{\"a\":" + String(repeating: "[", count: 100_000)) != nil)
    }

    @Test("Mutated files are refused or read consistently, never a crash")
    func fuzz() throws {
        let original = try SafetensorsFileTests.example.encoded()
        var generator = CounterGenerator(seed: 20_261_121)
        let snippets = [
            "[", "]", "{", "}", ",", ":", "\"", "-", "9223372036854775807", "0", "\\u0000", "F64",
        ]
        var taken = 0
        var refused = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<5, using: &generator) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                case 2: bytes.remove(at: place)
                case 3:
                    let snippet = snippets[Int.random(in: 0..<snippets.count, using: &generator)]
                    bytes.insert(contentsOf: Array(snippet.utf8), at: place)
                    bytes[0] = UInt8(truncatingIfNeeded: Int(bytes[0]) + snippet.utf8.count)
                default: bytes.removeLast(min(bytes.count - 1, Int.random(in: 0..<9, using: &generator)))
                }
            }
            do {
                let file = try SafetensorsFile(decoding: bytes)
                taken += 1
                let again = try SafetensorsFile(decoding: try file.encoded())
                #expect(again.tensors == file.tensors && again.metadata == file.metadata)
            } catch {
                #expect(!error.description.contains("unknown fault"))
                refused += 1
            }
        }
        #expect(taken > 1000 && refused > 1000, "taken \(taken), refused \(refused)")
    }
}
