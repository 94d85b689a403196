import Foundation
import Tensors

/// The golden file that `Golden/make_goldens.py` writes.
struct Golden: Decodable {
    struct Array: Decodable {
        var shape: [Int]
        var values: [Float]

        func tensor(on backend: any Backend) -> Tensor { Tensor(values, shape: shape, on: backend) }
    }

    struct LossCase: Decodable {
        var inputs: [Array]
        var loss: Float
        var gradients: [Array]
    }

    struct AdamCase: Decodable {
        var start: Array
        var goal: Array
        var scale: Array
        var course: [Array]
        var norms: [Double]
    }

    struct BatchNormCase: Decodable {
        var batches: [Array]
        var probe: Array
        var mean: Array
        var variance: Array
        var output: Array
    }

    struct TenSteps: Decodable {
        var losses: [Float]
        var parts: [[Float]]
        var d2: Array
        var d2b: Array
        var n1: Array
        var runningMean: Array
        var runningVariance: Array

        enum CodingKeys: String, CodingKey {
            case losses, parts, d2, d2b, n1
            case runningMean = "running_mean_n2"
            case runningVariance = "running_var_n2"
        }
    }

    var losses: [String: LossCase]
    var adam: [String: AdamCase]
    var batchNorm: BatchNormCase
    var tenSteps: TenSteps
    var pseudo: Array

    enum CodingKeys: String, CodingKey {
        case losses, adam, pseudo
        case batchNorm = "batch_norm"
        case tenSteps = "ten_steps"
    }

    /// Reads the file.
    static func read() throws -> Golden {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/training.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }
}

/// Numbers in `[-bound, bound)` computed from their index, as `pseudo` of `make_goldens.py`.
func pseudo(_ stream: UInt64, _ shape: [Int], bound: Double = 1, on backend: any Backend) -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { index -> Float in
        var z = UInt64(index) &+ stream &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        return Float((2 * (Double(z >> 40) / 0x1p24) - 1) * bound)
    }
    return Tensor(values, shape: shape, on: backend)
}
