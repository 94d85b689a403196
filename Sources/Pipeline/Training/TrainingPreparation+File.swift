internal import Safetensors

extension TrainingPreparation {
    private static let kind = "galatea-preparation"

    /// Writes what the pixels gave, so that a resumed training need not read them again; atomic.
    ///
    /// - Parameter key: What it was computed from, as for the cache of inputs.
    func write(to path: String, key: String) throws {
        let features = records.lazy.map(\.features.count).max() ?? 0
        let bands = records.lazy.map(\.magnitudes.count).max() ?? 0
        func padded<Number: FloatingPoint>(_ values: [Number], _ count: Int) -> [Number] {
            values.isEmpty ? Array(repeating: .nan, count: count) : values
        }
        var tensors = [
            SafetensorsTensor(
                name: "features", shape: [records.count, features],
                floats: records.flatMap { padded($0.features, features) }),
            SafetensorsTensor(
                name: "magnitudes", shape: [records.count, bands],
                doubles: records.flatMap { padded($0.magnitudes, bands) }),
            SafetensorsTensor(
                name: "magnitude_sigmas", shape: [records.count, bands],
                doubles: records.flatMap { padded($0.magnitudeSigmas, bands) }),
            SafetensorsTensor(
                name: "shapes", shape: [records.count, 4],
                doubles: records.flatMap {
                    [$0.orientation.x, $0.orientation.y, $0.orientationSigma, $0.log10HalfLightRadius]
                }),
            SafetensorsTensor(
                name: "is_measured", shape: [records.count],
                uint8s: records.map { $0.magnitudes.isEmpty ? 0 : 1 }),
            SafetensorsTensor(
                name: "is_usable", shape: [records.count], uint8s: records.map { $0.isUsable ? 1 : 0 }),
        ]
        if let meanMaxima {
            tensors.append(
                SafetensorsTensor(name: "mean_maxima", shape: [meanMaxima.count], floats: meanMaxima))
        }
        try SafetensorsFile(metadata: ["kind": Self.kind, "key": key], tensors: tensors).write(to: path)
    }

    /// What an earlier run wrote; `nil` when it was computed from something else.
    ///
    /// - Throws: `SafetensorsError` for a damaged file.
    init?(contentsOf path: String, key: String, count: Int) throws {
        let file = try SafetensorsFile(contentsOf: path)
        guard file.metadata["kind"] == Self.kind, file.metadata["key"] == key else { return nil }
        let featureTensor = try file.tensor("features")
        let magnitudeTensor = try file.tensor("magnitudes")
        guard featureTensor.shape.count == 2, featureTensor.shape[0] == count,
            magnitudeTensor.shape.count == 2
        else { return nil }
        let (width, bands) = (featureTensor.shape[1], magnitudeTensor.shape[1])
        let features = try file.floats("features")
        let magnitudes = try file.doubles("magnitudes", shape: [count, bands])
        let sigmas = try file.doubles("magnitude_sigmas", shape: [count, bands])
        let shapes = try file.doubles("shapes", shape: [count, 4])
        let isMeasured = try file.uint8s("is_measured", shape: [count])
        let isUsable = try file.uint8s("is_usable", shape: [count])
        records = (0..<count).map { row in
            let isThere = isMeasured[row] != 0
            return Record(
                features: isThere ? Array(features[row * width..<(row + 1) * width]) : [],
                orientation: SIMD2(shapes[4 * row], shapes[4 * row + 1]),
                orientationSigma: shapes[4 * row + 2],
                magnitudes: isThere ? Array(magnitudes[row * bands..<(row + 1) * bands]) : [],
                magnitudeSigmas: isThere ? Array(sigmas[row * bands..<(row + 1) * bands]) : [],
                log10HalfLightRadius: shapes[4 * row + 3], isUsable: isUsable[row] != 0)
        }
        let hasMaxima = file.tensors.contains { $0.name == "mean_maxima" }
        meanMaxima = hasMaxima ? try file.floats("mean_maxima") : nil
    }
}
