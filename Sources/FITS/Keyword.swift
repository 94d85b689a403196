/// The eight bytes of a keyword field, blanks behind the name, as one number.
struct Keyword: Hashable {
    /// The bytes, the first one in the highest place.
    let bytes: UInt64

    private init(bytes: UInt64) { self.bytes = bytes }

    /// The keyword of this name; of a longer one the first eight bytes count.
    init(_ name: String) {
        var name = name
        bytes = name.withUTF8 { name in
            var bytes: UInt64 = 0
            for place in 0..<8 { bytes = bytes << 8 | UInt64(place < name.count ? name[place] : 0x20) }
            return bytes
        }
    }

    /// The keyword of card `card` of a header.
    init(_ header: [UInt8], _ card: Int) {
        bytes = header.withUnsafeBytes {
            UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: card * FITSHeader.cardLength, as: UInt64.self))
        }
    }

    /// The keyword of a card.
    init(card: Span<UInt8>) {
        bytes = UInt64(bigEndian: card.bytes.unsafeLoadUnaligned(as: UInt64.self))
    }

    /// `CRVAL1`.
    static var referenceValue1: Keyword { Keyword(bytes: 0x4352_5641_4c31_2020) }
    /// `CRVAL2`.
    static var referenceValue2: Keyword { Keyword(bytes: 0x4352_5641_4c32_2020) }
    /// `CRPIX1`.
    static var referencePixel1: Keyword { Keyword(bytes: 0x4352_5049_5831_2020) }
    /// `CRPIX2`.
    static var referencePixel2: Keyword { Keyword(bytes: 0x4352_5049_5832_2020) }

    /// `CONTINUE`.
    static var continuation: Keyword { Keyword(bytes: 0x434f_4e54_494e_5545) }

    /// `END`.
    static var end: Keyword { Keyword(bytes: 0x454e_4420_2020_2020) }

    /// Whether cards with it hold no value of their own.
    var isCommentary: Bool {
        switch bytes {
        case 0x434f_4d4d_454e_5420, 0x4849_5354_4f52_5920, 0x2020_2020_2020_2020, 0x434f_4e54_494e_5545,
            0x4849_4552_4152_4348:
            // COMMENT, HISTORY, blanks, CONTINUE, HIERARCH
            true
        default: false
        }
    }

    /// Whether all eight bytes lie in 0x20...0x7e.
    var isPrintable: Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let isASCII = bytes & (0x80 * ones) == 0
        // In bytes below 0x80 no sum carries over: it reaches 0x80 from 0x20 on here, and only for 0x7f there.
        let areVisible = (bytes &+ 0x60 * ones) & (0x80 * ones) == 0x80 * ones
        let hasDelete = (bytes &+ ones) & (0x80 * ones) != 0
        return isASCII && areVisible && !hasDelete
    }
}
