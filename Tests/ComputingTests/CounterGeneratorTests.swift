import Computing
import TestSupport
import Testing

@Suite("Counter-based random numbers")
struct CounterGeneratorTests {
    @Test("Philox 4x32-10 gives the published answers for zero and all-ones input")
    func knownAnswers() {
        // Random123's kat_vectors: philox4x32 10 rounds, counter 0, key 0.
        var zero = CounterGenerator(seed: 0)
        #expect(zero.next() == 0xe169_c58d_6627_e8d5)
        #expect(zero.next() == 0x9b00_dbd8_bc57_ac4c)
        let ones = CounterGenerator.philox(counter: .max, stream: .max, key: .max)
        #expect(ones == (0x41c8_3b0e_408f_276d, 0x6d54_51fd_a20b_c7c6))
    }

    @Test("A generator stored and restored continues its sequence")
    func resume() {
        var generator = CounterGenerator(seed: 7, stream: 3)
        for _ in 0..<5 { _ = generator.next() }
        var restored = CounterGenerator(seed: 7, stream: 3, position: generator.position)
        #expect((0..<9).map { _ in generator.next() } == (0..<9).map { _ in restored.next() })
    }

    @Test("Split generators differ from each other and from their parent")
    func split() {
        let parent = CounterGenerator(seed: 1)
        let firsts = (0..<1000).map { index in
            var child = parent.split(UInt64(index))
            return child.next()
        }
        #expect(Set(firsts).count == 1000)
    }

    @Test("Uniform and normal numbers have the right moments")
    func moments() {
        var generator = CounterGenerator(seed: 42)
        let count = 200_000
        let uniform = (0..<count).map { _ in generator.uniform() }
        let normal = (0..<count).map { _ in generator.normal() }
        #expect(uniform.allSatisfy { (0..<1).contains($0) })
        #expect(abs(uniform.reduce(0, +) / Double(count) - 0.5) < 0.003)
        #expect(abs(normal.reduce(0, +) / Double(count)) < 0.01)
        #expect(abs(normal.reduce(0) { $0 + $1 * $1 } / Double(count) - 1) < 0.015)
    }

    @Test("Poisson counts have mean and variance of their parameter", arguments: [0, 0.3, 4, 75, 5000])
    func poisson(mean: Double) {
        var generator = CounterGenerator(seed: 9)
        let draws = (0..<20_000).map { _ in Double(generator.poisson(mean)) }
        let average = draws.reduce(0, +) / 20_000
        let variance = draws.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 20_000
        #expect(abs(average - mean) <= 5 * (mean / 20_000).squareRoot())
        #expect(abs(variance - mean) <= 0.06 * mean)
    }
}
