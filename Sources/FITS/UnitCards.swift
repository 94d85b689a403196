import Foundation

/// The structural cards of units to be written.
enum UnitCards {
    /// The keywords that describe structure; a caller's own cards may not bear them.
    private static let structural: Set<String> = [
        "SIMPLE", "XTENSION", "BITPIX", "NAXIS", "PCOUNT", "GCOUNT", "TFIELDS", "EXTNAME", "CHECKSUM",
        "DATASUM", "END", "EXTEND", "BSCALE", "BZERO", "BLANK", "THEAP", "CONTINUE",
    ]

    /// The keywords that describe structure with a number behind them.
    private static let numbered: Set<String> = [
        "NAXIS", "TTYPE", "TFORM", "TDIM", "TNULL", "TSCAL", "TZERO", "TUNIT", "TDISP", "TUCD", "TCOMM",
    ]

    /// Whether a keyword is one of those with a number.
    private static func isNumbered(_ keyword: String) -> Bool {
        let digits = keyword.utf8.reversed().prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return !digits.isEmpty && numbered.contains(String(keyword.dropLast(digits.count)))
    }

    /// A primary unit without data.
    static func primary(_ cards: [HeaderCard], sourceDate: String?) -> [HeaderCard] {
        [
            HeaderCard("SIMPLE", true, comment: "conforms to FITS standard"),
            HeaderCard("BITPIX", 8, comment: "array data type"),
            HeaderCard("NAXIS", 0, comment: "number of array dimensions"),
            HeaderCard("EXTEND", true),
        ] + date(sourceDate) + own(cards)
    }

    /// An image extension.
    ///
    /// - Parameter axes: Lengths, fastest first; the last one is replaced when the unit is finished.
    static func image(
        name: String, bitsPerPixel: Int, axes: [Int], _ cards: [HeaderCard]
    ) -> [HeaderCard] {
        var result: [HeaderCard] = [
            HeaderCard("XTENSION", "IMAGE", comment: "image extension"),
            HeaderCard("BITPIX", .integer(Int64(bitsPerPixel)), comment: "array data type"),
            HeaderCard("NAXIS", .integer(Int64(axes.count)), comment: "number of array dimensions"),
        ]
        for (index, length) in axes.enumerated() {
            result.append(HeaderCard("NAXIS\(index + 1)", .integer(Int64(length))))
        }
        result += [
            HeaderCard("PCOUNT", 0, comment: "number of parameters"),
            HeaderCard("GCOUNT", 1, comment: "number of groups"),
            HeaderCard("EXTNAME", .string(name), comment: "extension name"),
        ]
        return result + own(cards)
    }

    /// A binary table; NAXIS2 is replaced when the table is finished.
    static func table(
        name: String, columns: [ColumnDescription], _ cards: [HeaderCard]
    ) -> [HeaderCard] {
        let rowLength = columns.reduce(0) { $0 + $1.storage.rowBytes }
        var result: [HeaderCard] = [
            HeaderCard("XTENSION", "BINTABLE", comment: "binary table extension"),
            HeaderCard("BITPIX", 8, comment: "array data type"),
            HeaderCard("NAXIS", 2, comment: "number of array dimensions"),
            HeaderCard("NAXIS1", .integer(Int64(rowLength)), comment: "bytes of a row"),
            rowCount(0),
            HeaderCard("PCOUNT", 0, comment: "number of group parameters"),
            HeaderCard("GCOUNT", 1, comment: "number of groups"),
            HeaderCard("TFIELDS", .integer(Int64(columns.count)), comment: "number of table fields"),
            HeaderCard("EXTNAME", .string(name), comment: "extension name"),
        ]
        for (index, column) in columns.enumerated() { result += Self.column(column, number: index + 1) }
        return result + own(cards)
    }

    /// The comment of NAXIS2.
    static let rowComment = "number of rows"

    /// NAXIS2 of a table.
    static func rowCount(_ rows: Int) -> HeaderCard {
        HeaderCard("NAXIS2", .integer(Int64(rows)), comment: rowComment)
    }

    private static func column(_ column: ColumnDescription, number: Int) -> [HeaderCard] {
        var cards = [
            HeaderCard("TTYPE\(number)", .string(column.name)),
            HeaderCard("TFORM\(number)", .string(column.format)),
        ]
        if column.element == .uint64 {
            // 2^63 is written as the whole number it is; 64-bit integers end one below.
            cards.append(HeaderCard("TZERO\(number)", .real(column.storage.zero)))
        }
        if let null = column.null { cards.append(HeaderCard("TNULL\(number)", .integer(null))) }
        if let dimensions = column.storage.dimensions {
            let text = dimensions.map(String.init).joined(separator: ",")
            cards.append(HeaderCard("TDIM\(number)", .string("(\(text))")))
        }
        let texts = [
            ("TUNIT", column.unit), ("TDISP", column.display), ("TUCD", column.ucd),
            ("TCOMM", column.description),
        ]
        for (keyword, text) in texts {
            if let text, !text.isEmpty { cards.append(HeaderCard("\(keyword)\(number)", .string(text))) }
        }
        return cards
    }

    /// DATE, when the environment fixes it (SOURCE_DATE_EPOCH, seconds since 1970); never the clock.
    private static func date(_ seconds: String?) -> [HeaderCard] {
        guard let seconds = seconds.flatMap({ Int($0) }), (0...253_402_300_799).contains(seconds) else {
            return []
        }
        let text = Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
        return [HeaderCard("DATE", .string(String(text.prefix(19))), comment: "of SOURCE_DATE_EPOCH, UTC")]
    }

    /// The caller's cards, none of them structural.
    private static func own(_ cards: [HeaderCard]) -> [HeaderCard] {
        for card in cards where card.isValue {
            precondition(
                !structural.contains(card.keyword) && !isNumbered(card.keyword),
                "FITS writer: the keyword \(card.keyword) is set by the writer")
        }
        return cards
    }
}
