import CKernels
import Computing
import TestSupport
import Testing

@Suite("Convolution kernels")
struct ConvolutionTests {
    @Test("A convolution computed by hand", arguments: InstructionSet.available)
    func byHand(level: InstructionSet) {
        // x = 1 2 3 / 4 5 6, kernel = 1 2 / 3 4, stride 2,1, padding 1,0, bias 10.
        let convolution = Convolution(
            1, (2, 3), 1, 1, kernel: (2, 2), stride: (2, 1), padding: (1, 0))
        let y = convolution.forward([1, 2, 3, 4, 5, 6], [1, 2, 3, 4], bias: [10], at: level)
        #expect(y == [21, 28, 24, 27])
        // Each y spreads back over the taps that made it.
        let dx = convolution.adjoint([1, 10, 100, 1000], [1, 2, 3, 4], at: level)
        #expect(dx == [3, 34, 40, 100, 1200, 2000])
        let gradient = convolution.weightGradient([1, 2, 3, 4, 5, 6], [1, 10, 100, 1000], at: level)
        #expect(gradient == [5400, 6500, 21, 32])
    }

    @Test("Forward equals the naive twin exactly on whole numbers")
    func forward() {
        for convolution in Convolution.layers + Convolution.oddities {
            let x = wholeNumbers(convolution.inputCount, seed: 1)
            let weights = wholeNumbers(convolution.weightCount, seed: 2)
            let bias = wholeNumbers(convolution.shape.outputs, seed: 3)
            let outputs = convolution.shape.outputs
            let plain = convolution.naiveForward(x, weights).map { Float($0) }
            let biased = plain.enumerated().map { max(0, $1 + bias[$0 % outputs]) }
            for level in InstructionSet.available {
                #expect(convolution.forward(x, weights, at: level) == plain, "\(convolution), \(level)")
                let fused = convolution.forward(x, weights, bias: bias, relu: true, at: level)
                #expect(fused == biased, "\(convolution) with bias and ReLU, \(level)")
            }
        }
    }

    @Test("The adjoint equals the naive twin exactly on whole numbers")
    func adjoint() {
        for convolution in Convolution.layers + Convolution.oddities {
            let dy = wholeNumbers(convolution.outputCount, seed: 4)
            let weights = wholeNumbers(convolution.weightCount, seed: 5)
            let bias = wholeNumbers(convolution.shape.channels, seed: 6)
            let channels = convolution.shape.channels
            let plain = convolution.naiveAdjoint(dy, weights).map { Float($0) }
            let biased = plain.enumerated().map { max(0, $1 + bias[$0 % channels]) }
            for level in InstructionSet.available {
                #expect(convolution.adjoint(dy, weights, at: level) == plain, "\(convolution), \(level)")
                let fused = convolution.adjoint(dy, weights, bias: bias, relu: true, at: level)
                #expect(fused == biased, "\(convolution) with bias and ReLU, \(level)")
            }
        }
    }

    @Test("The weight gradient equals the naive twin exactly on whole numbers")
    func weightGradient() {
        for convolution in Convolution.layers + Convolution.oddities {
            let x = wholeNumbers(convolution.inputCount, seed: 20)
            let dy = wholeNumbers(convolution.outputCount, seed: 21)
            let start = wholeNumbers(convolution.weightCount, seed: 22)
            let expected = zip(start, convolution.naiveWeightGradient(x, dy)).map { $0 + Float($1) }
            for level in InstructionSet.available {
                let gradient = convolution.weightGradient(x, dy, addingTo: start, at: level)
                #expect(gradient == expected, "\(convolution), \(level)")
            }
        }
    }

    @Test("On real numbers the error is rounding")
    func rounding() {
        for convolution in Convolution.layers {
            let x = normalNumbers(convolution.inputCount, seed: 7)
            let dy = normalNumbers(convolution.outputCount, seed: 8)
            let weights = normalNumbers(convolution.weightCount, seed: 9)
            // A serial sum of T products of N(0, 1): rounding grows at worst with T.
            let terms = Double(convolution.weightCount)
            let forward = 3e-7 * terms / Double(convolution.shape.outputs)
            let adjoint = 3e-7 * terms / Double(convolution.shape.channels)
            let y = convolution.naiveForward(x, weights)
            let dx = convolution.naiveAdjoint(dy, weights)
            let gradient = convolution.naiveWeightGradient(x, dy)
            for level in InstructionSet.available {
                let comment: Comment = "\(convolution), \(level)"
                expectClose(
                    convolution.forward(x, weights, at: level).map(Double.init), y, absolute: forward, comment
                )
                expectClose(
                    convolution.adjoint(dy, weights, at: level).map(Double.init), dx, absolute: adjoint,
                    comment)
                expectClose(
                    convolution.weightGradient(x, dy, at: level).map(Double.init), gradient, absolute: 1e-4,
                    comment)
            }
        }
    }

    @Test("An image has the same bits alone and in a batch", arguments: InstructionSet.available)
    func batch(level: InstructionSet) {
        for var convolution in Convolution.layers + [Convolution.oddities[40]] {
            convolution.n = 3
            let weights = normalNumbers(convolution.weightCount, seed: 10)
            let bias = normalNumbers(convolution.shape.outputs, seed: 11)
            let x = normalNumbers(convolution.inputCount, seed: 12)
            let dy = normalNumbers(convolution.outputCount, seed: 13)
            let y = convolution.forward(x, weights, bias: bias, relu: true, at: level)
            let dx = convolution.adjoint(dy, weights, at: level)
            let (inputs, outputs) = (x.count / 3, y.count / 3)
            convolution.n = 1
            for i in 0..<3 {
                let imageX = Array(x[i * inputs..<(i + 1) * inputs])
                let imageDy = Array(dy[i * outputs..<(i + 1) * outputs])
                let alone = convolution.forward(imageX, weights, bias: bias, relu: true, at: level)
                #expect(bits(alone) == bits(Array(y[i * outputs..<(i + 1) * outputs])), "\(convolution)")
                let back = convolution.adjoint(imageDy, weights, at: level)
                #expect(bits(back) == bits(Array(dx[i * inputs..<(i + 1) * inputs])), "\(convolution)")
            }
        }
    }

    @Test("A pixel has the same bits wherever its row puts it", arguments: InstructionSet.available)
    func position(level: InstructionSet) {
        // Rows of one repeated pixel: all outputs of a row must be equal to the bit.
        for (channels, outputs) in [(3, 16), (16, 32), (16, 3), (16, 6), (32, 16), (5, 40)] {
            let pixel = normalNumbers(channels, seed: 14)
            for width in [1, 2, 5, 7, 18, 23, 35, 37] {
                let row = Convolution(1, (1, width), channels, outputs, kernel: (1, 1))
                let weights = normalNumbers(row.weightCount, seed: 15)
                let x = (0..<width).flatMap { _ in pixel }
                let y = bits(row.forward(x, weights, at: level))
                #expect(y == (0..<width).flatMap { _ in y.prefix(outputs) }, "\(row)")
            }
        }
    }

    @Test("NaN reaches every number that sees it and no other")
    func nan() {
        for convolution in Convolution.layers {
            let finite = normalNumbers(convolution.inputCount, seed: 16)
            let weights = normalNumbers(convolution.weightCount, seed: 17)
            var x = finite
            x[x.count / 2] = .nan
            var dy = normalNumbers(convolution.outputCount, seed: 18)
            dy[dy.count / 2] = .nan
            let y = convolution.naiveForward(x, weights).map(\.isNaN)
            let dx = convolution.naiveAdjoint(dy, weights).map(\.isNaN)
            let gradient = convolution.naiveWeightGradient(finite, dy).map(\.isNaN)
            let channel = (dy.count / 2) % convolution.shape.outputs
            let weightsPerChannel = convolution.weightCount / convolution.shape.outputs
            for level in InstructionSet.available {
                let forward = convolution.forward(x, weights, relu: true, at: level)
                #expect(forward.map(\.isNaN) == y, "\(convolution), \(level)")
                let adjoint = convolution.adjoint(dy, weights, relu: true, at: level)
                #expect(adjoint.map(\.isNaN) == dx, "\(convolution), \(level)")
                // Padding is multiplied as zero, so a NaN at the border may reach its whole channel.
                let spoiled = convolution.weightGradient(finite, dy, at: level).map(\.isNaN)
                for (index, isNaN) in spoiled.enumerated() where isNaN != gradient[index] {
                    #expect(isNaN && index / weightsPerChannel == channel, "\(convolution), \(level)")
                }
            }
        }
    }

    @Test("An empty batch writes nothing", arguments: InstructionSet.available)
    func empty(level: InstructionSet) {
        let convolution = Convolution(0, (3, 3), 3, 16, kernel: (3, 3))
        let weights = normalNumbers(convolution.weightCount, seed: 19)
        #expect(convolution.forward([], weights, at: level).isEmpty)
        #expect(convolution.adjoint([], weights, at: level).isEmpty)
        #expect(convolution.weightGradient([], [], addingTo: weights, at: level) == weights)
    }
}
