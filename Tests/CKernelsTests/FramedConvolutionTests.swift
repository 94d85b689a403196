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

    /// An image put into an array of zeros as the frame says.
    private func put(_ image: [Float], rows: Int, into frame: galatea_frame) -> [Float] {
        var array = [Float](repeating: 0, count: frame.count)
        let row = image.count / rows
        for y in 0..<rows {
            for i in 0..<row { array[frame.first + y * frame.row + i] = image[y * row + i] }
        }
        return array
    }

    @Test("A result in a frame gives the bits of the plain adjoint, whatever lies ahead")
    func adjoint() {
        for var convolution in Convolution.layers + Convolution.oddities {
            convolution.n = 1
            let dy = normalNumbers(convolution.outputCount, seed: 4)
            let weights = normalNumbers(convolution.weightCount, seed: 5)
            let bias = normalNumbers(convolution.shape.channels, seed: 6)
            var shape = convolution.shape
            let input = put(
                dy, rows: convolution.outputHeight, into: galatea_convolution_adjoint_frame(&shape))
            let packed = filled(galatea_convolution_adjoint_packed_count(&shape)) {
                galatea_convolution_adjoint_pack(&shape, weights, $0)
            }
            var workspace = [Float](
                repeating: .nan, count: galatea_convolution_adjoint_workspace_count(&shape))
            for level in InstructionSet.available {
                let expected = convolution.adjoint(dy, weights, bias: bias, relu: true, at: level)
                let found = dy.withUnsafeBytes { bytes in
                    var ahead = galatea_ahead()
                    ahead.start.1 = bytes.baseAddress
                    ahead.bytes.1 = bytes.count
                    return filled(convolution.inputCount) {
                        galatea_convolution_adjoint_framed(
                            level.level, &shape, input, packed, bias, 1, $0, &ahead, &workspace)
                    }
                }
                #expect(bits(found) == bits(expected), "\(convolution), \(level)")
            }
        }
    }

    @Test("The weight gradient image by image equals the naive twin exactly on whole numbers")
    func weightSums() {
        for var convolution in Convolution.layers + Convolution.oddities {
            convolution.n = 2
            let x = wholeNumbers(convolution.inputCount, seed: 7)
            let dy = wholeNumbers(convolution.outputCount, seed: 8)
            let expected = convolution.naiveWeightGradient(x, dy).map { Float($0) }
            var shape = convolution.shape
            let frame = galatea_convolution_weight_sums_frame(&shape)
            var workspace = [Float](
                repeating: .nan, count: galatea_convolution_weight_sums_workspace_count(&shape))
            for level in InstructionSet.available {
                var sums = [Float](repeating: 0, count: galatea_convolution_weight_sums_count(&shape))
                for image in 0..<2 {
                    let (inputs, outputs) = (x.count / 2, dy.count / 2)
                    let framed = put(
                        Array(x[image * inputs..<(image + 1) * inputs]), rows: shape.height, into: frame)
                    galatea_convolution_weight_sums_add(
                        level.level, &shape, framed, Array(dy[image * outputs..<(image + 1) * outputs]),
                        &sums, nil, &workspace)
                }
                var gradient = [Float](repeating: 0, count: convolution.weightCount)
                galatea_convolution_weight_sums_finish(&shape, sums, &gradient)
                #expect(gradient == expected, "\(convolution), \(level)")
            }
        }
    }
}
