internal import Foundation
internal import Safetensors

extension ClassifierModel {
    /// The format that this program writes.
    static let format = 1
    /// What the metadata calls this kind of file.
    static let kind = "galatea-classifier"

    /// Writes the model to `path` in safetensors, every number in double precision; atomic.
    ///
    /// - Throws: `SafetensorsError`.
    public func write(to path: String) throws {
        let names = classes.map(JSONText.quoted).joined(separator: ",")
        var metadata = ["kind": Self.kind, "format": String(Self.format), "classes": "[\(names)]"]
        if let fallback = rule.fallback { metadata["fallback"] = classes[fallback] }
        let vectors = decision.supportVectors.count
        func tensor(_ name: String, _ shape: [Int], _ values: [Double]) -> SafetensorsTensor {
            SafetensorsTensor(name: name, shape: shape, doubles: values)
        }
        let pairs = decision.pairCount
        try SafetensorsFile(
            metadata: metadata,
            tensors: [
                tensor("scaler.mean", [dimension], scaler.mean),
                tensor("scaler.deviation", [dimension], scaler.deviation),
                tensor("svm.gamma", [1], [decision.gamma]),
                tensor("svm.vectors", [vectors, dimension], decision.supportVectors.values),
                tensor("svm.coefficients", [classes.count - 1, vectors], decision.coefficients),
                tensor("svm.offsets", [pairs], decision.offsets),
                SafetensorsTensor(
                    name: "svm.member_counts", shape: [classes.count],
                    int64s: decision.memberCounts.map(Int64.init)),
                tensor("platt.slope", [pairs], sigmoids.map(\.slope)),
                tensor("platt.offset", [pairs], sigmoids.map(\.offset)),
                tensor("rule.thresholds", [classes.count], rule.thresholds),
            ]
        ).write(to: path)
    }

    /// Reads a model; everything that it computes with is checked first.
    ///
    /// - Throws: `SafetensorsError`, `DiscoveryError.invalidModel` or `.newerFormat`.
    public init(contentsOf path: String) throws {
        let file = try SafetensorsFile(contentsOf: path)
        try ModelFile.check(file, kind: Self.kind, format: Self.format)
        let classes = try Self.classes(of: file)
        let pairs = classes.count * (classes.count - 1) / 2
        try file.requireFinite()
        let mean = try file.doubles("scaler.mean")
        guard try !mean.isEmpty && file.tensor("scaler.mean").shape.count == 1 else {
            throw DiscoveryError.invalidModel(path: path, reason: "scaler.mean holds no list of numbers")
        }
        let counts = try file.int64s("svm.member_counts", shape: [classes.count])
        let vectors = try Self.vectorCount(counts, path: path)
        let deviation = try file.doubles("scaler.deviation", shape: mean.isEmpty ? nil : [mean.count])
        let gamma = try file.doubles("svm.gamma", shape: [1])
        let thresholds = try file.doubles("rule.thresholds", shape: [classes.count])
        try ModelFile.require(deviation.allSatisfy { $0 > 0 }, "a deviation is not above 0", path)
        try ModelFile.require(gamma.allSatisfy { $0 > 0 }, "svm.gamma is not above 0", path)
        try ModelFile.require(thresholds.allSatisfy { $0 >= 0 }, "a threshold is below 0", path)
        let fallback = try file.metadata["fallback"].map { name in
            guard let index = classes.firstIndex(of: name) else {
                throw DiscoveryError.invalidModel(path: path, reason: "no class '\(name)' to fall back to")
            }
            return index
        }
        self.init(
            classes: classes, scaler: FeatureScaler(mean: mean, deviation: deviation),
            decision: SVMDecision(
                gamma: gamma[0],
                supportVectors: FeatureMatrix(
                    dimension: mean.count,
                    values: try file.doubles("svm.vectors", shape: [vectors, mean.count])),
                memberCounts: counts.map(Int.init),
                coefficients: try file.doubles("svm.coefficients", shape: [classes.count - 1, vectors]),
                offsets: try file.doubles("svm.offsets", shape: [pairs]), labels: Array(classes.indices)),
            sigmoids: zip(
                try file.doubles("platt.slope", shape: [pairs]),
                try file.doubles("platt.offset", shape: [pairs])
            ).map { PlattScaling(slope: $0, offset: $1) },
            rule: DecisionRule(fallback: fallback, thresholds: thresholds))
    }

    /// The class names of the metadata: at least two, distinct, none empty.
    private static func classes(of file: SafetensorsFile) throws -> [String] {
        let text = file.metadata["classes"] ?? ""
        let entries: [JSONValue]
        do {
            entries = try StrictJSON.parse(text).array ?? []
        } catch {
            throw DiscoveryError.invalidModel(path: file.path, reason: "classes of the metadata: \(error)")
        }
        let names = entries.compactMap(\.string)
        try ModelFile.require(
            names.count == entries.count && names.count >= 2 && names.count <= 1000
                && Set(names).count == names.count && !names.contains(""),
            "the classes \(text.prefix(200)) are not two or more distinct names", file.path)
        return names
    }

    /// The number of support vectors, from those of each class, which are not negative.
    private static func vectorCount(_ counts: [Int64], path: String) throws -> Int {
        var total: Int64 = 0
        for count in counts {
            let (sum, overflow) = total.addingReportingOverflow(count)
            try ModelFile.require(count >= 0 && !overflow, "svm.member_counts: \(counts)", path)
            total = sum
        }
        return Int(total)
    }
}

/// Checks shared by the files that this module reads.
enum ModelFile {
    /// Checks that the metadata names this kind of file and a format that is known.
    static func check(_ file: SafetensorsFile, kind: String, format: Int) throws {
        let found = file.metadata["kind"] ?? "nothing"
        try require(found == kind, "the file calls itself '\(found)', expected '\(kind)'", file.path)
        let text = file.metadata["format"] ?? ""
        guard let number = Int(text), number >= 1 else {
            throw DiscoveryError.invalidModel(path: file.path, reason: "format '\(text)' is no number")
        }
        if number > format {
            throw DiscoveryError.newerFormat(path: file.path, format: text, known: format)
        }
    }

    /// Throws `DiscoveryError.invalidModel` unless the condition holds.
    static func require(_ condition: Bool, _ reason: String, _ path: String) throws {
        if !condition { throw DiscoveryError.invalidModel(path: path, reason: reason) }
    }
}
