import CKernels
import Computing
import Testing

@Suite("Sorting")
struct SortingTests {
    private func sorted(_ values: [Float]) -> [Float] {
        var (values, scratch) = (values, values)
        galatea_sort(&values, values.count, &scratch)
        return values
    }

    @Test("Values come in ascending order", arguments: [0, 1, 2, 15, 16, 17, 31, 33, 1000, 5000])
    func order(count: Int) {
        let values = normalNumbers(count, seed: UInt64(count))
        #expect(sorted(values) == values.sorted())
        let scaled = values.map { $0 * 1e-3 + 4000 }
        #expect(sorted(scaled) == scaled.sorted())
    }

    @Test("Equal, extreme and signed zero values")
    func extremes() {
        let values: [Float] = [
            0, -0.0, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1, 1, -1, .leastNonzeroMagnitude,
            -.leastNonzeroMagnitude, 0,
        ]
        let expected: [Float] = [
            -.greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude, -0.0, 0, 0, .leastNonzeroMagnitude, 1, 1,
            .greatestFiniteMagnitude,
        ]
        #expect(bits(sorted(values)) == bits(expected))
    }
}
