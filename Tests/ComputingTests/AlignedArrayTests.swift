import Computing
import Testing

@Suite("Aligned array")
struct AlignedArrayTests {
    @Test("They begin at a cache line, whatever their number", arguments: [0, 1, 15, 16, 17, 1000, 100_000])
    func alignment(count: Int) {
        let floats = AlignedArray<Float>(repeating: 2, count: count)
        #expect(floats.count == count)
        floats.withSpan { span in
            span.withUnsafeBufferPointer { #expect(Int(bitPattern: $0.baseAddress) % 64 == 0) }
            #expect((0..<count).allSatisfy { span[$0] == 2 })
        }
    }

    @Test("A copy keeps its numbers when the original is written")
    func copies() {
        var original = AlignedArray<Double>([1, 2, 3])
        let copy = original
        original.withMutableSpan { $0[1] = 7 }
        #expect((0..<3).map { original[$0] } == [1, 7, 3])
        #expect((0..<3).map { copy[$0] } == [1, 2, 3])
        #expect(copy != original && copy == AlignedArray<Double>([1, 2, 3]))
    }
}
