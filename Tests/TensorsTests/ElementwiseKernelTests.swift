import Computing
import Foundation
import Tensors
import TestSupport
import Testing

/// The sizes at which vector kernels have their edges.
let edgeSizes = [0, 1, 15, 16, 17, 31, 33, 1000]

/// Standard normal numbers of a stream.
func normals(_ count: Int, stream: UInt64) -> [Float] {
    var generator = CounterGenerator(seed: 11, stream: stream)
    return (0..<count).map { _ in Float(generator.normal()) }
}

@Suite("Elementwise kernels equal naive loops on every instruction set")
struct ElementwiseKernelTests {
    typealias Case = (name: String, tensor: @Sendable (Tensor) -> Tensor, naive: @Sendable (Double) -> Double)

    static let functions: [Case] = [
        ("affine", { $0.affine(scale: 3, offset: -2) }, { 3 * $0 - 2 }), ("exp", { $0.exponential() }, exp),
        ("log", { ($0.squared() + 0.1).logarithm() }, { log($0 * $0 + 0.1) }),
        ("sqrt", { $0.squared().squareRoot() }, { abs($0) }), ("abs", { $0.absolute() }, abs),
        ("reciprocal", { ($0.squared() + 1).reciprocal() }, { 1 / ($0 * $0 + 1) }),
        ("tanh", { $0.hyperbolicTangent() }, tanh), ("sigmoid", { $0.sigmoid() }, { 1 / (1 + exp(-$0)) }),
        ("softplus", { $0.softplus() }, { log1p(exp($0)) }), ("relu", { $0.relu() }, { max($0, 0) }),
        ("leaky", { $0.leakyReLU(slope: 0.25) }, { $0 > 0 ? $0 : $0 / 4 }),
        ("clamp", { $0.clamped(to: -0.5...0.75) }, { min(max($0, -0.5), 0.75) }),
    ]

    @Test("Functions of one number", arguments: functions.indices)
    func oneNumber(index: Int) {
        let (name, function, naive) = Self.functions[index]
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            for size in edgeSizes + [70_000] {
                let x = normals(size, stream: UInt64(size)).map { $0 * 3 }
                let expected = x.map { Float(naive(Double($0))) }
                let result = function(Tensor(x, shape: [size], on: backend)).values
                expectClose(result, expected, absolute: 1e-6, relative: 1e-6, "\(name) \(size) \(level)")
            }
        }
    }

    @Test("The exponential is right to 2 ulp from the smallest denormal to overflow, and keeps NaN")
    func exponential() {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            let x = (0...40_000).map { Float(-104) + Float($0) * 0.005 }.filter { $0 < 88.7 }
            let result = Tensor(x, shape: [x.count], on: backend).exponential().values
            for (value, x) in zip(result, x) {
                let expected = Float(exp(Double(x)))
                #expect(abs(value - expected) <= 2 * expected.ulp, "exp(\(x)) is \(value)")
            }
            let extremes = Tensor(
                [.nan, .infinity, -.infinity, 89, 1e30, -1e30, 0, -0.0], shape: [8], on: backend
            ).exponential().values
            #expect(extremes[0].isNaN)
            #expect(Array(extremes[1...]) == [.infinity, 0, .infinity, .infinity, 0, 1, 1])
        }
    }

    @Test("NaN stays NaN where it must, and comparisons call it false")
    func invalid() {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            let x = Tensor([.nan, 1, -1], shape: [3], on: backend).repeated(to: [7, 3])
            for f in [
                { $0.relu() }, { $0.leakyReLU(slope: 0.1) }, { $0.clamped(to: 0...1) }, { $0.sigmoid() },
            ]
                as [(Tensor) -> Tensor]
            {
                let values = f(x).values
                for row in 0..<7 { #expect(values[3 * row].isNaN && values[3 * row + 1].isFinite) }
            }
            let y = Tensor([0, .nan, -2], shape: [3], on: backend)
            #expect(Tensor.maximum(x, y).values[0].isNaN && Tensor.maximum(x, y).values[1].isNaN)
            #expect(Tensor.minimum(x, y).values[0].isNaN && Tensor.minimum(x, y).values[1].isNaN)
            #expect(Array(x.isGreater(than: y).values[..<3]) == [0, 0, 1])
            #expect(Array(x.isFinite().values[..<3]) == [0, 1, 1])
            #expect(x.maximum(alongAxes: [1]).values.allSatisfy { $0.isNaN })
            #expect(x.sum().scalar.isNaN)
            #expect(Tensor([.infinity, -.infinity], shape: [2], on: backend).isFinite().values == [0, 0])
        }
    }

    @Test("Every pattern of broadcasting", arguments: edgeSizes)
    func broadcasting(size: Int) {
        let shapes: [([Int], [Int])] = [
            ([size], [size]), ([size], []), ([], [size]), ([3, size], [size]), ([3, size], [3, 1]),
            ([3, 1], [size]), ([2, 3, size], [3, 1]), ([2, 1, size], [3, 1]), ([2, 3, size], [2, 1, size]),
            ([size, 2], [1, 2]), ([4, 1, size, 1], [3, 1, 2]),
        ]
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            for (left, right) in shapes {
                let x = normals(left.reduce(1, *), stream: 1)
                let y = normals(right.reduce(1, *), stream: 2)
                let result = Tensor(x, shape: left, on: backend) - Tensor(y, shape: right, on: backend)
                let shape = naiveShape(left, right)
                #expect(result.shape == shape)
                let expected = (0..<shape.reduce(1, *)).map { position in
                    x[element(position, of: left, over: shape)] - y[element(position, of: right, over: shape)]
                }
                expectClose(result.values, expected, "\(left) - \(right) \(level)")
            }
        }
    }

    private func naiveShape(_ left: [Int], _ right: [Int]) -> [Int] {
        let rank = max(left.count, right.count)
        let a = Array(repeating: 1, count: rank - left.count) + left
        let b = Array(repeating: 1, count: rank - right.count) + right
        return zip(a, b).map { $0 == 1 ? $1 : $0 }
    }

    /// The element of an array of shape `own` that meets position `position` of `shape`.
    private func element(_ position: Int, of own: [Int], over shape: [Int]) -> Int {
        var rest = position
        var (result, step) = (0, 1)
        for axis in shape.indices.reversed() {
            let index = rest % shape[axis]
            rest /= shape[axis]
            let ownAxis = axis - (shape.count - own.count)
            if ownAxis >= 0 {
                result += own[ownAxis] == 1 ? 0 : index * step
                step *= own[ownAxis]
            }
        }
        return result
    }

    @Test("Choosing by a mask lets no NaN through, forward or backward")
    func selection() {
        for level in InstructionSet.available {
            let backend = CPUBackend(threads: 1, instructionSet: level)
            for size in edgeSizes where size > 0 {
                let mask = (0..<size).map { Float($0 % 3 == 0 ? 0 : 2) }
                let x = zip(normals(size, stream: 3), mask).map { $1 == 0 ? Float.nan : $0 }
                let variable = Tensor(x, shape: [size], on: backend).tracked()
                let result = variable.keeping(where: Tensor(mask, shape: [size], on: backend), else: 5)
                expectClose(result.values, zip(x, mask).map { $1 == 0 ? 5 : $0 })
                let gradient = (result * 3).gradients(withRespectTo: [variable])[0]
                expectClose(gradient.values, mask.map { $0 == 0 ? 0 : 3 })
            }
        }
    }
}
