import Astronomy
public import FITS

/// Where a catalogue comes from: ordered entries that its header carries.
///
/// The caller decides what is in it; nothing is added here, so that the same command gives the same bytes.
public struct Provenance: Sendable, Equatable {
    /// One entry.
    public struct Entry: Sendable, Equatable {
        /// The entry's name, such as `model_id` or `option.threads`.
        public let name: String
        /// Its value.
        public let value: String
        /// The FITS keyword that holds it; `nil` puts it into HISTORY.
        public let keyword: String?
    }

    /// The entries, in order.
    public private(set) var entries: [Entry] = []

    /// Empty provenance.
    public init() {}

    /// Adds an entry; `keyword` must be a FITS keyword of at most eight of `A-Z 0-9 - _`.
    public mutating func add(_ name: String, _ value: String, keyword: String? = nil) {
        entries.append(Entry(name: name, value: value, keyword: keyword))
    }

    /// Adds the meaning of each bit of `flag`.
    public mutating func addFlagNames() {
        for (flag, name) in QualityFlags.names { add("flag \(flag.rawValue)", name) }
    }

    /// The entries as FITS header cards: keywords first, then HISTORY.
    public var cards: [HeaderCard] {
        let keywords = entries.compactMap { entry in
            entry.keyword.map { HeaderCard($0, .string(entry.value), comment: entry.name) }
        }
        return keywords
            + entries.filter { $0.keyword == nil }.map { HeaderCard.history("\($0.name) = \($0.value)") }
    }
}
