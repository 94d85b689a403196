import Discovery
import Foundation
import Safetensors
import TestSupport
import Testing

@Suite("Model files")
struct ModelFileTests {
    /// A classifier of two classes in one dimension with a name that needs quoting.
    static let model = ClassifierModel(
        classes: ["normal", "odd \"one\""], scaler: FeatureScaler(mean: [0.1], deviation: [2]),
        decision: SVMDecision(
            gamma: 0.3, supportVectors: FeatureMatrix(dimension: 1, values: [0.1, -1, .pi]),
            memberCounts: [1, 2], coefficients: [1.5, -0.5, -1], offsets: [0.1 + 0.2], labels: [0, 1]),
        sigmoids: [PlattScaling(slope: -1.7, offset: 0.01)],
        rule: DecisionRule(fallback: 0, thresholds: [0, 0.0437]))

    @Test("A fitted classifier and its scores survive the file to the bit; the same model, the same bytes")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let fitted = try ClassifierModelTests.fit().model
        for model in [Self.model, fitted] {
            try model.write(to: folder.path("a.safetensors"))
            try model.write(to: folder.path("b.safetensors"))
            #expect(
                try Data(contentsOf: URL(fileURLWithPath: folder.path("a.safetensors")))
                    == Data(contentsOf: URL(fileURLWithPath: folder.path("b.safetensors"))))
            let read = try ClassifierModel(contentsOf: folder.path("a.safetensors"))
            #expect(read == model)
            let rows = Samples.cube(30, dimension: model.dimension)
            #expect(try read.predictions(for: rows) == model.predictions(for: rows))
        }
    }

    @Test("A file cut in its length, header or data is refused")
    func truncated() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Self.model.write(to: path)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        let lengths = [0, 1, 7, 8, 9, bytes.count - 1] + Array(stride(from: 16, to: bytes.count, by: 57))
        for length in lengths {
            try bytes.prefix(length).write(to: URL(fileURLWithPath: path))
            #expect(throws: SafetensorsError.self) { try ClassifierModel(contentsOf: path) }
        }
    }

    /// Writes the model's file with one thing changed and returns what reading it says.
    private func message(_ change: (inout SafetensorsFile) -> Void) throws -> String {
        let folder = try TemporaryFolder()
        let path = folder.path("a.safetensors")
        try Self.model.write(to: path)
        var file = try SafetensorsFile(contentsOf: path)
        change(&file)
        try file.write(to: path)
        do {
            _ = try ClassifierModel(contentsOf: path)
            return "read"
        } catch {
            return "\(error)".replacingOccurrences(of: "cannot read '\(path)': ", with: "")
        }
    }

    private func replace(_ name: String, _ shape: [Int], _ values: [Double]) -> (inout SafetensorsFile) ->
        Void
    {
        { file in
            let index = file.tensors.firstIndex { $0.name == name }
            if let index { file.tensors.remove(at: index) }
            file.tensors.append(SafetensorsTensor(name: name, shape: shape, doubles: values))
        }
    }

    @Test("Parts that contradict each other are named")
    func contradictions() throws {
        #expect(try message { _ in } == "read")
        #expect(try message { $0.metadata["kind"] = "cake" }.contains("calls itself 'cake'"))
        #expect(
            try message { $0.metadata["format"] = "2" }
                == "written in format 2, this program knows up to format 1")
        #expect(try message { $0.metadata["format"] = nil } == "format '' is no number")
        #expect(try message { $0.metadata["classes"] = "[\"a\"]" }.contains("two or more distinct names"))
        #expect(
            try message { $0.metadata["classes"] = "[\"a\",\"a\"]" }.contains("two or more distinct names"))
        #expect(try message { $0.metadata["classes"] = "[1,2]" }.contains("two or more distinct names"))
        #expect(
            try message { $0.metadata["classes"] = "nonsense" }.contains(
                "classes of the metadata: line 1, column 2: "))
        #expect(try message { $0.metadata["fallback"] = "x" } == "no class 'x' to fall back to")
        #expect(try message { $0.metadata["classes"] = "[\"a\",\"b\",\"normal\"]" }.contains("shape"))
        #expect(try message(replace("scaler.deviation", [1], [0])) == "a deviation is not above 0")
        #expect(try message(replace("scaler.deviation", [2], [1, 1])).contains("expected [1]"))
        #expect(try message(replace("scaler.mean", [0], [])).contains("scaler.mean"))
        #expect(try message(replace("svm.gamma", [1], [-1])) == "svm.gamma is not above 0")
        #expect(try message(replace("svm.vectors", [2, 1], [1, 2])).contains("expected [3, 1]"))
        #expect(try message(replace("svm.vectors", [3, 1], [1, .nan, 2])).contains("nan at element 1"))
        #expect(try message(replace("svm.coefficients", [3], [1, 2, 3])).contains("expected [1, 3]"))
        #expect(try message(replace("svm.offsets", [2], [1, 2])).contains("expected [1]"))
        #expect(try message(replace("rule.thresholds", [2], [0, -1])) == "a threshold is below 0")
        #expect(try message { $0.tensors.removeLast() }.contains("missing"))
        let negative: (inout SafetensorsFile) -> Void = { file in
            file.tensors.removeAll { $0.name == "svm.member_counts" }
            file.tensors.append(
                SafetensorsTensor(name: "svm.member_counts", shape: [2], int64s: [-1, 4]))
        }
        #expect(try message(negative) == "svm.member_counts: [-1, 4]")
    }

    @Test("A reference set survives the file, with integers beyond 2^53 or texts of any script")
    func referenceSet() throws {
        let folder = try TemporaryFolder()
        let scaler = FeatureScaler(mean: [0.3, -1], deviation: [0.7, 1.1])
        let latents = Samples.cube(3, dimension: 2)
        for identifiers in [
            ReferenceSet.Identifiers.numbers([(1 << 53) + 1, .min, .max]),
            .texts(["b", "", "\u{3B1}\u{2F5}"]),
        ] {
            let set = try ReferenceSet(identifiers: identifiers, latents: latents, scaler: scaler)
            try set.write(to: folder.path("r.safetensors"))
            let read = try ReferenceSet(contentsOf: folder.path("r.safetensors"))
            #expect(read == set)
            // Sets of earlier versions come without the order of rows in a search tree.
            var file = try SafetensorsFile(contentsOf: folder.path("r.safetensors"))
            file.tensors.removeAll { $0.name == "search_order" }
            try file.write(to: folder.path("old.safetensors"))
            #expect(try ReferenceSet(contentsOf: folder.path("old.safetensors")) == set)
            let query = set.standardised(latents).row(1)
            let found = try read.search().neighbors(of: query, k: 3)
            #expect(try found == set.search().neighbors(of: query, k: 3))
            #expect(found[0] == Neighbor(row: 1, distance: 0))
        }
    }

    @Test("Equal distances are ordered by id: numbers by value, texts by their bytes")
    func ranks() throws {
        let latents = FeatureMatrix(dimension: 1, values: [1, 1, 1, 1])
        let scaler = FeatureScaler(mean: [0], deviation: [1])
        func order(_ identifiers: ReferenceSet.Identifiers) throws -> [Int] {
            try ReferenceSet(identifiers: identifiers, latents: latents, scaler: scaler).search()
                .neighbors(of: [0], k: 4).map(\.row)
        }
        #expect(try order(.numbers([10, -3, 9, 9])) == [1, 2, 3, 0])
        #expect(try order(.texts(["10", "9", "a", "Z"])) == [0, 1, 3, 2])
    }

    @Test("Damaged reference sets are refused")
    func damagedReference() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("r.safetensors")
        let set = try ReferenceSet(
            identifiers: .texts(["ab", "c"]), latents: Samples.cube(2, dimension: 2),
            scaler: FeatureScaler(mean: [0, 0], deviation: [1, 1]))
        func fails(_ change: (inout SafetensorsFile) -> Void) throws -> Bool {
            try set.write(to: path)
            var file = try SafetensorsFile(contentsOf: path)
            change(&file)
            try file.write(to: path)
            do {
                _ = try ReferenceSet(contentsOf: path)
                return false
            } catch is DiscoveryError { return true } catch is SafetensorsError { return true }
        }
        func bounds(_ values: [Int64]) -> (inout SafetensorsFile) -> Void {
            { file in
                file.tensors.removeAll { $0.name == "id_bounds" }
                file.tensors.append(
                    SafetensorsTensor(name: "id_bounds", shape: [values.count], int64s: values))
            }
        }
        func order(_ rows: [Int32]) -> (inout SafetensorsFile) -> Void {
            { file in
                file.tensors.removeAll { $0.name == "search_order" }
                file.tensors.append(
                    SafetensorsTensor(name: "search_order", shape: [rows.count], int32s: rows))
            }
        }
        #expect(try !fails { _ in })
        #expect(try !fails(order([1, 0])))
        for rows: [Int32] in [[0], [0, 0], [0, 2], [-1, 0], [0, 1, 2]] {
            #expect(try fails(order(rows)), "\(rows)")
        }
        #expect(try fails(bounds([0, 2])))
        #expect(try fails(bounds([0, 5, 3])))
        #expect(try fails(bounds([0, -1, 3])))
        #expect(try fails(bounds([1, 2, 3])))
        #expect(try fails(bounds([0, 2, 4])))
        #expect(try fails { $0.metadata["kind"] = "galatea-classifier" })
        #expect(try fails { $0.tensors.removeAll { $0.name == "latents" } })
        #expect(
            try fails { file in
                file.tensors.removeAll { $0.name == "id_bytes" }
                file.tensors.append(
                    SafetensorsTensor(name: "id_bytes", shape: [3], uint8s: [0xFF, 0xC0, 0x41]))
            })
    }
}
