/// The first records of a text table, from which its layout is found.
struct TextSample {
    /// The fields of the first record.
    private(set) var first: [String] = []
    /// What each field of the first record can be taken for.
    private(set) var firstKinds: [TextNumber.Kinds] = []
    /// The line on which the first record begins.
    private(set) var firstLine = 1
    /// The number of fields of each sampled record.
    private(set) var counts: [Int] = []
    /// Whether some sampled record after the first holds a number.
    private(set) var laterRowsHaveNumbers = false

    /// Whether every field stands in quotes, so that quotes say nothing of a field's type.
    private(set) var isAllQuoted = true

    private static let records = 50

    /// Reads the first records of a file.
    init(input: TextInput, delimiter: UInt8?, comment: String?, skippedLines: Int) throws(CatalogError) {
        let scanner = try TextRecordScanner(
            input: input, delimiter: delimiter, comment: comment, skippedLines: skippedLines,
            capacity: 1 << 16)
        while counts.count < Self.records, try scanner.next() {
            let kinds = scanner.fields.map { field in
                TextNumber.kind(scanner.bytes + field.start, field.end - field.start)
            }
            if counts.isEmpty == false, !scanner.fields.allSatisfy(\.isQuoted) { isAllQuoted = false }
            if counts.isEmpty {
                first = scanner.fields.map { scanner.text($0) ?? "" }
                firstKinds = kinds
                firstLine = scanner.line
            } else if kinds.contains(where: { !$0.isDisjoint(with: .anyNumber) }) {
                laterRowsHaveNumbers = true
            }
            counts.append(scanner.fields.count)
        }
    }
}
