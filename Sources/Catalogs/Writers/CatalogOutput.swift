/// A file that a catalogue is written to, and its format.
public struct CatalogOutput: Sendable, Equatable {
    /// A format.
    public enum Format: String, Sendable, CaseIterable {
        /// A FITS binary table.
        case fits
        /// Comma-separated values: one line of names, no comments, so that every tool opens it.
        case csv
        /// CSV under an ECSV 1.0 header with types, units, descriptions, UCDs and provenance.
        case ecsv
    }

    /// The file.
    public let path: String
    /// Its format.
    public let format: Format
    /// Whether it is gzipped.
    public let isGzipped: Bool

    /// An output; the suffix (.fits, .fit, .csv, .ecsv, each also .gz) decides the format unless it is given.
    public init(path: String, format: Format? = nil) throws(CatalogError) {
        let folded = path.lowercased()
        let isGzipped = folded.hasSuffix(".gz")
        let bare = isGzipped ? folded.dropLast(3) : folded[...]
        let bySuffix: Format? =
            bare.hasSuffix(".fits") || bare.hasSuffix(".fit")
            ? .fits : bare.hasSuffix(".ecsv") ? .ecsv : bare.hasSuffix(".csv") ? .csv : nil
        guard let chosen = format ?? bySuffix else { throw .unknownFormat(path: path) }
        self.path = path
        self.format = chosen
        self.isGzipped = isGzipped
    }

    /// The name under which the file is made; a gzipped one is packed when it is complete, for a packed file
    /// cannot be gone on with after a kill.
    package var workPath: String { isGzipped ? path + ".unpacked" : path }
}
