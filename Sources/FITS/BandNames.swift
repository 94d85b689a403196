/// The names of bands in one keyword or column: letters (`grz`), or longer names with commas (`g,Y2,NB515`).
enum BandNames {
    /// The names in a text; empty when there are none.
    static func parse(_ text: String) -> [String] {
        if text.utf8.contains(where: isSeparator) {
            return text.utf8.split(whereSeparator: isSeparator).map { String(Substring($0)) }
        }
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else { return text.map(String.init) }
        return text.utf8.map { String(UnicodeScalar($0)) }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: " ")
    }

    /// The text for these names.
    static func text(_ names: [String]) -> String {
        names.joined(separator: names.allSatisfy { $0.count == 1 } ? "" : ",")
    }
}
