/// How a text table is laid out; whatever is left open is found from the file.
public struct TextTableOptions: Sendable, Equatable {
    /// What stands between two fields.
    public enum Delimiter: Sendable, Equatable {
        /// One character, which must be ASCII: `,`, `;`, tab, `|`.
        case character(Character)
        /// Any run of blanks and tabs; blanks at the ends of a line do not count.
        case blanks
    }

    /// Where the column names stand.
    public enum Header: String, Sendable, Equatable, CaseIterable {
        /// Found from the file.
        case automatic
        /// In the first row.
        case firstRow = "first-row"
        /// In the comment lines before the first row.
        case comment
        /// Nowhere: `names` gives them, else they are `column_1` and so on.
        case none
    }

    /// The delimiter; `nil` finds it.
    public var delimiter: Delimiter?
    /// What begins a line that is no row; `nil` when there are none.
    public var comment: String?
    /// Where the column names stand.
    public var header: Header
    /// Column names that replace those of the file; their number must be that of the fields.
    public var names: [String]?
    /// Lines at the beginning that are passed over unseen.
    public var skippedLines: Int

    /// A layout; by default everything is found from the file and `#` begins a comment.
    public init(
        delimiter: Delimiter? = nil, comment: String? = "#", header: Header = .automatic,
        names: [String]? = nil, skippedLines: Int = 0
    ) {
        self.delimiter = delimiter
        self.comment = comment
        self.header = header
        self.names = names
        self.skippedLines = skippedLines
    }
}
