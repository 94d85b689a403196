import Foundation
import Measurement
import Testing

@Suite("NumPy files")
struct NumPyFileTests {
    @Test("Floats, doubles and integers stand behind a header of whole 64 bytes")
    func layout() {
        let cases: [(Data, String, Int)] = [
            (NumPyFile.data([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]), "<f4", 24),
            (NumPyFile.data([1, 2] as [Double], shape: [2]), "<f8", 16),
            (NumPyFile.data([] as [Int64], shape: [3, 0]), "<i8", 0),
        ]
        for (data, type, size) in cases {
            let length = Int(data[8]) + 256 * Int(data[9])
            #expect(data.prefix(8) == Data([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0]))
            #expect((10 + length) % 64 == 0)
            #expect(data.count == 10 + length + size)
            let header = String(decoding: data[10..<10 + length], as: UTF8.self)
            #expect(header.hasSuffix("\n") && header.contains("'descr': '\(type)'"))
        }
    }

    @Test("Values are little-endian in their order")
    func values() {
        let data = NumPyFile.data([1, -2] as [Float], shape: [1, 2])
        #expect(Array(data.suffix(8)) == [0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0])
        #expect(String(decoding: data, as: UTF8.self).contains("(1, 2, )"))
    }
}
