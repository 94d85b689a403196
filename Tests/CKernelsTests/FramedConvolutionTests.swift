import CKernels
import Computing
import Testing

@Suite("Convolutions between frames")
struct FramedConvolutionTests {
    @Test("An image in a frame gives the bits of the plain pass, and nothing beside the output is touched")
    func framed() {
        for var convolution in Convolution.layers + Convolution.oddities {
            convolution.n = 1
            let x = normalNumbers(convolution.inputCount, seed: 1)
            let weights = normalNumbers(convolution.weightCount, seed: 2)
            let bias = normalNumbers(convolution.shape.outputs, seed: 3)
            var shape = convolution.shape
            let frame = galatea_convolution_frame(&shape)
            var input = [Float](repeating: 0, count: frame.count)
            let row = shape.width * shape.channels
            for y in 0..<shape.height {
                for i in 0..<row { input[frame.first + y * frame.row + i] = x[y * row + i] }
            }
            let packed = filled(galatea_convolution_packed_count(&shape)) {
                galatea_convolution_pack(&shape, weights, $0)
            }
            var workspace = [Float](repeating: .nan, count: galatea_convolution_workspace_count(&shape))
            let outputRow = convolution.outputWidth * shape.outputs
            for level in InstructionSet.available {
                let expected = convolution.forward(x, weights, bias: bias, relu: true, at: level)
                let wide = outputRow + 5
                var output = [Float](repeating: 7, count: convolution.outputHeight * wide)
                galatea_convolution_forward_framed(
                    level.level, &shape, input, packed, bias, 1, &output, wide, nil, &workspace)
                let found = (0..<convolution.outputHeight).flatMap { y in
                    output[y * wide..<y * wide + outputRow]
                }
                #expect(bits(found) == bits(expected), "\(convolution), \(level)")
                let beside = (0..<convolution.outputHeight).flatMap { y in
                    output[y * wide + outputRow..<(y + 1) * wide]
                }
                #expect(beside.allSatisfy { $0 == 7 }, "\(convolution), \(level)")
            }
        }
    }
}
