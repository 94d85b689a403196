import Computing
import Discovery

/// Made-up rows for the tests.
enum Samples {
    /// Gaussian clouds around centres two units apart on the axes, one class a cloud.
    static func clouds(
        _ sizes: [(name: String, count: Int)], dimension: Int = 4, spread: Double = 0.6, seed: UInt64 = 3,
        groups: Bool = false
    ) -> LabelledRows {
        var generator = CounterGenerator(seed: seed)
        var values: [Double] = []
        var names: [String] = []
        for (label, cloud) in sizes.enumerated() {
            for _ in 0..<cloud.count {
                for column in 0..<dimension {
                    values.append(generator.normal(mean: column == label % dimension ? 2 : 0, sigma: spread))
                }
                names.append(cloud.name)
            }
        }
        return LabelledRows(
            features: FeatureMatrix(dimension: dimension, values: values), classOfRow: names,
            groups: groups ? names.indices.map { $0 / 2 } : nil)
    }

    /// Points drawn uniformly from a cube.
    static func cube(_ count: Int, dimension: Int, seed: UInt64 = 9) -> FeatureMatrix {
        var generator = CounterGenerator(seed: seed)
        return FeatureMatrix(
            dimension: dimension, values: (0..<count * dimension).map { _ in generator.uniform() })
    }
}
