import CKernels
import Computing
import Testing

@Suite("Convolutions between frames")
struct FramedConvolutionTests {
    @Test("Rows may lie apart, and nothing between them is touched")
    func apart() {
        for convolution in Convolution.layers + Convolution.oddities {
            let x = normalNumbers(convolution.inputCount, seed: 1)
            let weights = normalNumbers(convolution.weightCount, seed: 2)
            let bias = normalNumbers(convolution.shape.outputs, seed: 3)
            let row = convolution.outputWidth * convolution.shape.outputs
            for level in InstructionSet.available {
                let joined = convolution.forward(x, weights, bias: bias, relu: true, at: level)
                let apart = convolution.forward(
                    x, weights, bias: bias, relu: true, gap: 5, beside: 7, at: level)
                let rows = stride(from: 0, to: apart.count, by: row + 5)
                #expect(
                    bits(rows.flatMap { apart[$0..<$0 + row] }) == bits(joined), "\(convolution), \(level)")
                #expect(
                    rows.allSatisfy { apart[$0 + row..<$0 + row + 5].allSatisfy { $0 == 7 } },
                    "\(convolution), \(level)")
            }
        }
    }

    @Test("What lies ahead changes no bit")
    func ahead() {
        for convolution in Convolution.layers + Convolution.oddities {
            let dy = normalNumbers(convolution.outputCount, seed: 4)
            let weights = normalNumbers(convolution.weightCount, seed: 5)
            for level in InstructionSet.available {
                let plain = convolution.adjoint(dy, weights, at: level)
                let asked = convolution.adjoint(dy, weights, ahead: dy, at: level)
                #expect(bits(plain) == bits(asked), "\(convolution), \(level)")
                let x = normalNumbers(convolution.inputCount, seed: 6)
                let forward = convolution.forward(x, weights, at: level)
                // More than the kernel has time for, and an end that is no whole line.
                let long = [Float](repeating: 1, count: 100_003)
                #expect(
                    bits(convolution.forward(x, weights, ahead: long, at: level)) == bits(forward),
                    "\(convolution), \(level)")
            }
        }
    }
}
