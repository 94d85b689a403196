/// Reads numbers from ASCII bytes: the same in every locale, without making text of them.
enum TextNumber {
    /// What a field can be taken for; a column takes the union over its rows.
    struct Kinds: OptionSet {
        var rawValue: UInt8
        /// A 64-bit integer.
        static let integer = Kinds(rawValue: 1)
        /// An integer beyond 64 bits.
        static let largeInteger = Kinds(rawValue: 2)
        /// An integer with zeros in front, as identifiers have them.
        static let paddedInteger = Kinds(rawValue: 4)
        /// A number with a point, an exponent, or not finite.
        static let real = Kinds(rawValue: 8)
        /// `true` or `false`.
        static let boolean = Kinds(rawValue: 16)
        /// Anything else.
        static let text = Kinds(rawValue: 32)
        /// A word for a missing value, which counts as text only in a column of text.
        static let missingWord = Kinds(rawValue: 64)
        /// Any number.
        static let anyNumber: Kinds = [.integer, .largeInteger, .paddedInteger, .real]
    }

    /// What the bytes can be taken for; nothing when there are none.
    static func kind(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Kinds {
        if count == 0 { return [] }
        var index = 0
        if bytes[0] == 0x2B || bytes[0] == 0x2D { index = 1 }
        let first = index
        while index < count, isDigit(bytes[index]) { index += 1 }
        let digits = index - first
        if index == count, digits > 0 {
            if digits > 1, bytes[first] == 0x30 { return .paddedInteger }
            if digits > 18 { return integer(bytes, count) == nil ? .largeInteger : .integer }
            return .integer
        }
        if isReal(bytes, count, from: index, digits: digits) { return .real }
        return word(bytes, count)
    }

    /// Whether a point, an exponent, or both follow the leading digits, and nothing else.
    private static func isReal(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, from start: Int, digits: Int
    ) -> Bool {
        var (index, digits) = (start, digits)
        if index < count, bytes[index] == 0x2E {
            index += 1
            while index < count, isDigit(bytes[index]) {
                index += 1
                digits += 1
            }
        }
        guard digits > 0 else { return false }
        if index == count { return true }
        guard isExponentMark(bytes[index]) else { return false }
        index += 1
        if index < count, bytes[index] == 0x2B || bytes[index] == 0x2D { index += 1 }
        guard index < count else { return false }
        while index < count, isDigit(bytes[index]) { index += 1 }
        return index == count
    }

    /// What a word stands for.
    private static func word(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Kinds {
        guard count <= 9 else { return .text }
        switch lowercased(bytes, count) {
        case "nan", "+nan", "-nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity": return .real
        case "true", "false": return .boolean
        case "null", "none", "na", "n/a", "--", "-", "masked": return .missingWord
        default: return .text
        }
    }

    /// The 64-bit integer that the bytes write; `nil` when they write none.
    static func integer(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64? {
        var index = 0
        let negative = count > 0 && bytes[0] == 0x2D
        if count > 0, bytes[0] == 0x2B || bytes[0] == 0x2D { index = 1 }
        guard index < count else { return nil }
        var value: Int64 = 0  // negated, for the magnitude of the least integer
        while index < count {
            guard isDigit(bytes[index]) else { return nil }
            let (tenfold, over) = value.multipliedReportingOverflow(by: 10)
            let (next, under) = tenfold.subtractingReportingOverflow(Int64(bytes[index] &- 0x30))
            if over || under { return nil }
            value = next
            index += 1
        }
        if negative { return value }
        return value == .min ? nil : -value
    }

    /// The number nearest to what the bytes write; `nil` when they write no number.
    ///
    /// A mantissa below 2^53 and a power of ten up to 10^22 are both exact, so that one multiplication or
    /// division rounds correctly (Clinger 1990); the rest goes to the standard library.
    static func real(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        var index = 0
        let negative = count > 0 && bytes[0] == 0x2D
        if count > 0, bytes[0] == 0x2B || bytes[0] == 0x2D { index = 1 }
        var mantissa: UInt64 = 0
        var (digits, scale) = (0, 0)
        var isExact = true
        var seenPoint = false
        while index < count {
            let byte = bytes[index]
            if isDigit(byte) {
                if mantissa < 900_719_925_474_099 {
                    mantissa = mantissa * 10 + UInt64(byte &- 0x30)
                    if seenPoint { scale -= 1 }
                } else {
                    isExact = false
                }
                digits += 1
            } else if byte == 0x2E, !seenPoint {
                seenPoint = true
            } else {
                break
            }
            index += 1
        }
        guard digits > 0 else { return special(bytes, count) }
        if index < count {
            guard isExponentMark(bytes[index]) else { return nil }
            if let exponent = integer(bytes + index + 1, count - index - 1), (-400...400).contains(exponent) {
                scale += Int(exponent)
            } else {
                isExact = false
            }
        }
        guard isExact, abs(scale) <= 22 else { return general(bytes, count) }
        let magnitude =
            scale < 0 ? Double(mantissa) / powersOfTen[-scale] : Double(mantissa) * powersOfTen[scale]
        return negative ? -magnitude : magnitude
    }

    /// The standard library's conversion, which knows no locale; Fortran's `D` becomes `E`.
    private static func general(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
        return Double(text) ?? Double(text.replacing("D", with: "e").replacing("d", with: "e"))
    }

    private static func special(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Double? {
        guard count <= 9 else { return nil }
        return switch lowercased(bytes, count) {
        case "nan", "+nan", "-nan": .nan
        case "inf", "+inf", "infinity", "+infinity": .infinity
        case "-inf", "-infinity": -.infinity
        default: nil
        }
    }

    private static func lowercased(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self).lowercased()
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    private static func isExponentMark(_ byte: UInt8) -> Bool {
        byte == 0x65 || byte == 0x45 || byte == 0x64 || byte == 0x44
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18, 1e19, 1e20, 1e21, 1e22,
    ]
}
