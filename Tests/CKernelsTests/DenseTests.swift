import CKernels
import Computing
import TestSupport
import Testing

@Suite("Dense kernel")
struct DenseTests {
    static let sizes = [1, 2, 3, 4, 5, 10, 15, 16, 17, 31, 33]

    static func dense(
        _ rows: Int, _ inputs: Int, _ outputs: Int, _ x: [Float], _ weights: [Float], bias: [Float]? = nil,
        relu: Bool = false, at level: InstructionSet
    ) -> [Float] {
        let packed = filled(galatea_dense_packed_count(inputs, outputs)) {
            galatea_dense_pack(inputs, outputs, weights, $0)
        }
        return filled(rows * outputs) {
            galatea_dense(level.level, rows, inputs, outputs, x, packed, bias, relu ? 1 : 0, $0)
        }
    }

    static func naive(_ rows: Int, _ inputs: Int, _ outputs: Int, _ x: [Float], _ weights: [Float])
        -> [Double]
    {
        var y: [Double] = []
        for row in 0..<rows {
            for k in 0..<outputs {
                var sum = 0.0
                for i in 0..<inputs { sum += Double(x[row * inputs + i]) * Double(weights[k * inputs + i]) }
                y.append(sum)
            }
        }
        return y
    }

    @Test("A layer computed by hand", arguments: InstructionSet.available)
    func byHand(level: InstructionSet) {
        let y = Self.dense(2, 2, 3, [1, 2, 3, 4], [1, 0, 0, 1, 5, -6], bias: [10, 20, 0], at: level)
        #expect(y == [11, 22, -7, 13, 24, -9])
    }

    @Test("Equals the naive twin exactly on whole numbers")
    func exact() {
        for rows in [0, 1, 2, 3, 4, 5, 7, 9] {
            for inputs in Self.sizes {
                for outputs in Self.sizes {
                    let x = wholeNumbers(rows * inputs, seed: 1)
                    let weights = wholeNumbers(inputs * outputs, seed: 2)
                    let bias = wholeNumbers(outputs, seed: 3)
                    let plain = Self.naive(rows, inputs, outputs, x, weights).map { Float($0) }
                    let fused = plain.enumerated().map { max(0, $1 + bias[$0 % outputs]) }
                    for level in InstructionSet.available {
                        #expect(Self.dense(rows, inputs, outputs, x, weights, at: level) == plain)
                        let y = Self.dense(
                            rows, inputs, outputs, x, weights, bias: bias, relu: true, at: level)
                        #expect(y == fused, "\(rows) rows, \(inputs) -> \(outputs)")
                    }
                }
            }
        }
    }

    @Test(
        "A row has the same bits whatever rows stand beside it",
        arguments: [(10368, 10), (1037, 10), (600, 16), (33, 17)], [11, 20])
    func rows(size: (inputs: Int, outputs: Int), rows: Int) {
        for level in InstructionSet.available { Self.checkRows(level: level, size: size, rows: rows) }
    }

    private static func checkRows(level: InstructionSet, size: (inputs: Int, outputs: Int), rows: Int) {
        let x = normalNumbers(rows * size.inputs, seed: 4)
        let weights = normalNumbers(size.inputs * size.outputs, seed: 5)
        let bias = normalNumbers(size.outputs, seed: 6)
        let y = Self.dense(rows, size.inputs, size.outputs, x, weights, bias: bias, at: level)
        for row in 0..<rows {
            let alone = Self.dense(
                1, size.inputs, size.outputs, Array(x[row * size.inputs..<(row + 1) * size.inputs]), weights,
                bias: bias, at: level)
            #expect(bits(alone) == bits(Array(y[row * size.outputs..<(row + 1) * size.outputs])))
        }
        let expected = Self.naive(rows, size.inputs, size.outputs, x, weights)
        expectClose(
            zip(y, 0...).map { Double($0) - Double(bias[$1 % size.outputs]) }, expected, absolute: 1e-3)
    }

    @Test("NaN stays in its row, and ReLU keeps it", arguments: InstructionSet.available)
    func nan(level: InstructionSet) {
        for inputs in [5, 16, 33] {
            var x = normalNumbers(6 * inputs, seed: 7)
            x[3 * inputs + inputs - 1] = .nan
            let weights = normalNumbers(inputs * 5, seed: 8)
            let y = Self.dense(6, inputs, 5, x, weights, relu: true, at: level)
            #expect(y.map(\.isNaN) == (0..<30).map { $0 / 5 == 3 })
        }
    }
}
