internal import CKernels
public import Computing
internal import Foundation

/// The rate of single-precision multiply-adds that one core reaches: what no kernel can pass.
public struct FloatingPointPeak: Sendable, Equatable, Codable {
    /// The instruction-set level, as `InstructionSet.description`.
    public var instructionSet: String
    /// 10^9 operations a second, two a multiply-add.
    public var gigaflops: Double

    /// A rate that is known.
    public init(instructionSet: String, gigaflops: Double) {
        self.instructionSet = instructionSet
        self.gigaflops = gigaflops
    }

    /// Measures this core at a level for about `seconds`, and takes the best of twenty parts: on a shared machine most
    /// are slowed down.
    public static func measured(at level: InstructionSet, seconds: Double = 0.3) -> FloatingPointPeak {
        var iterations: Int64 = 1000
        var best = 0.0
        var parts = 0
        while parts < 20 {
            var sum = 0.0
            let start = Timing.now(CLOCK_PROCESS_CPUTIME_ID)
            let operations = galatea_multiply_adds(
                galatea_level(UInt32(level.rawValue)), iterations, 0.5, 0.25, &sum)
            let elapsed = Timing.now(CLOCK_PROCESS_CPUTIME_ID) - start
            if elapsed < seconds / 20, iterations < 1 << 40 {
                iterations *= 2
                continue
            }
            best = max(best, Double(operations) / elapsed / 1e9)
            parts += 1
        }
        return FloatingPointPeak(instructionSet: level.description, gigaflops: best)
    }

    /// Does at least `count` multiply-adds at the rate of the units.
    ///
    /// - Returns: How many they were: whole rounds of all chains.
    @discardableResult
    public static func run(multiplyAdds count: Int, at level: InstructionSet) -> Int {
        let kernel = galatea_level(UInt32(level.rawValue))
        var sum = 0.0
        let round = galatea_multiply_adds(kernel, 1, 0.5, 0.25, &sum) / 2
        let rounds = (Int64(count) + round - 1) / round
        return Int(galatea_multiply_adds(kernel, rounds, 0.5, 0.25, &sum) / 2)
    }

    /// How many 512-bit multiply-add units a core seems to have, from its rates at both wide levels.
    ///
    /// A core with two such units does twice as much with 512 bits as with 256, less what its clock slows down;
    /// one that joins its two 256-bit units, or has a single 512-bit one, gains nothing. `nil` where a level is missing or the ratio stands
    /// between the two.
    public static func wideUnits(_ peaks: [FloatingPointPeak]) -> Int? {
        func rate(_ level: InstructionSet) -> Double? {
            peaks.first { $0.instructionSet == level.description }?.gigaflops
        }
        guard let narrow = rate(.avx2), let wide = rate(.avx512), narrow > 0 else { return nil }
        return switch wide / narrow {
        case 1.4...: 2
        case ..<1.25: 1
        default: nil
        }
    }
}
