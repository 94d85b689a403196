/// Conversion between FITS's big-endian values and arrays; the loops compile to vector byte swaps.
enum BigEndian {
    /// The integers that `bytes` hold; a remainder smaller than one is left out.
    static func integers<Value: FixedWidthInteger>(_ bytes: UnsafeRawBufferPointer) -> [Value] {
        let size = MemoryLayout<Value>.size
        let count = bytes.count / size
        return [Value](unsafeUninitializedCapacity: count) { values, filled in
            for index in 0..<count {
                let stored = bytes.loadUnaligned(fromByteOffset: index * size, as: Value.self)
                values[index] = Value(bigEndian: stored)
            }
            filled = count
        }
    }

    /// The 32-bit floats that `bytes` hold.
    static func floats(_ bytes: UnsafeRawBufferPointer) -> [Float] {
        let count = bytes.count / 4
        return [Float](unsafeUninitializedCapacity: count) { values, filled in
            decode(bytes, into: UnsafeMutableBufferPointer(rebasing: values[..<count]))
            filled = count
        }
    }

    /// The 64-bit floats that `bytes` hold.
    static func doubles(_ bytes: UnsafeRawBufferPointer) -> [Double] {
        let count = bytes.count / 8
        return [Double](unsafeUninitializedCapacity: count) { values, filled in
            for index in 0..<count {
                let stored = bytes.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self)
                values[index] = Double(bitPattern: UInt64(bigEndian: stored))
            }
            filled = count
        }
    }

    /// Fills `values` with the 32-bit floats at the start of `bytes`.
    static func decode(_ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Float>) {
        precondition(
            bytes.count >= 4 * values.count, "BigEndian: \(bytes.count) bytes, \(values.count) floats")
        for index in 0..<values.count {
            let stored = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
            values[index] = Float(bitPattern: UInt32(bigEndian: stored))
        }
    }

    /// Turns values that were read big-endian into this machine's order, in place.
    static func swapInPlace(_ words: UnsafeMutableBufferPointer<UInt32>) {
        for index in 0..<words.count { words[index] = UInt32(bigEndian: words[index]) }
    }

    /// The bytes of `values` as FITS stores them.
    static func bytes(_ values: [Float]) -> [UInt8] { encode(values) { $0.bitPattern } }

    /// The bytes of `values` as FITS stores them.
    static func bytes(_ values: [Double]) -> [UInt8] { encode(values) { $0.bitPattern } }

    /// The bytes of `values` as FITS stores them.
    static func bytes<Value: FixedWidthInteger>(_ values: [Value]) -> [UInt8] { encode(values) { $0 } }

    @inline(__always)
    private static func encode<Value, Bits: FixedWidthInteger>(
        _ values: [Value], _ bits: (Value) -> Bits
    ) -> [UInt8] {
        let size = MemoryLayout<Bits>.size
        return [UInt8](unsafeUninitializedCapacity: values.count * size) { bytes, filled in
            let raw = UnsafeMutableRawBufferPointer(bytes)
            // Without the array's bounds checks the loop becomes vector code.
            values.withUnsafeBufferPointer { values in
                for index in 0..<values.count {
                    raw.storeBytes(
                        of: bits(values[index]).bigEndian, toByteOffset: index * size, as: Bits.self)
                }
            }
            filled = values.count * size
        }
    }
}
