/// A counter-based random number generator, Philox 4x32 with 10 rounds (Salmon et al. 2011, SC'11).
///
/// The n-th number is a pure function of seed, stream and n: galaxy 17 of a survey draws the same numbers
/// whichever thread makes it, and a checkpoint stores the generator as three integers.
public struct CounterGenerator: RandomNumberGenerator, Sendable, Equatable, Codable {
    /// Key of the generator; different seeds give unrelated sequences.
    public let seed: UInt64
    /// Which of 2^64 independent sequences of the seed this is.
    public let stream: UInt64
    /// How many 64-bit numbers were drawn so far.
    public private(set) var position: UInt64

    /// A generator at `position` of `stream` of `seed`.
    public init(seed: UInt64, stream: UInt64 = 0, position: UInt64 = 0) {
        self.seed = seed
        self.stream = stream
        self.position = position
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        let block = Self.philox(counter: position >> 1, stream: stream, key: seed)
        let word = position & 1 == 0 ? block.0 : block.1
        position &+= 1
        return word
    }

    /// An independent generator for the `index`-th part of the work that `self` seeds, at its start.
    ///
    /// Derives the new key from seed, stream and index, so that parts of parts stay independent too.
    public func split(_ index: UInt64) -> CounterGenerator {
        let derived = Self.philox(counter: index, stream: stream ^ 0x5851_F42D_4C95_7F2D, key: seed)
        return CounterGenerator(seed: derived.0, stream: derived.1)
    }

    /// One block of Philox 4x32-10: 128 bits of counter and 64 of key to 128 random bits.
    package static func philox(counter: UInt64, stream: UInt64, key: UInt64) -> (UInt64, UInt64) {
        var c0 = UInt32(truncatingIfNeeded: counter)
        var c1 = UInt32(truncatingIfNeeded: counter >> 32)
        var c2 = UInt32(truncatingIfNeeded: stream)
        var c3 = UInt32(truncatingIfNeeded: stream >> 32)
        var k0 = UInt32(truncatingIfNeeded: key)
        var k1 = UInt32(truncatingIfNeeded: key >> 32)
        for round in 0..<10 {
            if round > 0 {
                k0 &+= 0x9E37_79B9
                k1 &+= 0xBB67_AE85
            }
            let p0 = UInt64(c0) &* 0xD251_1F53
            let p1 = UInt64(c2) &* 0xCD9E_8D57
            let high0 = UInt32(truncatingIfNeeded: p0 >> 32)
            let high1 = UInt32(truncatingIfNeeded: p1 >> 32)
            (c0, c1, c2, c3) = (
                high1 ^ c1 ^ k0, UInt32(truncatingIfNeeded: p1), high0 ^ c3 ^ k1,
                UInt32(truncatingIfNeeded: p0)
            )
        }
        return (UInt64(c1) << 32 | UInt64(c0), UInt64(c3) << 32 | UInt64(c2))
    }
}
