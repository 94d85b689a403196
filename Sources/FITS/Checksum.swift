/// The 32-bit ones' complement sum of FITS checksums (FITS 4.0, appendix J), taken piece by piece.
struct Checksum: Sendable, Equatable {
    /// The sum of all whole words so far, carries folded back.
    private(set) var sum: UInt32 = 0
    /// Bytes of a word that is not complete yet.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    /// The sum of nothing.
    init() {}

    /// The sum of `bytes`, whose count must be a multiple of four.
    init(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { add($0) }
        precondition(pendingCount == 0, "Checksum: \(bytes.count) bytes are no whole words")
    }

    /// Takes in the bytes that follow.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while pendingCount != 0, index < bytes.count {
            pending = pending << 8 | UInt32(bytes[index])
            pendingCount = (pendingCount + 1) % 4
            index += 1
            if pendingCount == 0 { add(word: UInt64(pending)) }
        }
        let words = (bytes.count - index) / 4
        var total: UInt64 = 0
        for word in 0..<words {
            let stored = bytes.loadUnaligned(fromByteOffset: index + 4 * word, as: UInt32.self)
            total &+= UInt64(UInt32(bigEndian: stored))
        }
        add(word: total)
        for byte in bytes[(index + 4 * words)...] {
            pending = pending << 8 | UInt32(byte)
            pendingCount += 1
        }
    }

    /// The sum of two parts of which the first is of whole words.
    func adding(_ other: Checksum) -> Checksum {
        var result = self
        result.add(word: UInt64(other.sum))
        return result
    }

    private mutating func add(word: UInt64) {
        var total = word + UInt64(sum)
        while total > UInt64(UInt32.max) { total = (total & 0xffff_ffff) + total >> 32 }
        sum = UInt32(total)
    }

    /// The 16 characters whose sum is the complement of this one (appendix J.2): alphanumeric only.
    var encodedComplement: String {
        let value = ~sum
        var text = [UInt8](repeating: 0, count: 16)
        for byteIndex in 0..<4 {
            let byte = UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32(byteIndex)))
            let quarter = byte / 4 + UInt8(ascii: "0")
            var parts = [quarter + byte % 4, quarter, quarter, quarter]
            while parts.contains(where: Self.isPunctuation) {
                for pair in [0, 2]
                where Self.isPunctuation(parts[pair]) || Self.isPunctuation(parts[pair + 1]) {
                    parts[pair] += 1
                    parts[pair + 1] -= 1
                }
            }
            for part in 0..<4 { text[4 * part + byteIndex] = parts[part] }
        }
        // The value field begins in column 12 of the card, one byte off a word: turn right by one.
        return String(decoding: text.suffix(1) + text.dropLast(), as: UTF8.self)
    }

    /// The characters between digits, upper-case and lower-case letters.
    private static func isPunctuation(_ byte: UInt8) -> Bool {
        (0x3a...0x40).contains(byte) || (0x5b...0x60).contains(byte)
    }
}
