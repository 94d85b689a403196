/// The element types of the format that this reader knows; the raw value is the name in the file.
///
/// The sub-byte and 8-bit float types of newer versions of the format are refused by name.
public enum SafetensorsType: String, Sendable, CaseIterable {
    /// One byte, 0 or 1.
    case bool = "BOOL"
    /// Unsigned 8-bit integer.
    case uint8 = "U8"
    /// Signed 8-bit integer.
    case int8 = "I8"
    /// Unsigned 16-bit integer.
    case uint16 = "U16"
    /// Signed 16-bit integer.
    case int16 = "I16"
    /// IEEE 754 half precision.
    case float16 = "F16"
    /// The upper half of a float32.
    case bfloat16 = "BF16"
    /// Unsigned 32-bit integer.
    case uint32 = "U32"
    /// Signed 32-bit integer.
    case int32 = "I32"
    /// IEEE 754 single precision.
    case float32 = "F32"
    /// IEEE 754 double precision.
    case float64 = "F64"
    /// Unsigned 64-bit integer.
    case uint64 = "U64"
    /// Signed 64-bit integer.
    case int64 = "I64"

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .float64, .uint64, .int64: 8
        }
    }
}
