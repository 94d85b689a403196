import Foundation
import Safetensors
import TestSupport
import Testing

@Suite("Safetensors files")
struct SafetensorsFileTests {
    static let golden = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Golden/golden.safetensors").path

    static let example = SafetensorsFile(
        metadata: ["format": "1", "a\"b": "\n"],
        tensors: [
            SafetensorsTensor(name: "weight", shape: [2, 2], floats: [1, -2, 0.5, 3]),
            SafetensorsTensor(name: "none", shape: [0, 7], floats: []),
            SafetensorsTensor(name: "mean", shape: [], doubles: [.pi]),
            SafetensorsTensor(name: "ids", shape: [2], int64s: [-1, .max]),
            SafetensorsTensor(name: "flags", shape: [3], uint8s: [0, 1, 255]),
        ])

    @Test("A file of the safetensors package reads as the numbers that went in")
    func peer() throws {
        let file = try SafetensorsFile(contentsOf: Self.golden)
        #expect(file.metadata == ["format": "np", "note": "tab\tnewline\nend"])
        #expect(file.tensors.count == 14 && file.path == Self.golden)
        let weight = try file.floats("encoder.0.weight", shape: [3, 2, 2])
        #expect(weight == (0..<12).map { Float($0) / 8 - 0.5 })
        #expect(try file.doubles("doubles") == [.pi, -1e300, .leastNonzeroMagnitude])
        let halves: [Float] = [
            0, -0.0, 1, -2.5, 65504, 5.960464477539063e-08, 6.097555160522461e-05, 0.3330078125,
        ]
        #expect(try file.floats("halves").map(\.bitPattern) == halves.map(\.bitPattern))
        #expect(try file.int64s("ids", shape: [1, 3]) == [9_007_199_254_740_993, -1, 0])
        #expect(try file.int64s("int32") == [-2_147_483_648, 2_147_483_647])
        #expect(try file.int32s("int32") == [-2_147_483_648, 2_147_483_647])
        #expect(throws: SafetensorsError.self) { try file.int32s("int16") }
        #expect(file.hasTensor("int16") && !file.hasTensor("int17"))
        #expect(try file.int64s("int16") == [-32768, 32767])
        #expect(try file.int64s("int8") == [-128, 127, 0])
        #expect(try file.int64s("uint32") == [4_294_967_295])
        #expect(try file.int64s("uint16") == [65535, 1])
        #expect(try file.uint8s("bytes") == [0, 1, 2, 3, 4] && file.int64s("bytes") == [0, 1, 2, 3, 4])
        #expect(try file.bools("mask") == [true, false, true])
        #expect(try file.floats("scalar", shape: []) == [7.25])
        #expect(try file.floats("empty", shape: [0, 3]) == [])
        #expect(try file.doubles("name with \"quotes\" and \u{e9}") == [1.5])
        try file.requireFinite()
    }

    @Test("Half and bfloat16 widen exactly, with infinities and NaN")
    func narrowFloats() throws {
        func tensor(_ type: SafetensorsType, _ words: [UInt16]) -> SafetensorsTensor {
            let bytes = words.flatMap { [UInt8($0 & 0xff), UInt8($0 >> 8)] }
            return SafetensorsTensor(name: type.rawValue, type: type, shape: [words.count], bytes: bytes)
        }
        let file = SafetensorsFile(tensors: [
            tensor(.float16, [0x3c00, 0x0001, 0x03ff, 0x7bff, 0xfc00, 0x7e00, 0x8000]),
            tensor(.bfloat16, [0x3f80, 0xc049, 0x7f80, 0x7fc0]),
        ])
        let halves = try file.floats("F16")
        #expect(halves[0..<5] == [1, 0x1p-24, 1023 * 0x1p-24, 65504, -.infinity])
        #expect(halves[5].isNaN && halves[6].sign == .minus && halves[6] == 0)
        let brains = try file.floats("BF16")
        #expect(brains[0..<3] == [1, -3.140625, .infinity] && brains[3].isNaN)
    }

    @Test("Writing puts tensors in the given order, data at a multiple of 8, and reads back equal")
    func roundTrip() throws {
        let bytes = try Self.example.encoded()
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(length % 8 == 0)
        let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
        #expect(
            header.trimmingCharacters(in: [" "]) == """
                {"__metadata__":{"a\\"b":"\\n","format":"1"},\
                "weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},\
                "none":{"dtype":"F32","shape":[0,7],"data_offsets":[16,16]},\
                "mean":{"dtype":"F64","shape":[],"data_offsets":[16,24]},\
                "ids":{"dtype":"I64","shape":[2],"data_offsets":[24,40]},\
                "flags":{"dtype":"U8","shape":[3],"data_offsets":[40,43]}}
                """)
        #expect(Array(bytes[(8 + length)...].prefix(8)) == [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0])
        let read = try SafetensorsFile(decoding: bytes)
        #expect(read.metadata == Self.example.metadata && read.tensors == Self.example.tensors)
        let none = try SafetensorsFile(tensors: []).encoded()
        #expect(none == [8, 0, 0, 0, 0, 0, 0, 0] + Array("{}      ".utf8))
        #expect(try SafetensorsFile(decoding: none).tensors.isEmpty)
    }

    @Test("A file on disk is replaced as a whole and leaves no temporary file")
    func disk() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("weights [1].safetensors")
        try Data("old".utf8).write(to: URL(fileURLWithPath: path))
        try Self.example.write(to: path)
        let read = try SafetensorsFile(contentsOf: path)
        #expect(read.tensors == Self.example.tensors && read.metadata == Self.example.metadata)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).count == 1)
    }

    @Test("A failed write names the file and leaves what was there")
    func failedWrite() throws {
        let folder = try TemporaryFolder()
        let missing = folder.path("none/w.safetensors")
        let error = #expect(throws: SafetensorsError.self) { try Self.example.write(to: missing) }
        #expect(error?.description == "cannot write '\(missing)': No such file or directory")
        // A rename onto a folder with content fails after the temporary file is complete.
        let occupied = folder.path("occupied")
        try FileManager.default.createDirectory(
            atPath: occupied + "/inside", withIntermediateDirectories: true)
        #expect(throws: SafetensorsError.self) { try Self.example.write(to: occupied) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["occupied"])
    }

    @Test("What a killed write left is written over, and two writers do not mix")
    func killedWrite() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("w.safetensors")
        let whole = try Self.example.encoded()
        for length in [0, 5, 8, 40, whole.count - 1, whole.count + 1000] {
            let left = whole.prefix(length) + Array(repeating: 7, count: max(0, length - whole.count))
            try Data(left).write(to: URL(fileURLWithPath: path + ".part"))
            try Self.example.write(to: path)
            #expect(try Array(Data(contentsOf: URL(fileURLWithPath: path))) == whole)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["w.safetensors"])
        }
        let other = open(path + ".part", O_WRONLY | O_CREAT, 0o644)
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
        #expect(throws: SafetensorsError.unwritable(path: path, reason: "another process is writing it")) {
            try Self.example.write(to: path)
        }
        close(other)
        #expect(throws: Never.self) { try Self.example.write(to: path) }
    }

    @Test("On a full disk the file that was there stays, and nothing beside it")
    func fullDisk() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryFolder()
            let path = folder.path("w.safetensors")
            try SafetensorsFileTests.example.write(to: path)
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            var limit = rlimit(rlim_cur: 20_000, rlim_max: 20_000)
            #if canImport(Glibc)
                setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            #else
                setrlimit(RLIMIT_FSIZE, &limit)
            #endif
            signal(SIGXFSZ, SIG_IGN)
            let large = SafetensorsFile(tensors: [
                SafetensorsTensor(name: "x", shape: [10_000], doubles: Array(repeating: 1, count: 10_000))
            ])
            #expect(throws: SafetensorsError.unwritable(path: path, reason: "File too large")) {
                try large.write(to: path)
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["w.safetensors"])
        }
    }

    @Test("Messages stay on one line whatever the name")
    func messages() {
        #expect(
            SafetensorsError.notARegularFile(path: "a\nb\u{1b}[31m").description
                == #"cannot read 'a\nb\u{1B}[31m': not a regular file"#)
    }

    @Test("What is no regular file is refused without waiting")
    func notAFile() throws {
        let folder = try TemporaryFolder()
        let pipe = folder.path("pipe")
        #expect(mkfifo(pipe, 0o600) == 0)
        for path in [pipe, folder.url.path, "/dev/zero"] {
            #expect(throws: SafetensorsError.notARegularFile(path: path)) {
                try SafetensorsFile(contentsOf: path)
            }
        }
        let error = #expect(throws: SafetensorsError.self) {
            try SafetensorsFile(contentsOf: folder.path("none"))
        }
        #expect(error?.description == "cannot read '\(folder.path("none"))': No such file or directory")
    }

    @Test("Access refuses missing names, other shapes and types that would not be exact")
    func access() throws {
        let file = Self.example
        #expect(throws: SafetensorsError.missingTensor(path: "memory", tensor: "bias")) {
            try file.floats("bias")
        }
        #expect(
            throws: SafetensorsError.wrongShape(
                path: "memory", tensor: "weight", expected: [4], found: [2, 2])
        ) { try file.floats("weight", shape: [4]) }
        #expect(throws: SafetensorsError.self) { try file.floats("mean") }
        #expect(throws: SafetensorsError.self) { try file.doubles("ids") }
        #expect(throws: SafetensorsError.self) { try file.int64s("weight") }
        #expect(throws: SafetensorsError.self) { try file.uint8s("weight") }
        #expect(throws: SafetensorsError.self) { try file.bools("flags") }
        #expect(try file.doubles("weight") == [1, -2, 0.5, 3])
        let mask = SafetensorsFile(tensors: [.init(name: "m", type: .bool, shape: [2], bytes: [1, 2])])
        #expect(throws: SafetensorsError.notABoolean(path: "memory", tensor: "m", index: 1, byte: 2)) {
            try mask.bools("m")
        }
    }

    @Test(
        "NaN and infinite weights are found, named and located",
        arguments: [Float.nan, .infinity, -.infinity])
    func finite(value: Float) throws {
        let file = SafetensorsFile(
            tensors: [
                .init(name: "ids", shape: [1], int64s: [.max]),
                .init(name: "good", shape: [1], floats: [.greatestFiniteMagnitude]),
                .init(name: "bad", shape: [3], floats: [0, value, .nan]),
            ], path: "w")
        try file.requireFinite(["ids", "good"])
        let error = #expect(throws: SafetensorsError.self) { try file.requireFinite() }
        #expect(error?.description == "cannot read 'w': tensor \"bad\" is \(Double(value)) at element 1")
    }
}
