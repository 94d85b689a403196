import CKernels
import Computing
import Foundation
import TestSupport
import Testing

@Suite("Elementwise kernels")
struct ElementwiseTests {
    static func unary(
        _ operation: galatea_unary_operation, _ x: [Float], a: Float = 0, b: Float = 0,
        at level: InstructionSet
    ) -> [Float] {
        filled(x.count) { galatea_unary(level.level, operation, x, $0, x.count, a, b) }
    }

    /// Largest error of `operation` in units of the last place of the true value.
    static func worstError(
        of operation: galatea_unary_operation, on x: [Float], at level: InstructionSet,
        _ exact: (Double) -> Double
    ) -> Double {
        zip(x, unary(operation, x, at: level)).reduce(0) { worst, pair in
            let value = exact(Double(pair.0))
            return max(worst, abs(Double(pair.1) - value) / Double(Float(value).ulp))
        }
    }

    @Test("exp is within 2 ulp from underflow to overflow", arguments: InstructionSet.available)
    func exponential(level: InstructionSet) {
        let x = (0..<400_000).map { Float(-103.9 + Double($0) * (192.6 / 400_000)) }
        #expect(Self.worstError(of: GALATEA_EXP, on: x, at: level) { exp($0) } < 2)
        let special: [Float] = [0, -0.0, .nan, .infinity, -.infinity, 89, 1000, -104, -1000]
        let values = Self.unary(GALATEA_EXP, special, at: level)
        #expect(values[0] == 1 && values[1] == 1 && values[2].isNaN)
        #expect(values[3...] == [.infinity, 0, .infinity, .infinity, 0, 0])
    }

    @Test("sigmoid and tanh are within 4 ulp", arguments: InstructionSet.available)
    func sigmoidAndTanh(level: InstructionSet) {
        let x = (0..<200_000).map { Float(-80 + Double($0) * 0.0008) }
        #expect(Self.worstError(of: GALATEA_SIGMOID, on: x, at: level) { 1 / (1 + exp(-$0)) } < 4)
        #expect(Self.worstError(of: GALATEA_TANH, on: x, at: level) { tanh($0) } < 4)
        for operation in [GALATEA_SIGMOID, GALATEA_TANH] {
            let values = Self.unary(operation, [.nan, .infinity, -.infinity, 0], at: level)
            let low: Float = operation == GALATEA_SIGMOID ? 0 : -1
            #expect(values[0].isNaN && values[1] == 1 && values[2] == low && values[3] == (low + 1) / 2)
        }
    }

    @Test("A step of Adam is the naive one, in blocks and behind them", arguments: InstructionSet.available)
    func adam(level: InstructionSet) {
        for count in [0, 1, 15, 16, 17, 100] {
            let (parameter, gradient) = (normalNumbers(count, seed: 2), normalNumbers(count, seed: 3))
            let first = normalNumbers(count, seed: 4)
            let second = normalNumbers(count, seed: 5).map { $0 * $0 }
            // Shares such as 1 - 0.9 and 1 - 0.999 after ten steps, weight decay and a gradient that is scaled.
            let (scale, decay, keep, rate): (Float, Float, Float, Float) = (0.5, 0.01, 0.999, 2e-3)
            let (share1, beta2, share2): (Float, Float, Float) = (0.1, 0.999, 0.001)
            let (root, epsilon): (Float, Float) = (10.02, 1e-8)
            var (outFirst, outSecond): ([Float], [Float]) = ([], [])
            let out = filled(count) { out in
                outFirst = filled(count) { outFirst in
                    outSecond = filled(count) { outSecond in
                        galatea_adam(
                            level.level, parameter, gradient, first, second, out, outFirst, outSecond, count,
                            scale, decay, keep, share1, beta2, share2, rate, root, epsilon)
                    }
                }
            }
            for i in 0..<count {
                let (p, g0) = (Double(parameter[i]), Double(gradient[i]))
                let g = g0 * Double(scale) + Double(decay) * p
                let m = Double(first[i]) + (g - Double(first[i])) * Double(share1)
                let v = Double(beta2) * Double(second[i]) + Double(share2) * g * g
                let next =
                    Double(keep) * p - Double(rate) * m / (v.squareRoot() * Double(root) + Double(epsilon))
                #expect(abs(Double(outFirst[i]) - m) <= 1e-6 * max(1, abs(m)))
                #expect(abs(Double(outSecond[i]) - v) <= 1e-6 * max(1, v))
                #expect(abs(Double(out[i]) - next) <= 1e-6 * max(1, abs(next)))
            }
        }
    }

    @Test("A number's result does not depend on its place in the array", arguments: InstructionSet.available)
    func place(level: InstructionSet) {
        let operations = [GALATEA_EXP, GALATEA_SIGMOID, GALATEA_TANH, GALATEA_AFFINE, GALATEA_RECTIFY]
        let x = normalNumbers(33, seed: 1)
        for operation in operations {
            let all = Self.unary(operation, x, a: 1.7, b: 0.3, at: level)
            for count in [0, 1, 15, 16, 17, 31] {
                for start in [0, 1, 2] {
                    let part = Array(x[start..<start + count])
                    let result = Self.unary(operation, part, a: 1.7, b: 0.3, at: level)
                    #expect(bits(result) == bits(Array(all[start..<start + count])))
                }
            }
        }
    }

    @Test("ReLU and its gradient keep NaN", arguments: InstructionSet.available)
    func rectify(level: InstructionSet) {
        let x: [Float] = [-2, 3, .nan, 0, -.infinity, .infinity]
        let values = Self.unary(GALATEA_RECTIFY, x, at: level)
        #expect(values[0] == 0 && values[1] == 3 && values[2].isNaN && values[3] == 0)
        #expect(values[4] == 0 && values[5] == .infinity)
        let leaky = Self.unary(GALATEA_RECTIFY, x, a: 0.1, at: level)
        #expect(leaky[0] == -0.2 && leaky[1] == 3 && leaky[2].isNaN)
        let dy = [Float](repeating: 7, count: 6)
        let gradient = filled(6) {
            galatea_binary(
                level.level, GALATEA_RECTIFIER_GRADIENT, dy, 0, 1, x, 0, 1, $0, 1, 6, 0)
        }
        #expect(gradient == [0, 7, 7, 0, 0, 7])
    }

    @Test("Batch norm's statistics and its fused affine map equal a naive twin")
    func channels() {
        for (rows, channels) in [(1, 1), (7, 3), (33, 15), (5, 16), (31, 17), (9, 33)] {
            let x = wholeNumbers(rows * channels, seed: 2)
            let scale = wholeNumbers(channels, seed: 3)
            let shift = wholeNumbers(channels, seed: 4)
            func column(_ c: Int) -> [Double] { (0..<rows).map { Double(x[$0 * channels + c]) } }
            let sums = (0..<channels).map { column($0).reduce(0, +) }
            let means = sums.map { $0 / Double(rows) }
            let spreads = (0..<channels).map { c in
                column(c).reduce(0) { $0 + ($1 - means[c]) * ($1 - means[c]) }
            }
            let mapped = x.indices.map { max(0, x[$0] * scale[$0 % channels] + shift[$0 % channels]) }
            for level in InstructionSet.available {
                var mean = [Double](repeating: .nan, count: channels)
                var squares = mean
                galatea_channel_moments(level.level, x, rows, channels, &mean, &squares)
                expectClose(mean, means, absolute: 1e-15)
                expectClose(squares, spreads, absolute: 1e-12)
                var columns = [Double](repeating: 1, count: channels)
                galatea_column_sums(level.level, x, rows, channels, channels, &columns)
                #expect(columns == sums.map { $0 + 1 })
                let result = filled(x.count) {
                    galatea_channel_affine(level.level, x, scale, shift, $0, rows, channels, 1)
                }
                #expect(result == mapped, "\(rows) x \(channels), \(level)")
            }
        }
    }
}
