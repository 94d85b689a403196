import Computing
import Tensors
import TestSupport
import Testing

/// Operators on images that are made where they are read, against the same numbers stored in between.
@Suite("Images made where they are read")
struct DeferredTests {
    private static func tensor(_ shape: [Int], _ stream: UInt64, _ backend: CPUBackend) -> Tensor {
        Tensor(normals(shape.reduce(1, *), stream: stream), shape: shape, on: backend).tracked()
    }

    /// Encoder and decoder of a small autoencoder: values and gradients; `look` sees every map on the way.
    private func autoencoder(
        _ backend: CPUBackend, images: Int, side: Int, channels: Int, look: (Tensor) -> Void = { _ in }
    ) -> [[Float]] {
        let x = Self.tensor([images, side, side, 3], 1, backend)
        let (w1, b1) = (Self.tensor([channels, 3, 3, 3], 2, backend), Self.tensor([channels], 3, backend))
        let (w2, b2) = (Self.tensor([channels, 3, 3, 3], 4, backend), Self.tensor([3], 5, backend))
        let (g, o) = (Self.tensor([channels], 6, backend), Self.tensor([channels], 7, backend))
        func seen(_ tensor: Tensor) -> Tensor {
            look(tensor)
            return tensor
        }
        let maps = seen(x.convolved(with: w1, bias: b1, stride: 2, padding: 1))
        let norm = seen(maps.batchNormalized(weight: g, bias: o, rectified: true).output)
        let wide = seen(norm.resizedBilinearly(to: PlaneSize(side)))
        let image = seen(wide.transposedConvolution(with: w2, bias: b2, padding: 1))
        let loss = x.squaredDistance(to: seen(image.sigmoid()))
        let variables = [x, w1, b1, w2, b2, g, o]
        return [[loss.scalar]] + loss.gradients(withRespectTo: variables).map(\.values)
    }

    @Test("Looking at the maps in between changes rounding at most", arguments: InstructionSet.available)
    func looking(level: InstructionSet) {
        let backend = CPUBackend(threads: 2, instructionSet: level)
        let plain = autoencoder(backend, images: 5, side: 13, channels: 18)
        let looked = autoencoder(backend, images: 5, side: 13, channels: 18) { _ = $0.values }
        for (index, values) in plain.enumerated() {
            let size = values.map(abs).max() ?? 0
            expectClose(values, looked[index], absolute: 3e-6 * size, "\(index)")
        }
    }

    @Test("One thread and many give the same bits, streamed past the caches too")
    func threads() {
        // 40 maps of 65 x 65 x 8 are 5 MB.
        let one = autoencoder(CPUBackend(threads: 1), images: 40, side: 65, channels: 8)
        let many = autoencoder(CPUBackend(threads: 3), images: 40, side: 65, channels: 8)
        #expect(one == many)
    }

    @Test("A bias inside a convolution is one added behind it, through gradients of gradients")
    func bias() {
        let backend = CPUBackend(threads: 1)
        func gradients(_ isInside: Bool, _ isTransposed: Bool) -> [[Float]] {
            let x = Self.tensor([2, 5, 4, 3], 10, backend)
            let w = Self.tensor(isTransposed ? [3, 3, 3, 4] : [4, 3, 3, 3], 11, backend)
            let b = Self.tensor([4], 12, backend)
            let y =
                isTransposed
                ? x.transposedConvolution(with: w, bias: isInside ? b : nil, stride: 2)
                : x.convolved(with: w, bias: isInside ? b : nil, stride: 2, padding: 1)
            let loss = (isInside ? y : y + b).hyperbolicTangent().squared().sum()
            let first = loss.gradients(withRespectTo: [x, w, b], differentiable: true)
            let norm = first.reduce(Tensor(0, on: backend)) { $0 + $1.squared().sum() }
            let second = norm.gradients(withRespectTo: [x, w, b])
            let plain = loss.gradients(withRespectTo: [x, w, b])
            return (first + second + plain).map(\.values)
        }
        for isTransposed in [false, true] {
            let expected = gradients(false, isTransposed)
            for (index, values) in gradients(true, isTransposed).enumerated() {
                expectClose(values, expected[index], absolute: 1e-4, relative: 2e-5, "\(index)")
            }
        }
    }

    @Test("A squared distance is its composition, through gradients of gradients", arguments: [false, true])
    func distance(isWeighted: Bool) {
        let backend = CPUBackend(threads: 1)
        func gradients(_ isOne: Bool) -> [[Float]] {
            let v = (0..<3).map { Self.tensor([3, 7], 20 + UInt64($0), backend) }
            let weight = isWeighted ? v[2] : nil
            let squares = (v[0] - v[1]).squared()
            let distance =
                isOne
                ? v[0].squaredDistance(to: v[1], weight: weight)
                : (weight.map { squares * $0 } ?? squares).sum()
            let variables = isWeighted ? v : Array(v.prefix(2))
            let loss = distance.squared()
            let first = loss.gradients(withRespectTo: variables, differentiable: true)
            let norm = first.reduce(Tensor(0, on: backend)) { $0 + $1.squared().sum() }
            return
                ([loss] + first + norm.gradients(withRespectTo: variables)
                + loss.gradients(withRespectTo: variables)).map(\.values)
        }
        let expected = gradients(false)
        for (index, values) in gradients(true).enumerated() {
            let size = expected[index].map(abs).max() ?? 0
            expectClose(values, expected[index], absolute: 1e-5 * size, "\(index)")
        }
    }

    @Test("Batches that are empty, of one pixel, or hold a NaN")
    func edges() {
        let backend = CPUBackend(threads: 2)
        let w = Self.tensor([4, 3, 3, 2], 30, backend)
        #expect(Tensor.zeros([0, 5, 5, 2], on: backend).convolved(with: w, padding: 1).values.isEmpty)
        let pixel = Self.tensor([1, 1, 1, 2], 31, backend)
        #expect(pixel.resizedBilinearly(to: 3).convolved(with: w, padding: 1).shape == [1, 3, 3, 4])
        let broken = Tensor([.nan] + [Float](repeating: 1, count: 49), shape: [1, 5, 5, 2], on: backend)
        let values = broken.resizedBilinearly(to: 9).convolved(with: w, padding: 1).values
        #expect(values[0].isNaN && values[values.count - 1].isFinite)
        #expect(
            Tensor([Float](), shape: [0], on: backend).squaredDistance(to: .zeros([0], on: backend)).scalar
                == 0)
    }
}
