extension SafetensorsTensor {
    /// The elements as single precision; `nil` when the type does not widen exactly (F32, F16, BF16 do).
    var floats: [Float]? {
        switch type {
        case .float32: elements(UInt32.self, Float.init(bitPattern:))
        case .bfloat16: elements(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .float16: elements(UInt16.self, Self.float(half:))
        default: nil
        }
    }

    /// The elements as double precision; `nil` when the type is not floating-point.
    var doubles: [Double]? {
        type == .float64 ? elements(UInt64.self, Double.init(bitPattern:)) : floats?.map(Double.init)
    }

    /// The elements as 64-bit integers; `nil` for floating-point types, booleans and U64.
    var int64s: [Int64]? {
        switch type {
        case .int64: words(Int64.self)
        case .int32: words(Int32.self).map(Int64.init)
        case .int16: words(Int16.self).map(Int64.init)
        case .int8: words(Int8.self).map(Int64.init)
        case .uint32: words(UInt32.self).map(Int64.init)
        case .uint16: words(UInt16.self).map(Int64.init)
        case .uint8: bytes.map(Int64.init)
        default: nil
        }
    }

    /// Index and value of the first NaN or infinity; `nil` when there is none or the type has none.
    package var firstNonFinite: (index: Int, value: Double)? {
        // Nearly all numbers are of single precision: a look at their bits tells.
        if type == .float32 {
            return firstWord(UInt32.self) { !Float(bitPattern: $0).isFinite }.flatMap { index in
                floats.map { (index, Double($0[index])) }
            }
        }
        guard let doubles, let index = doubles.firstIndex(where: { !$0.isFinite }) else { return nil }
        return (index, doubles[index])
    }

    /// The value of an IEEE 754 half; `Float16` is missing on some platforms.
    private static func float(half: UInt16) -> Float {
        let sign: Float = half >> 15 == 0 ? 1 : -1
        let exponent = Int(half >> 10 & 0x1f)
        let fraction = Float(half & 0x3ff)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return Float(bitPattern: UInt32(half >> 15) << 31 | 0x7f80_0000 | UInt32(half & 0x3ff) << 13)
        default:
            return sign * (1 + fraction * 0x1p-10)
                * Float(sign: .plus, exponent: exponent - 15, significand: 1)
        }
    }
}
