public import Foundation

/// Arrays for peers in NumPy's own format, version 1.0 (NumPy Enhancement Proposal 1).
public enum NumPyFile {
    /// The file of an array of 32-bit floats, row-major.
    public static func data(_ values: [Float], shape: [Int]) -> Data {
        data(values, shape: shape, type: "<f4") { $0.bitPattern.littleEndian }
    }

    /// The file of an array of 64-bit floats, row-major.
    public static func data(_ values: [Double], shape: [Int]) -> Data {
        data(values, shape: shape, type: "<f8") { $0.bitPattern.littleEndian }
    }

    /// The file of an array of 64-bit integers, row-major.
    public static func data(_ values: [Int64], shape: [Int]) -> Data {
        data(values, shape: shape, type: "<i8") { $0.littleEndian }
    }

    private static func data<Value, Word>(
        _ values: [Value], shape: [Int], type: String, _ word: (Value) -> Word
    ) -> Data {
        precondition(
            shape.reduce(1, *) == values.count, "NumPyFile: \(values.count) values of shape \(shape)")
        // A tuple of one number needs the comma.
        let sizes = shape.map { "\($0), " }.joined()
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(sizes)), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var data = Data([0x93] + Array("NUMPY".utf8) + [1, 0])
        withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { data.append(contentsOf: $0) }
        data.append(contentsOf: header.utf8)
        values.map(word).withUnsafeBytes { data.append(contentsOf: $0) }
        return data
    }
}

extension Data {
    /// Writes the file at `path`: complete or not at all.
    public func writeMeasured(to path: String) throws {
        do {
            try write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw MeasurementError.unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
