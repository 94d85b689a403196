import CKernels
import Computing
import TestSupport
import Testing

@Suite("Kernels over long arrays")
struct StreamingTests {
    private static let sizes = [0, 1, 15, 16, 17, 31, 33, 1000]

    @Test("A streamed copy holds the same bits and touches nothing beside it", arguments: sizes)
    func stream(count: Int) {
        var from = normalNumbers(count, seed: 1)
        if count > 2 { from[2] = .nan }
        for level in InstructionSet.available {
            for offset in [0, 1, 7] {
                var to = [Float](repeating: 7, count: count + 16)
                to.withUnsafeMutableBufferPointer {
                    galatea_stream(level.level, from, $0.baseAddress! + offset, count)
                }
                #expect(bits(Array(to[offset..<offset + count])) == bits(from), "\(level)")
                #expect((to[..<offset] + to[(offset + count)...]).allSatisfy { $0 == 7 }, "\(level)")
            }
        }
    }

    @Test("Squared distance and scaled difference equal their naive twins on whole numbers", arguments: sizes)
    func distance(count: Int) {
        let x = wholeNumbers(count, seed: 2)
        let y = wholeNumbers(count, seed: 3)
        let weight = wholeNumbers(count, seed: 4)
        let plain = zip(x, y).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let weighted = x.indices.reduce(0.0) {
            $0 + Double((x[$1] - y[$1]) * (x[$1] - y[$1]) * weight[$1])
        }
        for level in InstructionSet.available {
            #expect(galatea_weighted_squares(level.level, x, y, nil, count) == plain)
            #expect(galatea_weighted_squares(level.level, x, y, weight, count) == weighted)
            let scaled = filled(count) { galatea_scaled_difference(level.level, x, y, nil, 3, $0, count) }
            #expect(scaled == zip(x, y).map { 3 * ($0 - $1) })
            let both = filled(count) { galatea_scaled_difference(level.level, x, y, weight, 3, $0, count) }
            #expect(both == x.indices.map { 3 * weight[$0] * (x[$0] - y[$0]) })
        }
    }

    @Test("Column sums of few columns and of rows apart equal the naive twin", arguments: sizes)
    func columnSums(rows: Int) {
        for columns in [1, 2, 3, 4, 5, 6, 16, 19] {
            for step in [columns, columns + 3] {
                let x = wholeNumbers(rows * step, seed: 5)
                let expected = (0..<columns).map { c in
                    (0..<rows).reduce(2.0) { $0 + Double(x[$1 * step + c]) }
                }
                for level in InstructionSet.available {
                    var sums = [Double](repeating: 2, count: columns)
                    galatea_column_sums(level.level, x, rows, columns, step, &sums)
                    #expect(sums == expected, "\(rows) x \(columns), \(step) apart, \(level)")
                }
            }
        }
    }

    @Test("In place, a function of an array gives the bits that it gives elsewhere", arguments: sizes)
    func inPlace(count: Int) {
        let x = normalNumbers(count, seed: 6)
        let y = normalNumbers(count, seed: 7)
        for level in InstructionSet.available {
            var place = x
            place.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress {
                    galatea_unary(level.level, GALATEA_SIGMOID, base, base, count, 0, 0)
                    galatea_binary(
                        level.level, GALATEA_SIGMOID_GRADIENT, base, 0, 1, y, 0, 1, base, 1, count, 0)
                }
            }
            let sigmoid = filled(count) { galatea_unary(level.level, GALATEA_SIGMOID, x, $0, count, 0, 0) }
            let elsewhere = filled(count) {
                galatea_binary(
                    level.level, GALATEA_SIGMOID_GRADIENT, sigmoid, 0, 1, y, 0, 1, $0, 1, count, 0)
            }
            #expect(bits(place) == bits(elsewhere), "\(level)")
        }
    }
}
