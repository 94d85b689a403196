/// One tensor of a safetensors file: a name, a type, a shape and little-endian bytes, row-major.
public struct SafetensorsTensor: Sendable, Equatable {
    /// The name; any text but `__metadata__`.
    public let name: String
    /// The element type.
    public let type: SafetensorsType
    /// The shape; empty for a scalar.
    public let shape: [Int]
    /// The elements, row-major, little-endian.
    public let bytes: [UInt8]

    /// The number of elements.
    public var count: Int { bytes.count / type.byteCount }

    /// A tensor of `bytes`, whose count must be what `shape` and `type` need.
    public init(name: String, type: SafetensorsType, shape: [Int], bytes: [UInt8]) {
        precondition(
            name != "__metadata__" && Self.byteCount(type, shape) == bytes.count,
            "SafetensorsTensor '\(name)': shape \(shape) of \(type.rawValue) does not fit \(bytes.count) bytes"
        )
        self.name = name
        self.type = type
        self.shape = shape
        self.bytes = bytes
    }

    /// A tensor of single-precision numbers.
    public init(name: String, shape: [Int], floats: [Float]) {
        self.init(
            name: name, type: .float32, shape: shape, bytes: Self.bytes(of: floats.map(\.bitPattern)))
    }

    /// A tensor of double-precision numbers.
    public init(name: String, shape: [Int], doubles: [Double]) {
        self.init(
            name: name, type: .float64, shape: shape, bytes: Self.bytes(of: doubles.map(\.bitPattern)))
    }

    /// A tensor of 64-bit integers.
    public init(name: String, shape: [Int], int64s: [Int64]) {
        self.init(name: name, type: .int64, shape: shape, bytes: Self.bytes(of: int64s))
    }

    /// A tensor of 32-bit integers.
    public init(name: String, shape: [Int], int32s: [Int32]) {
        self.init(name: name, type: .int32, shape: shape, bytes: Self.bytes(of: int32s))
    }

    /// A tensor of bytes.
    public init(name: String, shape: [Int], uint8s: [UInt8]) {
        self.init(name: name, type: .uint8, shape: shape, bytes: uint8s)
    }

    /// Bytes that `shape` of `type` takes; `nil` when a dimension is negative or 64 bits cannot count them.
    package static func byteCount(_ type: SafetensorsType, _ shape: [Int]) -> Int? {
        var count = type.byteCount
        for dimension in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
            if overflow || dimension < 0 { return nil }
            count = product
        }
        return count
    }

    private static func bytes<Word: FixedWidthInteger>(of words: [Word]) -> [UInt8] {
        words.map(\.littleEndian).withUnsafeBytes { [UInt8]($0) }
    }

    /// The little-endian words of the bytes.
    func words<Word: FixedWidthInteger>(_: Word.Type) -> [Word] { elements(Word.self) { $0 } }

    /// What each little-endian word of the bytes stands for.
    func elements<Word: FixedWidthInteger, Element>(
        _: Word.Type, _ element: (Word) -> Element
    ) -> [Element] {
        bytes.withUnsafeBytes { raw in
            let count = raw.count / MemoryLayout<Word>.size
            // A map looks at its room for every element.
            return [Element](unsafeUninitializedCapacity: count) { buffer, filled in
                for index in 0..<count {
                    buffer.initializeElement(at: index, to: element(Self.word(raw, index)))
                }
                filled = count
            }
        }
    }

    /// Place of the first little-endian word that a condition holds for.
    func firstWord<Word: FixedWidthInteger>(_: Word.Type, where condition: (Word) -> Bool) -> Int? {
        bytes.withUnsafeBytes { raw in
            (0..<raw.count / MemoryLayout<Word>.size).first { condition(Self.word(raw, $0)) }
        }
    }

    private static func word<Word: FixedWidthInteger>(_ raw: UnsafeRawBufferPointer, _ index: Int) -> Word {
        Word(littleEndian: raw.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self))
    }
}
