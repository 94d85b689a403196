import Computing
import Tensors
import TestSupport
import Testing

@Suite("CPU backend")
struct BackendTests {
    /// Every operator on tensors of several chunks each.
    private func everything(_ backend: CPUBackend) -> [[Float]] {
        func tensor(_ shape: [Int], _ stream: UInt64) -> Tensor {
            Tensor(normals(shape.reduce(1, *), stream: stream), shape: shape, on: backend).tracked()
        }
        let (x, w) = (tensor([21, 19, 17, 5], 60), tensor([18, 3, 3, 5], 61))
        let y = x.convolved(with: w, stride: 2, padding: 1)
        let norm = y.batchNormalized(weight: tensor([18], 62), bias: tensor([18], 63), rectified: true)
        let wide = norm.output.resizedBilinearly(to: 23)
        let back = wide.transposedConvolution(with: tensor([18, 3, 2, 4], 64), stride: 2)
        let rows = back.flattened()
        let product = rows.matrixProduct(tensor([7, rows.shape[1]], 65) * 0.01, transposingOther: true)
        let loss = (product.logSoftmax() + product.softmax()).squared().sum() + back.sigmoid().mean()
        let gradients = loss.gradients(withRespectTo: [x, w])
        let square = tensor([700, 600], 66).detached()
        let big = square.matrixProduct(square, transposingOther: true)
        let moved = big.permuted([1, 0]).sliced(axis: 0, 3..<650)
        let first = square.squared() * 0.1
        let step = backend.adamStep(
            AdamArrays(parameter: square.storage, firstMoment: first.storage, secondMoment: first.storage),
            gradient: square.storage,
            AdamConstants(
                gradientScale: 0.5, decay: 0.01, keep: 0.99, firstShare: 0.1, beta2: 0.999,
                secondShare: 0.001,
                rate: 0.1, rootCorrection: 2, epsilon: 1e-8))
        return [
            y.values, norm.output.values, norm.mean.values, norm.variance.values, wide.values, back.values,
            product.values, [loss.scalar], gradients[0].values, gradients[1].values, big.values, moved.values,
            big.sum(alongAxes: [0]).values, big.sum(alongAxes: [1]).values, [big.sum().scalar],
            big.maximum(alongAxes: [0]).values, backend.values(of: step.parameter),
            backend.values(of: step.secondMoment), [Float(backend.sumOfSquares(big.storage))],
        ]
    }

    @Test("One thread and several give the same bits in every operator")
    func threads() {
        let one = everything(CPUBackend(threads: 1))
        for threads in [2, 3, 7] {
            let many = everything(CPUBackend(threads: threads))
            for (index, (a, b)) in zip(one, many).enumerated() {
                #expect(a.map(\.bitPattern) == b.map(\.bitPattern), "result \(index), \(threads) threads")
            }
        }
    }

    @Test("Instruction sets agree to 1e-4 of the largest value of each result")
    func levels() {
        let reference = everything(CPUBackend(threads: 1, instructionSet: .portable))
        for level in InstructionSet.available {
            for (index, (a, b)) in zip(reference, everything(CPUBackend(threads: 1, instructionSet: level)))
                .enumerated()
            {
                let scale = a.map { abs($0) }.max() ?? 0
                expectClose(b, a, absolute: 1e-4 * scale, "result \(index), \(level)")
            }
        }
    }

    @Test("Matrix products equal naive sums at the edges of blocks", arguments: edgeSizes)
    func matrices(size: Int) {
        let backend = CPUBackend(threads: 2)
        for (rows, depth, columns) in [(size, 3, 2), (2, size, 3), (3, 2, size)] {
            let (a, b) = (normals(rows * depth, stream: 70), normals(depth * columns, stream: 71))
            let product = Tensor(a, shape: [rows, depth], on: backend)
                .matrixProduct(Tensor(b, shape: [depth, columns], on: backend))
            let expected = (0..<rows * columns).map { position -> Float in
                let (i, j) = (position / columns, position % columns)
                return Float(
                    (0..<depth).reduce(0.0) { $0 + Double(a[i * depth + $1]) * Double(b[$1 * columns + j]) })
            }
            expectClose(product.values, expected, absolute: 1e-4, "\(rows)x\(depth)x\(columns)")
        }
    }

    @Test("Batches of no images go through every operator")
    func empty() {
        let backend = CPUBackend(threads: 2)
        let x = Tensor([], shape: [0, 5, 5, 2], on: backend).tracked()
        let w = Tensor.ones([3, 3, 3, 2], on: backend).tracked()
        let y = x.convolved(with: w, padding: 1).resizedBilinearly(to: 7).relu()
        #expect(y.shape == [0, 7, 7, 3] && y.sum().scalar == 0)
        let gradients = y.sum().gradients(withRespectTo: [x, w])
        #expect(gradients[0].count == 0 && gradients[1].values.allSatisfy { $0 == 0 })
        #expect(y.flattened().shape == [0, 147] && y.permuted([3, 0, 1, 2]).shape == [3, 0, 7, 7])
        #expect(Tensor.concatenated([y, y], axis: 0).count == 0)
    }

    @Test("Batches pick their items in order")
    func items() {
        let backend = CPUBackend(threads: 1)
        let values = (0..<24).map(Float.init)
        let batch = Tensor(items: [3, 0, 3], of: values, itemShape: [2, 3], on: backend)
        #expect(batch.shape == [3, 2, 3])
        #expect(batch.values == [18, 19, 20, 21, 22, 23, 0, 1, 2, 3, 4, 5, 18, 19, 20, 21, 22, 23])
        #expect(Tensor(items: [], of: values, itemShape: [2, 3], on: backend).shape == [0, 2, 3])
    }

    @Test("Memory goes back to the pool and comes again; what exceeds the limit goes to the system")
    func pool() {
        let pool = MemoryPool(limit: 10_000)
        let first = pool.take(1000)
        #expect(Int(bitPattern: first) % 64 == 0)
        pool.give(first, 1000)
        #expect(pool.freeBytes == MemoryPool.blockSize(1000))
        #expect(pool.take(1000) == first && pool.freeBytes == 0)
        let large = pool.take(5000)
        pool.give(large, 5000)
        #expect(pool.freeBytes == 0)
        pool.give(first, 1000)
        pool.trim()
        #expect(pool.freeBytes == 0)
        for count in [0, 1, 15, 16, 17, 1000, 1 << 20, (1 << 20) + 1, 76_176 * 128] {
            let bytes = MemoryPool.blockSize(count)
            #expect(bytes >= 4 * count && bytes % 64 == 0 && bytes <= max(64, 4 * count + 4 * count / 8 + 64))
        }
    }

    @Test("Shapes that do not fit end the program with a message")
    func preconditions() async {
        await #expect(processExitsWith: .failure) {
            let backend = CPUBackend(threads: 1)
            _ = Tensor([1, 2, 3], shape: [3], on: backend) + Tensor([1, 2], shape: [2], on: backend)
        }
        await #expect(processExitsWith: .failure) {
            let backend = CPUBackend(threads: 1)
            _ = Tensor.zeros([2, 3], on: backend).matrixProduct(.zeros([2, 3], on: backend))
        }
    }
}

@Suite("BLAS")
struct BLASTests {
    @Test("Old fallback cores are replaced by what the processor has; others are left alone")
    func choice() {
        #expect(BLASInformation.betterCore(than: "Prescott", instructionSet: .avx512) == "SkylakeX")
        #expect(BLASInformation.betterCore(than: "prescott", instructionSet: .avx2) == "Haswell")
        #expect(BLASInformation.betterCore(than: "Prescott", instructionSet: .portable) == nil)
        for core in ["SkylakeX", "Haswell", "Zen", "Cooperlake", "ARMV8"] {
            #expect(BLASInformation.betterCore(than: core, instructionSet: .avx512) == nil)
        }
    }

    @Test("The library runs on one thread and tells its version and core")
    func information() {
        let blas = BLASInformation.current
        #expect(blas.threads == 1 && blas.version.hasPrefix("OpenBLAS") && !blas.core.isEmpty)
    }

    @Test("A library that fell back to old kernels is cured, unless the user chose them")
    func cure() async {
        await #expect(processExitsWith: .success) {
            guard InstructionSet.detected > .portable else { return }
            BLASInformation.choose(core: "Prescott")
            precondition(BLASInformation.runningCore == "Prescott")
            let respected = BLASInformation.setUp(userChoice: "Prescott")
            precondition(respected.core == "Prescott" && respected.threads == 1)
            let cured = BLASInformation.setUp(userChoice: nil)
            precondition(cured.detectedCore == "Prescott")
            precondition(cured.core == (InstructionSet.detected == .avx512 ? "SkylakeX" : "Haswell"))
            let backend = CPUBackend(threads: 1)
            let a = Tensor([1, 2, 3, 4], shape: [2, 2], on: backend)
            precondition(a.matrixProduct(a).values == [7, 10, 15, 22])
        }
    }
}
