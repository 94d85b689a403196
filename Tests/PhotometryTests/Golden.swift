import Foundation

/// The golden files beside these tests.
enum Golden {
    /// A decoded golden file.
    static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        try JSONDecoder().decode(type, from: data(name))
    }

    /// The bytes of a golden file.
    static func data(_ name: String) throws -> Data {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Golden")
        return try Data(contentsOf: folder.appendingPathComponent(name))
    }
}

/// Big-endian float32 bytes, as in a FITS file.
func bigEndianBytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) } }
}
