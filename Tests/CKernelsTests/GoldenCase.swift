import Foundation
import Testing

/// One line of a golden file: the numbers of a case, the name of a result and its values.
struct GoldenCase {
    var sizes: [Int]
    var name: String
    var values: [Float]

    /// The cases of `file` in `Golden`.
    static func read(_ file: String) throws -> [GoldenCase] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/\(file)")
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
            let fields = line.split(separator: "|").map { $0.split(separator: " ") }
            return GoldenCase(
                sizes: try fields[0].map { try #require(Int($0)) }, name: String(fields[1][0]),
                values: try fields[2].map { try #require(Float($0)) })
        }
    }

    /// The whole numbers that the golden maker gives its inputs.
    static func numbers(_ count: Int, _ multiplier: Int) -> [Float] {
        (0..<count).map { Float(($0 * multiplier) % 9 - 4) }
    }
}
