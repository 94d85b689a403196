internal import Synchronization

/// Which cards of a header somebody looked at: another header that has the same ones says the same.
final class AskedCards: Sendable {
    private let isAsked: Mutex<[Bool]>

    /// Of `count` cards none was asked for yet.
    init(count: Int) { isAsked = Mutex(Array(repeating: false, count: count)) }

    /// Notes that what stands on a card was read.
    func note(_ card: Int) { isAsked.withLock { $0[card] = true } }

    /// Notes that everything was read.
    func noteAll() { isAsked.withLock { for card in $0.indices { $0[card] = true } } }

    /// Whether each card was asked for, until now.
    var all: [Bool] { isAsked.withLock { $0 } }
}
