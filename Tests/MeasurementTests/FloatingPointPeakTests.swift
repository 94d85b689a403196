import CKernels
import Computing
import Measurement
import Testing

@Suite("Rate of multiply-adds")
struct FloatingPointPeakTests {
    @Test("As many multiply-adds as asked for, and few more", arguments: InstructionSet.available)
    func run(level: InstructionSet) {
        for count in [1, 1000, 1_000_000] {
            let done = FloatingPointPeak.run(multiplyAdds: count, at: level)
            #expect(done >= count && done < count + 1000)
        }
    }

    /// Lanes of a vector of each level.
    private let lanes: [InstructionSet: Int] = [.portable: 4, .avx2: 8, .avx512: 16]

    @Test("Every chain is computed, and the operations are counted", arguments: InstructionSet.available)
    func chains(level: InstructionSet) throws {
        let iterations: Int64 = 1000
        let (factor, term): (Float, Float) = (0.999, 0.001)
        var sum = 0.0
        let operations = galatea_multiply_adds(
            galatea_level(UInt32(level.rawValue)), iterations, factor, term, &sum)
        let width = try #require(lanes[level])
        // Twelve chains start at 0/16, 1/16, ... in every lane.
        var expected = 0.0
        for chain in 0..<12 {
            var value = Float(chain) / 16
            for _ in 0..<iterations { value = value * factor + term }
            expected += Double(value) * Double(width)
        }
        #expect(operations == iterations * 12 * Int64(width) * 2)
        #expect(abs(sum - expected) < 1e-4 * expected)
    }

    @Test("A level that does twice as much with 512 bits as with 256 has two such units")
    func wideUnits() {
        func peaks(_ narrow: Double, _ wide: Double) -> [FloatingPointPeak] {
            [
                FloatingPointPeak(instructionSet: "AVX2", gigaflops: narrow),
                FloatingPointPeak(instructionSet: "AVX-512", gigaflops: wide),
            ]
        }
        #expect(FloatingPointPeak.wideUnits(peaks(110, 170)) == 2)
        #expect(FloatingPointPeak.wideUnits(peaks(100, 100)) == 1)
        #expect(FloatingPointPeak.wideUnits(peaks(100, 130)) == nil)
        #expect(FloatingPointPeak.wideUnits([peaks(100, 190)[0]]) == nil)
    }
}
