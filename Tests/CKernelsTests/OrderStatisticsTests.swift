import CKernels
import Computing
import Testing

@Suite("Order statistics")
struct OrderStatisticsTests {
    /// Lists of finite numbers, most of them unlike noise.
    private func lists(_ count: Int) -> [[Float]] {
        var generator = CounterGenerator(seed: 11)
        return [
            (0..<count).map { _ in Float(generator.normal()) },
            (0..<count).map { _ in Float(generator.normal()) * 1e-3 + 4000 },
            (0..<count).map { _ in Float(Int(generator.uniform() * 4)) - 1 },
            (0..<count).map { _ in Float(generator.normal()) * (generator.uniform() < 0.1 ? 1e30 : 1e-3) },
            (0..<count).map { Float($0) }, (0..<count).map { Float(-$0 * $0) },
            (0..<count).map { $0 < count / 2 ? -3e38 : 3e38 },
            (0..<count).map { _ in Float(generator.normal()) * 5e37 },
            (0..<count).map { Float(bitPattern: UInt32($0)) },
            Array(repeating: -2.5, count: count), (0..<count).map { $0 % 2 == 0 ? 0 : -0.0 },
        ]
    }

    private static let counts = [1, 2, 3, 16, 17, 47, 48, 49, 50, 64, 100, 1000, 3840]

    @Test("The value of a rank is that of a sorted list", arguments: InstructionSet.available)
    func rank(level: InstructionSet) {
        for count in Self.counts {
            for list in lists(count) {
                let sorted = list.sorted()
                for rank in Set([0, 1, count / 3, (count - 1) / 2, count - 2, count - 1]) {
                    guard (0..<count).contains(rank) else { continue }
                    #expect(galatea_order_statistic(level.level, list, count, rank) == sorted[rank])
                }
            }
        }
    }

    /// Level and noise as they are defined, with every list sorted anew.
    private func clipped(_ values: [Float]) -> (level: Float, sigma: Float) {
        func median(_ values: [Float]) -> Float { values.sorted()[(values.count - 1) / 2] }
        var (level, sigma, kept) = (median(values), Float.nan, values.count)
        for _ in 0..<20 {
            let deviations = values.map { abs($0 - level) }.filter { sigma.isNaN || $0 <= 3 * sigma }
            if deviations.isEmpty { break }
            sigma = 1.482_602_2 * median(deviations)
            guard sigma > 0, sigma.isFinite else { return (level, .nan) }
            let inside = values.filter { $0 >= level - 3 * sigma && $0 <= level + 3 * sigma }
            if inside.isEmpty { break }
            level = median(inside)
            if inside.count == kept { break }
            kept = inside.count
        }
        return (level, sigma)
    }

    @Test("A clipped sky is as defined, at every level", arguments: InstructionSet.available)
    func clippedSky(level: InstructionSet) {
        for count in Self.counts {
            for (index, list) in lists(count).enumerated() {
                let (found, expected) = (galatea_clipped_sky(level.level, list, count), clipped(list))
                #expect(
                    found.level == expected.level
                        && (found.sigma == expected.sigma || found.sigma.isNaN && expected.sigma.isNaN),
                    "list \(index) of \(count)")
            }
        }
    }
}
