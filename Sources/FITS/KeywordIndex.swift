/// On which cards of a header each keyword stands.
struct KeywordIndex: Sendable {
    private struct Slot {
        var keyword: UInt64
        /// The first card with it; negative in a free slot.
        var card: Int
    }

    /// At most half of the slots are taken; what does not find its place free goes to the next one.
    private var slots: [Slot]
    /// Every card of the keywords that stand more than once.
    private var repeatedCards: [UInt64: [Int]] = [:]
    private let shift: Int

    /// Differs from run to run, so that nobody can make a header whose keywords all want the same slot.
    private static let factor = UInt64.random(in: .min ... .max) | 1

    /// An index of at most `capacity` cards.
    init(capacity: Int) {
        let bits = max(2, Int.bitWidth - (2 * capacity).leadingZeroBitCount)
        shift = UInt64.bitWidth - bits
        slots = Array(repeating: Slot(keyword: 0, card: -1), count: 1 << bits)
    }

    /// Where a keyword is, or would be.
    private func slot(of keyword: Keyword) -> Int {
        var slot = Int(truncatingIfNeeded: (keyword.bytes &* Self.factor) >> UInt64(shift))
        while slots[slot].card >= 0, slots[slot].keyword != keyword.bytes {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    /// Notes the next card.
    mutating func add(_ keyword: Keyword, card: Int) {
        let slot = slot(of: keyword)
        let earlier = slots[slot].card
        if earlier < 0 {
            slots[slot] = Slot(keyword: keyword.bytes, card: card)
        } else {
            repeatedCards[keyword.bytes, default: [earlier]].append(card)
        }
    }

    /// The first card with a keyword.
    func first(_ keyword: Keyword) -> Int? {
        let card = slots[slot(of: keyword)].card
        return card < 0 ? nil : card
    }

    /// All cards with a keyword that stands more than once.
    func repeated(_ keyword: Keyword) -> [Int]? {
        repeatedCards.isEmpty ? nil : repeatedCards[keyword.bytes]
    }
}
