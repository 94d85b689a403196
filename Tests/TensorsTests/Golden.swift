import Foundation
import Tensors

/// The golden files that `Golden/make_goldens.py` writes.
struct Golden: Decodable {
    /// A tensor as JSON.
    struct Array: Decodable {
        var shape: [Int]
        var values: [Float]

        /// As a constant.
        func tensor(on backend: any Backend) -> Tensor { Tensor(values, shape: shape, on: backend) }
    }

    /// One operator: its inputs, output, the gradient at the output and those at the inputs.
    struct Case: Decodable {
        var inputs: [Array]
        var seed: Array
        var output: Array
        var gradients: [Array]
        var runningMean: Array?
        var runningVariance: Array?

        enum CodingKeys: String, CodingKey {
            case inputs, seed, output, gradients
            case runningMean = "running_mean"
            case runningVariance = "running_var"
        }
    }

    var cases: [String: Case]

    /// The operators.
    static let operators: Result<Golden, any Error> = Result {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/operators.json")
        return try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
    }

    /// The case of a name.
    static func named(_ name: String) throws -> Case {
        guard let found = try operators.get().cases[name] else { throw Missing(name: name) }
        return found
    }

    struct Missing: Error {
        var name: String
    }
}
