internal import CKernels

/// A separable bicubic resize from one image size to another.
///
/// Keys' cubic convolution kernel (Keys 1981, IEEE Trans. ASSP 29, 1153, eq. 4 with the free parameter
/// a = -0.75), sample `i` of `m` from `n` at `(i + 0.5) n / m - 0.5`, no widening when shrinking, borders
/// repeated: what `torch.nn.functional.interpolate(mode="bicubic")` computes.
public struct BicubicResize: Sendable, Hashable {
    /// Rows and columns of the input.
    public let input: ImageSize
    /// Rows and columns of the output.
    public let output: ImageSize
    let vertical: Axis
    let horizontal: Axis

    /// The resize from `input` to `output`; every length must be at least 1.
    public init(from input: ImageSize, to output: ImageSize) {
        precondition(
            input.width > 0 && input.height > 0 && output.width > 0 && output.height > 0,
            "BicubicResize: sizes must be positive, got \(input) to \(output)")
        self.input = input
        self.output = output
        vertical = Axis(from: input.height, to: output.height)
        horizontal = Axis(from: input.width, to: output.width)
    }

    /// Taps of one axis: output `i` is the sum of `weights[4 i + k]` times input `first[i] + k`, clamped.
    struct Axis: Sendable, Hashable {
        let input: Int
        let output: Int
        let first: [Int32]
        let weights: [Float]

        init(from input: Int, to output: Int) {
            self.input = input
            self.output = output
            var first: [Int32] = []
            var weights: [Float] = []
            let scale = Double(input) / Double(output)
            for index in 0..<output {
                let position = (Double(index) + 0.5) * scale - 0.5
                let floor = position.rounded(.down)
                let fraction = position - floor
                first.append(Int32(floor) - 1)
                for tap in 0..<4 { weights.append(Float(Self.kernel(abs(fraction + 1 - Double(tap))))) }
            }
            self.first = first
            self.weights = weights
        }

        /// The cubic convolution kernel at a distance in input pixels, `[0, 2]`.
        static func kernel(_ x: Double) -> Double {
            let a = -0.75
            if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
            return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
        }

        func withKernelAxis<Result>(_ body: (galatea_bicubic_axis) -> Result) -> Result {
            first.withUnsafeBufferPointer { first in
                weights.withUnsafeBufferPointer { weights in
                    body(
                        galatea_bicubic_axis(
                            first: first.baseAddress, weight: weights.baseAddress, input: input,
                            output: output))
                }
            }
        }
    }
}
