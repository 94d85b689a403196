import CKernels
import Computing
import TestSupport
import Testing

@Suite("Kernels against PyTorch")
struct GoldenTests {
    @Test("Convolutions, their gradients and transposed convolutions are PyTorch's, exactly")
    func convolution() throws {
        let cases = try GoldenCase.read("convolution.txt")
        #expect(cases.count == 24)
        for golden in cases {
            let s = golden.sizes
            let convolution = Convolution(
                s[0], (s[1], s[2]), s[3], s[4], kernel: (s[5], s[6]), stride: (s[7], s[8]),
                padding: (s[9], s[10]))
            let x = GoldenCase.numbers(convolution.inputCount, 5)
            let weights = GoldenCase.numbers(convolution.weightCount, 7)
            let dy = GoldenCase.numbers(convolution.outputCount, 2)
            for level in InstructionSet.available {
                let result: [Float]
                switch golden.name {
                case "y":
                    let bias = GoldenCase.numbers(s[4], 4)
                    result = convolution.forward(x, weights, bias: bias, at: level)
                case "dx": result = convolution.adjoint(dy, weights, at: level)
                case "dw": result = convolution.weightGradient(x, dy, at: level)
                default:
                    let bias = GoldenCase.numbers(s[3], 4)
                    result = convolution.adjoint(dy, weights, bias: bias, at: level)
                }
                #expect(result == golden.values, "\(convolution), \(golden.name), \(level)")
            }
        }
    }

    @Test("Bilinear resize and its adjoint are PyTorch's")
    func resize() throws {
        let cases = try GoldenCase.read("resize.txt")
        #expect(cases.count == 12)
        for golden in cases {
            let s = golden.sizes
            let (height, width, channels, outHeight, outWidth) = (s[0], s[1], s[2], s[3], s[4])
            let x = GoldenCase.numbers(height * width * channels, 5)
            let dy = GoldenCase.numbers(outHeight * outWidth * channels, 2)
            var scratch = [Float](
                repeating: .nan, count: galatea_bilinear_scratch_count(width, channels, outWidth))
            for level in InstructionSet.available {
                let result =
                    golden.name == "y"
                    ? filled(dy.count) {
                        galatea_bilinear(
                            level.level, x, height, width, channels, $0, outHeight, outWidth,
                            outWidth * channels, &scratch)
                    }
                    : filled(x.count) {
                        galatea_bilinear_adjoint(
                            level.level, dy, outHeight, outWidth, channels, $0, height, width, &scratch)
                    }
                expectClose(result, golden.values, absolute: 4e-6, "\(s), \(golden.name), \(level)")
            }
        }
    }
}
