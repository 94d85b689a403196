import CKernels
import Computing

extension InstructionSet {
    /// The level as the kernels take it.
    var level: galatea_level { galatea_level(rawValue: UInt32(rawValue)) }
}

/// Whole numbers from -4 to 4: sums of their products are exact in single precision, so that a kernel and its
/// naive twin must agree to the bit whatever the order of operations.
func wholeNumbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = CounterGenerator(seed: seed)
    return (0..<count).map { _ in Float(Int.random(in: -4...4, using: &generator)) }
}

/// Numbers drawn from N(0, 1).
func normalNumbers(_ count: Int, seed: UInt64) -> [Float] {
    var generator = CounterGenerator(seed: seed)
    return (0..<count).map { _ in Float(generator.normal()) }
}

/// The bits of the numbers, for comparisons in which NaN equals NaN and -0 does not equal 0.
func bits(_ numbers: [Float]) -> [UInt32] { numbers.map(\.bitPattern) }

/// `count` floats that `body` fills; it first holds NaN, so that a float left out shows.
func filled(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
    var result = [Float](repeating: .nan, count: count)
    result.withUnsafeMutableBufferPointer { buffer in
        if let base = buffer.baseAddress { body(base) }
    }
    return result
}
