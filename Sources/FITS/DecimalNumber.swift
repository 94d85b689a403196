/// Numbers in decimal notation as headers hold them; `nan`, `inf` and hexadecimal forms are none.
enum DecimalNumber {
    /// The number in `token`: whole where it is written so and fits 64 bits, else real; `nil` for anything else.
    static func value(_ field: Span<UInt8>, _ token: Range<Int>) -> HeaderValue? {
        guard let digits = Digits(field, token) else { return anyValue(field, token) }
        if digits.isWhole {
            let number = Int64(digits.mantissa)
            return .integer(digits.isNegative ? -number : number)
        }
        guard let size = digits.nearestValue else { return anyValue(field, token) }
        return .real(digits.isNegative ? -size : size)
    }

    /// Sign, up to 18 digits with a point among them, and a power of ten.
    private struct Digits {
        var isNegative = false
        /// The digits as a whole number.
        var mantissa: UInt64 = 0
        /// The power of ten behind them.
        var exponent = 0
        /// Whether there is neither a point nor an exponent.
        var isWhole = true

        /// `nil` for what is longer, or of another form.
        init?(_ field: Span<UInt8>, _ token: Range<Int>) {
            var index = token.lowerBound
            if index < token.upperBound, let isNegative = Self.sign(field[index]) {
                self.isNegative = isNegative
                index += 1
            }
            var count = 0
            loop: while index < token.upperBound {
                switch field[index] {
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    mantissa = mantissa &* 10 &+ UInt64(field[index] &- UInt8(ascii: "0"))
                    count += 1
                    if !isWhole { exponent -= 1 }
                case UInt8(ascii: ".") where isWhole: isWhole = false
                default: break loop
                }
                index += 1
            }
            guard (1...18).contains(count) else { return nil }
            if index < token.upperBound {
                guard let power = Self.power(field, index..<token.upperBound) else { return nil }
                exponent += power
                isWhole = false
            }
        }

        /// Whether a sign is a minus; `nil` for what is no sign.
        private static func sign(_ byte: UInt8) -> Bool? {
            switch byte {
            case UInt8(ascii: "-"): true
            case UInt8(ascii: "+"): false
            default: nil
            }
        }

        /// The number behind an E or D; `nil` for one that is not small, and for anything else.
        private static func power(_ field: Span<UInt8>, _ range: Range<Int>) -> Int? {
            switch field[range.lowerBound] {
            case UInt8(ascii: "E"), UInt8(ascii: "e"), UInt8(ascii: "D"), UInt8(ascii: "d"): break
            default: return nil
            }
            var digits = range.dropFirst()
            var isNegative = false
            if let first = digits.first, let sign = sign(field[first]) {
                isNegative = sign
                digits.removeFirst()
            }
            guard (1...3).contains(digits.count) else { return nil }
            var power = 0
            for index in digits {
                guard case UInt8(ascii: "0")...UInt8(ascii: "9") = field[index] else { return nil }
                power = 10 * power + Int(field[index] - UInt8(ascii: "0"))
            }
            return isNegative ? -power : power
        }

        /// The nearest double, where it is found without numbers of many words.
        var nearestValue: Double? {
            if mantissa <= 1 << 53, abs(exponent) < DecimalNumber.powers.count {
                // One multiplication or division of exact numbers gives it (Clinger 1990).
                let power = DecimalNumber.powers[abs(exponent)]
                return exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
            }
            guard mantissa > 0, (1..<DecimalNumber.wholePowers.count).contains(-exponent) else { return nil }
            return quotient(DecimalNumber.wholePowers[-exponent])
        }

        /// The mantissa by a divisor, rounded once.
        private func quotient(_ divisor: UInt64) -> Double {
            // With the highest bit of both set the quotient has 63 or 64 bits, ten more than a double; whatever
            // remains sets the last one, which tells a half from more than a half.
            let (own, other) = (mantissa.leadingZeroBitCount, divisor.leadingZeroBitCount)
            let dividend = mantissa << UInt64(own)
            let found = (divisor << UInt64(other)).dividingFullWidth((dividend >> 1, dividend << 63))
            let bits = found.quotient | (found.remainder == 0 ? 0 : 1)
            return Double(sign: .plus, exponent: other - own - 63, significand: Double(bits))
        }
    }

    /// The powers of ten that doubles hold exactly.
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22,
    ]

    /// The powers of ten that words hold.
    private static let wholePowers = Array(sequence(first: 1 as UInt64) { $0 &* 10 }.prefix(20))

    /// A number of any length.
    private static func anyValue(_ field: Span<UInt8>, _ token: Range<Int>) -> HeaderValue? {
        var isInteger = true
        var hasDigit = false
        var text: [UInt8] = []
        text.reserveCapacity(token.count)
        for index in token {
            let byte = field[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): hasDigit = true
            case UInt8(ascii: "+"), UInt8(ascii: "-"): if index > token.lowerBound { isInteger = false }
            case UInt8(ascii: "."): isInteger = false
            case UInt8(ascii: "E"), UInt8(ascii: "e"), UInt8(ascii: "D"), UInt8(ascii: "d"):
                guard hasDigit else { return nil }
                isInteger = false
                text.append(UInt8(ascii: "E"))
                continue
            default: return nil
            }
            text.append(byte)
        }
        guard hasDigit else { return nil }
        let string = String(decoding: text, as: UTF8.self)
        if isInteger, let integer = Int64(string) { return .integer(integer) }
        guard let real = Double(string), real.isFinite else { return nil }
        return .real(real)
    }
}
