import Computing
import Foundation
import Tensors
import TestSupport
import Testing

@Suite("Reductions, batch norm and resize equal naive loops on every instruction set")
struct ReductionKernelTests {
    @Test("Sums over front, middle, back and all axes", arguments: edgeSizes)
    func sums(size: Int) {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 2, instructionSet: level)
            let shape = [3, size, 5]
            let values = normals(15 * size, stream: 4)
            let x = Tensor(values, shape: shape, on: backend)
            func naive(_ axes: [Int]) -> [Float] {
                let kept = [0, 1, 2].filter { !axes.contains($0) }
                var sums = [Double](repeating: 0, count: kept.reduce(1) { $0 * shape[$1] })
                for i in 0..<3 {
                    for j in 0..<size {
                        for k in 0..<5 {
                            let position = kept.reduce(0) { $0 * shape[$1] + [i, j, k][$1] }
                            sums[position] += Double(values[(i * size + j) * 5 + k])
                        }
                    }
                }
                return sums.map(Float.init)
            }
            for axes in [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]] {
                let result = x.sum(alongAxes: axes)
                expectClose(result.values, naive(axes), absolute: 1e-6, relative: 1e-6, "\(axes) \(level)")
            }
            expectClose([x.sum().scalar], naive([0, 1, 2]), absolute: 1e-6, relative: 1e-6)
        }
    }

    @Test("A sum of ten million numbers keeps single precision, where naive float sums lose it")
    func longSum() {
        let backend = CPUBackend(threads: 2)
        let x = Tensor(repeating: 0.1, shape: [10_000_000], on: backend)
        expectClose([x.sum().scalar], [Float(Double(Float(0.1)) * 1e7)])
        #expect(x.backend.sumOfSquares(x.storage) > 99_999 && x.backend.sumOfSquares(x.storage) < 100_001)
    }

    @Test("Sums of squares", arguments: edgeSizes)
    func squares(size: Int) {
        let values = normals(3 * size, stream: 6)
        let naive = values.reduce(0) { $0 + Double($1) * Double($1) }
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 2, instructionSet: level)
            let sum = backend.sumOfSquares(Tensor(values, shape: [3 * size], on: backend).storage)
            #expect(abs(Double(sum) - naive) <= 1e-6 * naive, "\(level)")
        }
    }

    @Test("Largest elements", arguments: edgeSizes.filter { $0 > 0 })
    func maxima(size: Int) {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            let values = normals(4 * size, stream: 5)
            let rows = (0..<4).map { values[$0 * size..<($0 + 1) * size].max() ?? 0 }
            #expect(Tensor(values, shape: [4, size], on: backend).maximum(alongAxes: [-1]).values == rows)
        }
    }

    @Test(
        "Softmax sums to 1, and its logarithm agrees, also for huge logits",
        arguments: edgeSizes.filter { $0 > 0 })
    func softmax(size: Int) {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            let x = Tensor(normals(3 * size, stream: 6).map { $0 * 200 }, shape: [3, size], on: backend)
            let (soft, logarithm) = (x.softmax(), x.logSoftmax())
            expectClose(soft.sum(alongAxes: [1]).values, [1, 1, 1], relative: 1e-6)
            expectClose(logarithm.exponential().values, soft.values, absolute: 1e-6, relative: 1e-5)
        }
    }

    @Test("Batch norm, forward and backward, with and without ReLU", arguments: edgeSizes.filter { $0 > 0 })
    func batchNorm(channels: Int) {
        let rows = channels == 1000 ? 7 : 37
        let values = normals(rows * channels, stream: 7).map { $0 * 2 + 300 }  // far from 0: no cancellation
        let seed = normals(rows * channels, stream: 8)
        let (weight, bias) = (normals(channels, stream: 9), normals(channels, stream: 10))
        for level in InstructionSet.available {
            for rectified in [false, true] {
                let backend = CPUBackend(threads: 1, instructionSet: level)
                let v = [
                    Tensor(values, shape: [rows, channels], on: backend).tracked(),
                    Tensor(weight, shape: [channels], on: backend).tracked(),
                    Tensor(bias, shape: [channels], on: backend).tracked(),
                ]
                let result = v[0].batchNormalized(weight: v[1], bias: v[2], rectified: rectified)
                let gradients = result.output.gradients(
                    withRespectTo: v, seed: Tensor(seed, shape: [rows, channels], on: backend))
                for channel in [0, channels / 2, channels - 1] {
                    let x = (0..<rows).map { Double(values[$0 * channels + channel]) }
                    let mean = x.reduce(0, +) / Double(rows)
                    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
                    let inverse = 1 / (variance + 1e-5).squareRoot()
                    let (gamma, beta) = (Double(weight[channel]), Double(bias[channel]))
                    let hat = x.map { ($0 - mean) * inverse }
                    let y = hat.map { $0 * gamma + beta }
                    let g = (0..<rows).map {
                        rectified && y[$0] <= 0 ? 0 : Double(seed[$0 * channels + channel])
                    }
                    let (sum, product) = (g.reduce(0, +), zip(g, hat).reduce(0) { $0 + $1.0 * $1.1 })
                    let dx = (0..<rows).map {
                        gamma * inverse * (g[$0] - sum / Double(rows) - hat[$0] * product / Double(rows))
                    }
                    func column(_ tensor: Tensor) -> [Float] {
                        let values = tensor.values
                        return (0..<rows).map { values[$0 * channels + channel] }
                    }
                    expectClose([result.mean.values[channel]], [Float(mean)], relative: 1e-6)
                    expectClose([result.variance.values[channel]], [Float(variance)], relative: 2e-5)
                    expectClose(
                        column(result.output), y.map { Float(rectified ? max($0, 0) : $0) }, absolute: 2e-4)
                    expectClose(column(gradients[0]), dx.map { Float($0) }, absolute: 2e-4)
                    expectClose(
                        [gradients[1].values[channel], gradients[2].values[channel]],
                        [Float(product), Float(sum)], absolute: 1e-3, relative: 1e-4)
                }
            }
        }
    }

    @Test(
        "Bilinear resize and its adjoint: <A x, y> = <x, A' y>",
        arguments: edgeSizes.filter { $0 > 0 && $0 < 100 })
    func resize(size: Int) {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            for (channels, target) in [(3, 7), (size, 40), (16, 2 * size + 1), (1, 1)] {
                let input = [2, size, 5, channels]
                let output = [2, target, 11, channels]
                let x = Tensor(normals(input.reduce(1, *), stream: 12), shape: input, on: backend).tracked()
                let y = Tensor(normals(output.reduce(1, *), stream: 13), shape: output, on: backend)
                let image = x.resizedBilinearly(to: PlaneSize(height: target, width: 11))
                let adjoint = image.gradients(withRespectTo: [x], seed: y)[0]
                let (left, right) = ((image * y).sum().scalar, (x * adjoint).sum().scalar)
                #expect(abs(left - right) < 1e-3 + 1e-4 * abs(left), "\(size) \(channels) \(target) \(level)")
            }
        }
    }
}
