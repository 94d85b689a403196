import Foundation

/// Figures made by `Golden/make_discovery.py`.
struct Goldens: Decodable {
    struct Machine: Decodable {
        var cost: Double
        var gamma: Double
        var isScale: Bool
        var weights: [Double]
        var kept: [Int]
        var values: [Double]
        var supportVectors: [Int]
    }

    struct Neighbors: Decodable {
        var p: Double
        var rows: [Int]
        var distances: [Double]
    }

    struct Metrics: Decodable {
        var truth: [Int]
        var called: [Int]
        var scores: [Double]
        var confusion: [Int]
        var recall: [Double]
        var precision: [Double]
        var f1: [Double]
        var accuracy: Double
        var balancedAccuracy: Double
        var area: Double
        var falsePositiveRates: [Double]
        var truePositiveRates: [Double]
        var percentiles: [Double]
    }

    struct Interval: Decodable {
        var k: Int
        var n: Int
        var level: Double
        var exact: [Double]
        var wilson: [Double]
    }

    struct Sigmoid: Decodable {
        var values: [Double]
        var isMember: [Bool]
        var slope: Double
        var offset: Double
    }

    struct Coupling: Decodable {
        var classes: Int
        var pairs: [Double]
        var probabilities: [Double]
    }

    var machines: [Machine]
    var rows: [Double]
    var labels: [Int]
    var queries: [Double]
    var mean: [Double]
    var deviation: [Double]
    var points: [Double]
    var centers: [Double]
    var neighbors: [Neighbors]
    var metrics: Metrics
    var intervals: [Interval]
    var sigmoids: [Sigmoid]
    var couplings: [Coupling]

    static func load() throws -> Goldens {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Golden/discovery.json")
        return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }
}
